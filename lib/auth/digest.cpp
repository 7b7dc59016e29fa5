#include "auth/digest.h"

#include <optional>
#include <string>

#include "auth/hash.h"

namespace innkeeper::auth {
namespace {

// H(method:uri) in hex. Phones of one domain all send the same two, hence the last ones are kept: they are no secret,
// and the hash saved is a quarter of a check.
class Ha2 {
public:
    std::string_view of(Algorithm algorithm, std::string_view method, std::string_view uri) {
        if (!hex_ || algorithm != algorithm_ || method != method_ || uri != uri_) {
            hex_.emplace(Hash(algorithm, {method, ":", uri}).octets());
            algorithm_ = algorithm;
            method_ = method;
            uri_ = uri;
        }
        return hex_->text();
    }

private:
    Algorithm algorithm_ = Algorithm::md5;
    std::string method_;
    std::string uri_;
    std::optional<Hex> hex_;
};

bool matches(const Credentials& given, std::string_view method, std::span<const std::uint8_t> ha1_octets) {
    thread_local Ha2 last_ha2;
    const std::string_view ha2 = last_ha2.of(given.algorithm, method, given.uri);
    const Hex ha1(ha1_octets);
    if (!given.qop_auth) {
        const Hash expected(given.algorithm, {ha1.text(), ":", given.nonce, ":", ha2});
        return spells(given.response, expected.octets());
    }
    const Hash expected(given.algorithm,
                        {ha1.text(), ":", given.nonce, ":", given.nonce_count_text, ":", given.cnonce, ":auth:", ha2});
    return spells(given.response, expected.octets());
}

}  // namespace

std::string_view to_text(Algorithm algorithm) {
    return algorithm == Algorithm::md5 ? "MD5" : "SHA-256";
}

bool response_is_right(const Credentials& credentials, std::string_view method, const Ha1& ha1) {
    const bool is_md5 = credentials.algorithm == Algorithm::md5;
    const bool right = matches(credentials, method, is_md5 ? ha1.md5.reveal() : ha1.sha256.reveal());
    const bool present = is_md5 ? ha1.md5.present() : ha1.sha256.present();
    return right && present;  // hashed first: an unknown user takes as long as a wrong password
}

}  // namespace innkeeper::auth
