#include "auth/nonce_mac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstring>
#include <memory>

#include "base/assert.h"

namespace innkeeper::auth {
namespace {

struct Free {
    void operator()(EVP_MAC* method) const { EVP_MAC_free(method); }
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

std::unique_ptr<EVP_MAC_CTX, Free> make_context() {
    const std::unique_ptr<EVP_MAC, Free> method(EVP_MAC_fetch(nullptr, "BLAKE2SMAC", nullptr));
    INNKEEPER_ASSERT(method != nullptr);
    std::unique_ptr<EVP_MAC_CTX, Free> context(EVP_MAC_CTX_new(method.get()));
    std::size_t size = nonce_mac_size;
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                                     OSSL_PARAM_construct_end()};
    INNKEEPER_ASSERT(context != nullptr && EVP_MAC_CTX_set_params(context.get(), parameters) == 1);
    return context;
}

}  // namespace

NonceMac nonce_mac(const base::SecretBytes<32>& key, std::uint32_t seconds, const base::Aor& aor,
                   const base::IpAddress& source) {
    thread_local const auto context = make_context();
    // The parts of fixed size come first, so that no two inputs can run together to the same octets.
    std::array<std::uint8_t, sizeof seconds + sizeof source.octets> fixed{};
    std::memcpy(fixed.data(), &seconds, sizeof seconds);
    std::memcpy(fixed.data() + sizeof seconds, source.octets.data(), source.octets.size());
    const std::string_view who = aor.text();
    NonceMac mac{};
    std::size_t size = 0;
    const bool made = EVP_MAC_init(context.get(), key.reveal().data(), key.reveal().size(), nullptr) == 1 &&
                      EVP_MAC_update(context.get(), fixed.data(), fixed.size()) == 1 &&
                      EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(who.data()), who.size()) &&
                      EVP_MAC_final(context.get(), mac.data(), &size, mac.size()) == 1;
    INNKEEPER_ASSERT(made && size == mac.size());
    return mac;
}

bool equal(const NonceMac& a, const NonceMac& b) {
    return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace innkeeper::auth
