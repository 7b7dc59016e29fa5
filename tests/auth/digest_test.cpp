#include "auth/digest.h"

#include <catch2/catch.hpp>

using namespace innkeeper::auth;

namespace {

// RFC 7616 section 3.9.1
Credentials mufasa() {
    Credentials given;
    given.username = "Mufasa";
    given.realm = "http-auth@example.org";
    given.nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
    given.uri = "/dir/index.html";
    given.cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    given.qop_auth = true;
    given.nonce_count = 1;
    given.nonce_count_text = "00000001";
    given.response = "8ca523f5e9506fed4657c9700eebdbec";
    return given;
}

Credentials mufasa_sha256() {
    Credentials given = mufasa();
    given.algorithm = Algorithm::sha256;
    given.response = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1";
    return given;
}

Ha1 mufasas_ha1() {
    return make_ha1("Mufasa", "http-auth@example.org", "Circle of Life");
}

// RFC 2617 section 3.5
Credentials old_mufasa() {
    Credentials given;
    given.username = "Mufasa";
    given.realm = "testrealm@host.com";
    given.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
    given.uri = "/dir/index.html";
    given.cnonce = "0a4f113b";
    given.qop_auth = true;
    given.nonce_count = 1;
    given.nonce_count_text = "00000001";
    given.response = "6629fae49393a05397450978507c4ef1";
    return given;
}

Ha1 old_mufasas_ha1() {
    return make_ha1("Mufasa", "testrealm@host.com", "Circle Of Life");
}

}  // namespace

TEST_CASE("the examples of RFC 7616 are right", "[auth][RFC7616]") {
    CHECK(response_is_right(mufasa(), "GET", mufasas_ha1()));
    CHECK(response_is_right(mufasa_sha256(), "GET", mufasas_ha1()));
}

TEST_CASE("the example of RFC 2617 is right, with qop and without", "[auth][RFC2617]") {
    CHECK(response_is_right(old_mufasa(), "GET", old_mufasas_ha1()));
    Credentials without_qop = old_mufasa();
    without_qop.qop_auth = false;
    CHECK_FALSE(response_is_right(without_qop, "GET", old_mufasas_ha1()));
    without_qop.response = "670fd8c2df070c60b045671b8b24ff02";
    CHECK(response_is_right(without_qop, "GET", old_mufasas_ha1()));
}

TEST_CASE("a response may be written in upper-case hex", "[auth]") {
    Credentials given = mufasa();
    given.response = "8CA523F5E9506FED4657C9700EEBDBEC";
    CHECK(response_is_right(given, "GET", mufasas_ha1()));
}

TEST_CASE("a response made over anything else is wrong", "[auth][R17]") {
    const Ha1 ha1 = mufasas_ha1();
    CHECK_FALSE(response_is_right(mufasa(), "REGISTER", ha1));
    CHECK_FALSE(response_is_right(mufasa(), "GET", make_ha1("Mufasa", "http-auth@example.org", "circle of life")));
    CHECK_FALSE(response_is_right(mufasa(), "GET", make_ha1("Mufasa", "elsewhere.example.org", "Circle of Life")));

    const auto with = [](auto change) {
        Credentials given = mufasa();
        change(given);
        return given;
    };
    CHECK_FALSE(response_is_right(with([](Credentials& c) { c.nonce = "another"; }), "GET", ha1));
    CHECK_FALSE(response_is_right(with([](Credentials& c) { c.uri = "/dir/other.html"; }), "GET", ha1));
    CHECK_FALSE(response_is_right(with([](Credentials& c) { c.cnonce = "another"; }), "GET", ha1));
    CHECK_FALSE(response_is_right(with([](Credentials& c) { c.nonce_count_text = "00000002"; }), "GET", ha1));
    CHECK_FALSE(response_is_right(with([](Credentials& c) { c.qop_auth = false; }), "GET", ha1));
    CHECK_FALSE(response_is_right(with([](Credentials& c) { c.algorithm = Algorithm::sha256; }), "GET", ha1));
}

TEST_CASE("a response that is no hash is wrong", "[auth]") {
    const Ha1 ha1 = mufasas_ha1();
    for (const std::string_view response :
         {"", "8ca523f5e9506fed4657c9700eebdbe", "8ca523f5e9506fed4657c9700eebdbec0",
          "8ca523f5e9506fed4657c9700eebdbeg", " ca523f5e9506fed4657c9700eebdbec", "\xff\xff\xff\xff"}) {
        Credentials given = mufasa();
        given.response = response;
        CHECK_FALSE(response_is_right(given, "GET", ha1));
    }
}

TEST_CASE("an octet that differs in any place makes a response wrong", "[auth]") {
    const Ha1 ha1 = mufasas_ha1();
    const std::string right(mufasa_sha256().response);
    for (std::size_t i = 0; i < right.size(); ++i) {
        std::string response = right;
        response[i] = response[i] == 'f' ? '0' : 'f';
        Credentials given = mufasa_sha256();
        given.response = response;
        CHECK_FALSE(response_is_right(given, "GET", ha1));
    }
}

TEST_CASE("a user without an HA1 of the algorithm cannot be right, whatever is sent", "[auth][R16]") {
    CHECK_FALSE(response_is_right(mufasa(), "GET", Ha1{}));
    Ha1 md5_only = mufasas_ha1();
    md5_only.sha256 = {};
    CHECK(response_is_right(mufasa(), "GET", md5_only));
    CHECK_FALSE(response_is_right(mufasa_sha256(), "GET", md5_only));

    // The right answer for an HA1 of zero octets: what a stranger could compute if absence were a value.
    Credentials given = mufasa();
    given.qop_auth = false;
    given.nonce = "n";
    given.uri = "u";
    given.response = "a1caa6d1201b780b756d3ee77082fa18";
    const std::array<std::uint8_t, 16> zeros{};
    Ha1 zero;
    zero.md5 = innkeeper::base::SecretBytes<16>(zeros);
    REQUIRE(response_is_right(given, "GET", zero));
    CHECK_FALSE(response_is_right(given, "GET", Ha1{}));
}

TEST_CASE("an HA1 is the hash of user, realm and password", "[auth]") {
    const Ha1 ha1 = old_mufasas_ha1();
    REQUIRE(ha1.md5.present());
    REQUIRE(ha1.sha256.present());
    // md5("Mufasa:testrealm@host.com:Circle Of Life")
    const std::array<std::uint8_t, 16> expected = {0x93, 0x9e, 0x75, 0x78, 0xed, 0x9e, 0x3c, 0x51,
                                                   0x8a, 0x45, 0x2a, 0xce, 0xe7, 0x63, 0xbc, 0xe9};
    CHECK(std::equal(expected.begin(), expected.end(), ha1.md5.reveal().begin()));
    const Ha1 copy = ha1.clone();
    CHECK(response_is_right(old_mufasa(), "GET", copy));
}

TEST_CASE("algorithms are named as in the header", "[auth]") {
    CHECK(to_text(Algorithm::md5) == "MD5");
    CHECK(to_text(Algorithm::sha256) == "SHA-256");
}

TEST_CASE("two HA1s are the same only when both hashes are", "[auth]") {
    const auto one = innkeeper::auth::make_ha1("1001", "eco.test", "secret");
    CHECK(innkeeper::auth::same(one, one.clone()));
    CHECK_FALSE(innkeeper::auth::same(one, innkeeper::auth::make_ha1("1001", "eco.test", "other")));
    innkeeper::auth::Ha1 without_sha256{one.md5.clone(), {}};
    CHECK_FALSE(innkeeper::auth::same(one, without_sha256));
}
