#include "daemon/phone_profile_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/phone_profile_text.h"

namespace innkeeper::daemon {

core::PhoneProfiles load_phone_profiles(const std::string& path, const std::string& where,
                                        std::vector<Problem>& problems) {
    errno = 0;
    std::ifstream file(path);
    std::ostringstream text;
    if (file) text << file.rdbuf();
    if (!file || text.str().empty()) {
        const std::string why = errno != 0 ? std::strerror(errno) : "it is empty";
        problems.push_back(
            {Problem::Kind::configuration, where, "phone-profiles", "'" + path + "' is not read: " + why});
        return {};
    }
    core::PhoneProfileText read = core::read_phone_profiles(text.str());
    for (const auto& fault : read.faults)
        problems.push_back({Problem::Kind::configuration, path + ':' + std::to_string(fault.line), {}, fault.text});
    return read.faults.empty() ? std::move(read.profiles) : core::PhoneProfiles();
}

}  // namespace innkeeper::daemon
