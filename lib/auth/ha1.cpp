#include "auth/ha1.h"

#include "auth/hash.h"

namespace innkeeper::auth {

Ha1 make_ha1(std::string_view user, std::string_view realm, std::string_view password) {
    const Hash md5(Algorithm::md5, {user, ":", realm, ":", password});
    const Hash sha256(Algorithm::sha256, {user, ":", realm, ":", password});
    return {base::SecretBytes<16>(md5.octets()), base::SecretBytes<32>(sha256.octets())};
}

}  // namespace innkeeper::auth
