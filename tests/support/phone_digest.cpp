#include "support/phone_digest.h"

#include <openssl/evp.h>

#include <array>
#include <cstdio>
#include <span>

namespace innkeeper::support {
namespace {

std::string hex(std::span<const std::uint8_t> bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

std::string hash(auth::Algorithm algorithm, const std::string& text) {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    const EVP_MD* kind = algorithm == auth::Algorithm::md5 ? EVP_md5() : EVP_sha256();
    INNKEEPER_ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &size, kind, nullptr) == 1);
    return hex(std::span(digest).first(size));
}

}  // namespace

void DigestSession::take(std::string_view realm, std::string_view nonce) {
    realm_ = realm;
    if (nonce == nonce_) return;  // a challenge repeated: the count goes on
    nonce_ = nonce;
    nonce_count_ = 0;
}

void DigestSession::authorise(OwnedRegister& request, std::string_view user, const auth::Ha1& ha1) {
    request.credentials.clear();
    if (challenged()) request.credentials.push_back(answer(user, ha1, "REGISTER", "sip:" + request.to_domain));
}

std::string DigestSession::header(std::string_view user, const auth::Ha1& ha1, std::string_view method,
                                  std::string_view uri) {
    const OwnedCredentials one = answer(user, ha1, method, std::string(uri));
    return "Digest username=\"" + one.username + "\", realm=\"" + one.realm + "\", nonce=\"" + one.nonce +
           "\", uri=\"" + one.uri + "\", response=\"" + one.response + "\", cnonce=\"" + one.cnonce +
           "\", qop=auth, nc=" + one.nonce_count_text + ", algorithm=" + std::string(to_text(algorithm_));
}

OwnedCredentials DigestSession::answer(std::string_view user, const auth::Ha1& ha1, std::string_view method,
                                       std::string uri) {
    OwnedCredentials one;
    one.username = user;
    one.realm = realm_;
    one.nonce = nonce_;
    one.uri = std::move(uri);
    one.cnonce = "0a4f113b";
    one.qop_auth = true;
    one.algorithm = algorithm_;
    one.nonce_count = ++nonce_count_;
    std::array<char, 9> count{};
    std::snprintf(count.data(), count.size(), "%08x", nonce_count_);
    one.nonce_count_text = count.data();
    const std::string a1 = algorithm_ == auth::Algorithm::md5 ? hex(ha1.md5.reveal()) : hex(ha1.sha256.reveal());
    const std::string a2 = hash(algorithm_, std::string(method) + ":" + one.uri);
    one.response = hash(algorithm_, a1 + ':' + nonce_ + ':' + one.nonce_count_text + ':' + one.cnonce + ":auth:" + a2);
    return one;
}

}  // namespace innkeeper::support
