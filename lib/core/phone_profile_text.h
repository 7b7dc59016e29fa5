// The table of phone profiles as an operator writes it: sections in brackets, "key = value" lines, "#" before comments.
// Form and sanity are judged here, with the number of the line; who opens the file says which file it was.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/phone_profile.h"

namespace innkeeper::core {

struct PhoneProfileText {
    struct Fault {
        std::size_t line = 0;
        std::string text;  // what is wrong and what to do
    };
    PhoneProfiles profiles;     // usable only without faults
    std::vector<Fault> faults;  // all of them
};

PhoneProfileText read_phone_profiles(std::string_view text);

// etc/phone-profiles.conf as it was built.
std::string_view embedded_phone_profiles();

}  // namespace innkeeper::core
