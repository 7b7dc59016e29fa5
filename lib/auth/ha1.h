// What a password becomes (RFC 7616 section 3.4.2, A1 without -sess): the only form in which the house keeps one.
#pragma once

#include <string_view>

#include "base/secret.h"

namespace innkeeper::auth {

struct Ha1 {
    base::SecretBytes<16> md5;
    base::SecretBytes<32> sha256;

    Ha1 clone() const { return {md5.clone(), sha256.clone()}; }
};

// H(user:realm:password) for both algorithms.
Ha1 make_ha1(std::string_view user, std::string_view realm, std::string_view password);

// Are they of the same password? Takes the same time whatever differs.
bool same(const Ha1& one, const Ha1& other);

}  // namespace innkeeper::auth
