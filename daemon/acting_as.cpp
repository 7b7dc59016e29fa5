#include "daemon/acting_as.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "base/assert.h"

namespace innkeeper::daemon {

ActingAs::ActingAs(const std::string& user) {
    const passwd* entry = ::getpwnam(user.c_str());
    if (::geteuid() != 0 || entry == nullptr) return;
    const uid_t to = entry->pw_uid;
    group_ = ::getegid();
    groups_.resize(static_cast<std::size_t>(::getgroups(0, nullptr)));
    ::getgroups(static_cast<int>(groups_.size()), groups_.data());
    if (::initgroups(user.c_str(), entry->pw_gid) != 0) return;
    acting_ = true;
    if (::setegid(entry->pw_gid) != 0 || ::seteuid(to) != 0) return;
}

ActingAs::~ActingAs() {
    if (!acting_) return;
    const bool back = ::seteuid(0) == 0 && ::setegid(group_) == 0 && ::setgroups(groups_.size(), groups_.data()) == 0;
    INNKEEPER_ASSERT(back);
}

}  // namespace innkeeper::daemon
