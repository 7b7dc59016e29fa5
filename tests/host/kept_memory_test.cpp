// The supervisor's end of the protocol is played here; its next life is the same process, which the descriptors of the
// earlier one are handed to in its environment.
#include "host/kept_memory.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>

using innkeeper::host::KeptMemory;

namespace {

class Supervisor {
public:
    Supervisor() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(sa_family_t)) == 0);  // autobind
        socklen_t length = sizeof address;
        REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
        ::setenv("NOTIFY_SOCKET",
                 ("@" + std::string(address.sun_path + 1, length - offsetof(sockaddr_un, sun_path) - 1)).c_str(), 1);
    }
    ~Supervisor() {
        for (const char* name : {"NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID"}) ::unsetenv(name);
        for (const auto& [name, descriptor] : kept) ::close(descriptor);
        ::close(socket_);
    }

    // Takes what the process has handed over or given up.
    void listen() {
        for (;;) {
            char text[256];
            alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
            iovec data{text, sizeof text};
            msghdr message{};
            message.msg_iov = &data;
            message.msg_iovlen = 1;
            message.msg_control = control;
            message.msg_controllen = sizeof control;
            const ssize_t got = ::recvmsg(socket_, &message, MSG_CMSG_CLOEXEC);
            if (got < 0) return;
            const std::string said(text, static_cast<std::size_t>(got));
            const std::string name = said.substr(said.find("FDNAME=") + 7);
            if (said.rfind("FDSTOREREMOVE=1", 0) == 0) {
                ::close(kept.at(name));
                kept.erase(name);
            } else if (const cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr) {
                int descriptor = -1;
                std::memcpy(&descriptor, CMSG_DATA(head), sizeof descriptor);
                kept[name] = descriptor;
            }
        }
    }
    // The environment of a next life, and its descriptors from 3 on.
    void hand_back() {
        std::string names;
        int next = 3;
        for (const auto& [name, descriptor] : kept) {
            REQUIRE(::dup2(descriptor, next++) >= 0);
            names += (names.empty() ? "" : ":") + name;
        }
        ::setenv("LISTEN_FDS", std::to_string(kept.size()).c_str(), 1);
        ::setenv("LISTEN_FDNAMES", names.c_str(), 1);
        ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    }

    std::map<std::string, int> kept;

private:
    int socket_;
};

// Descriptors 3 to 6 are needed for what is handed back; what the test's process has there comes back at the end.
class FreeDescriptors {
public:
    FreeDescriptors() {
        const int anything = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        for (int at = 3; at < 7; ++at) {
            saved_[at] = at == anything ? -1 : ::fcntl(at, F_DUPFD_CLOEXEC, 100);
            if (saved_[at] < 0 && at != anything) ::dup2(anything, at);  // taken, so that nothing else is made there
        }
        if (anything > 6) ::close(anything);
    }
    ~FreeDescriptors() {
        for (const auto& [at, copy] : saved_) {
            if (copy < 0) {
                ::close(at);
                continue;
            }
            ::dup2(copy, at);
            ::close(copy);
        }
    }

private:
    std::map<int, int> saved_;
};

std::string text_of(const innkeeper::base::WipedBytes& octets, std::size_t size) {
    return std::string(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size));
}

}  // namespace

TEST_CASE("without a supervisor no memory is kept", "[memory]") {
    CHECK(KeptMemory::open() == nullptr);
}

TEST_CASE("what was appended is there for the next life, however the process ended", "[memory][IP8]") {
    const FreeDescriptors room;
    Supervisor supervisor;
    {
        const auto memory = KeptMemory::open();
        REQUIRE(memory);
        CHECK(memory->left_behind().empty());
        REQUIRE(memory->begin("first "));
        REQUIRE(memory->append("second"));
        supervisor.listen();
        CHECK(supervisor.kept.size() == 1);
        REQUIRE(memory->append(" third"));  // after the descriptor was handed over
    }
    supervisor.hand_back();
    const auto memory = KeptMemory::open();
    const auto found = memory->left_behind();
    REQUIRE(found.size() == 1);
    CHECK(text_of(found[0], 18) == "first second third");
    CHECK(found[0].find_first_not_of('\0', 18) == innkeeper::base::WipedBytes::npos);
}

TEST_CASE("a new image replaces the old one when the supervisor has it", "[memory]") {
    const FreeDescriptors room;
    Supervisor supervisor;
    {
        const auto memory = KeptMemory::open();
        REQUIRE(memory->begin("old"));
        REQUIRE(memory->begin("new"));
        supervisor.listen();
        CHECK(supervisor.kept.size() == 1);
    }
    supervisor.hand_back();
    const std::string name = supervisor.kept.begin()->first;
    {
        const auto memory = KeptMemory::open();
        CHECK(text_of(memory->left_behind().at(0), 3) == "new");
        REQUIRE(memory->begin("newer"));
    }
    supervisor.listen();
    REQUIRE(supervisor.kept.size() == 1);
    CHECK(supervisor.kept.begin()->first != name);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool mlock_works = false;  // their runtimes make it do nothing
#else
constexpr bool mlock_works = true;
#endif

TEST_CASE("the memory grows with what is kept, locked and out of core files", "[memory][R22]") {
    const FreeDescriptors room;
    Supervisor supervisor;
    const auto memory = KeptMemory::open();
    REQUIRE(memory->begin("head"));
    const std::string block(100'000, 'x');
    for (int i = 0; i < 50; ++i) REQUIRE(memory->append(block));
    supervisor.listen();

    // As the kernel sees it: "lo" locked, "dd" not dumped.
    std::ifstream maps("/proc/self/smaps");
    bool ours = false, locked = false, not_dumped = false;
    for (std::string line; std::getline(maps, line);) {
        if (line.find("memfd:innkeeper-records") != std::string::npos) ours = true;
        if (!ours || line.rfind("VmFlags:", 0) != 0) continue;
        locked = line.find(" lo") != std::string::npos;
        not_dumped = line.find(" dd") != std::string::npos;
        break;
    }
    CHECK(ours);
    CHECK(locked == mlock_works);
    CHECK(not_dumped);
}
