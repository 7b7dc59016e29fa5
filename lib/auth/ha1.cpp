#include "auth/ha1.h"

#include <openssl/crypto.h>

#include "auth/hash.h"

namespace innkeeper::auth {

Ha1 make_ha1(std::string_view user, std::string_view realm, std::string_view password) {
    const Hash md5(Algorithm::md5, {user, ":", realm, ":", password});
    const Hash sha256(Algorithm::sha256, {user, ":", realm, ":", password});
    return {base::SecretBytes<16>(md5.octets()), base::SecretBytes<32>(sha256.octets())};
}

bool same(const Ha1& one, const Ha1& other) {
    const bool kinds = one.md5.present() == other.md5.present() && one.sha256.present() == other.sha256.present();
    const bool md5 = CRYPTO_memcmp(one.md5.reveal().data(), other.md5.reveal().data(), one.md5.reveal().size()) == 0;
    const bool sha256 =
        CRYPTO_memcmp(one.sha256.reveal().data(), other.sha256.reveal().data(), one.sha256.reveal().size()) == 0;
    return kinds && md5 && sha256;
}

}  // namespace innkeeper::auth
