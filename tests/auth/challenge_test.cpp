#include "auth/challenge.h"

#include <catch2/catch.hpp>

#include "auth/credentials_header.h"

namespace innkeeper::auth {
namespace {

const Ha1 ha1 = make_ha1("1001", "example.com", "secret");

bool is_right(const std::string& header, std::string_view method) {
    const auto credentials = read_credentials(header);
    return credentials && response_is_right(*credentials, method, ha1);
}

}  // namespace

TEST_CASE("a challenge of any kind that we know is answered as its server expects", "[auth]") {
    for (const std::string_view header :
         {R"(Digest realm="example.com", nonce="abc")",
          R"(Digest realm="example.com", nonce="abc", qop="auth,auth-int")",
          R"(Digest qop="auth-int, auth", algorithm=SHA-256, nonce="abc", realm="example.com", opaque="x y")",
          R"(digest nonce="a,b", realm="example.com", algorithm=md5, stale=true)"}) {
        const auto challenge = read_challenge(header);
        REQUIRE(challenge);
        const std::string text = answer(*challenge, "1001", "REGISTER", "sip:example.com", "c0ffee", ha1);
        CHECK(is_right(text, "REGISTER"));
        CHECK_FALSE(is_right(text, "INVITE"));
        CHECK((text.find("opaque=\"x y\"") != std::string::npos) == !challenge->opaque.empty());
    }
}

TEST_CASE("what we cannot answer is no challenge", "[auth]") {
    for (const std::string_view header :
         {R"(Basic realm="example.com")", R"(Digest realm="example.com")", R"(Digest nonce="abc")",
          R"(Digest realm="example.com", nonce="abc", qop="auth-int")",
          R"(Digest realm="example.com", nonce="abc", algorithm=MD5-sess)", R"(Digest realm="a\"b", nonce="abc")", ""})
        CHECK_FALSE(read_challenge(header));
}

TEST_CASE("without the HA1 of the algorithm there is no answer", "[auth]") {
    Ha1 old = make_ha1("1001", "example.com", "secret");
    old.sha256 = {};
    const auto challenge = read_challenge(R"(Digest realm="example.com", nonce="abc", algorithm=SHA-256)");
    REQUIRE(challenge);
    CHECK(answer(*challenge, "1001", "REGISTER", "sip:example.com", "c0ffee", old).empty());
}

}  // namespace innkeeper::auth
