// Being the unprivileged user for a moment, to find out what that user may do. Root only; for others nothing changes.
// Main's thread, before any other is started.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace innkeeper::daemon {

class ActingAs {
public:
    explicit ActingAs(const std::string& user);  // stays who it is when there is no such user
    ~ActingAs();
    ActingAs(const ActingAs&) = delete;
    ActingAs& operator=(const ActingAs&) = delete;

private:
    bool acting_ = false;
    gid_t group_ = 0;
    std::vector<gid_t> groups_;
};

}  // namespace innkeeper::daemon
