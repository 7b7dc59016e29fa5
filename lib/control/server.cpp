#include "control/server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "control/command_json.h"
#include "control/report_json.h"
#include "control/socket_path.h"

namespace innkeeper::control {
namespace {

constexpr base::Duration accept_pause = std::chrono::seconds(1);  // without descriptors: not a busy loop (R14)

// `in` holds a whole line, or more than a request may have.
base::Expected<core::Command> request_in(const std::string& in) {
    const auto end = in.find('\n');
    if (end > Server::request_octets)
        return base::error("a request has at most " + std::to_string(Server::request_octets) + " octets");
    if (end + 1 < in.size()) return base::error("the next request comes after the answer to the last");
    return decode_command(in);
}

std::string decline(std::string text) {
    return to_line(control::to_json(core::Declined{std::move(text)}));
}

}  // namespace

// One connection; its states follow each other: a request arrives, the core is asked, the answer is taken.
struct Client {
    int descriptor;
    std::string in;
    std::string out;
    std::optional<base::CommandId> asked;
    bool last = false;  // closed when the answer is out
    std::unique_ptr<host::Watch> watch;
    std::unique_ptr<host::Timer> deadline;

    explicit Client(int fd) : descriptor(fd) {}
    ~Client() {
        watch.reset();
        ::close(descriptor);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
};

struct Server::Impl {
    host::Loop& loop;
    std::string path;
    std::function<void(core::OperatorCommand)> feed;
    int listener;
    std::unique_ptr<host::Watch> listener_watch;
    host::Timer accept_again;
    std::map<std::uint64_t, Client> clients;  // by a number of ours, never reused
    std::uint64_t next_client = 1;
    std::uint64_t next_command = 1;

    Impl(host::Loop& where, const std::string& at, std::function<void(core::OperatorCommand)> to)
        : loop(where),
          path(at),
          feed(std::move(to)),
          listener(listen_at(at)),
          listener_watch(
              std::make_unique<host::Watch>(loop, listener, true, false, [this](host::Watch::Ready) { accept_all(); })),
          accept_again(loop, [this] { listener_watch->want(true, false); }) {}

    ~Impl() {
        clients.clear();
        listener_watch.reset();
        ::close(listener);
        ::unlink(path.c_str());
    }

    void accept_all();
    void admit(int descriptor);
    void on_ready(std::uint64_t number, host::Watch::Ready ready);
    bool progress(Client& client, host::Watch::Ready ready);
    bool receive(Client& client);
    void take_request(std::uint64_t number, Client& client);
    void answer(std::uint64_t number, Client& client, std::string text);
    bool flush(Client& client);
};

void Server::Impl::accept_all() {
    while (true) {
        const int descriptor = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            admit(descriptor);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            if (errno == EAGAIN) return;
            listener_watch->want(false, false);
            accept_again.arm(accept_pause);
            return;
        }
    }
}

void Server::Impl::admit(int descriptor) {
    if (clients.size() == most_clients) {
        const std::string sorry = decline("too many operators at once: try again");
        [[maybe_unused]] const auto sent = ::send(descriptor, sorry.data(), sorry.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        ::close(descriptor);
        return;
    }
    const std::uint64_t number = next_client++;
    Client& client = clients.try_emplace(number, descriptor).first->second;
    client.watch = std::make_unique<host::Watch>(loop, descriptor, true, false,
                                                 [this, number](host::Watch::Ready ready) { on_ready(number, ready); });
    client.deadline = std::make_unique<host::Timer>(loop, [this, number] { clients.erase(number); });
    client.deadline->arm(patience);
}

void Server::Impl::on_ready(std::uint64_t number, host::Watch::Ready ready) {
    const auto found = clients.find(number);
    if (found == clients.end()) return;
    Client& client = found->second;
    const bool alive = progress(client, ready);
    if (!alive)
        clients.erase(found);
    else if (client.out.empty() && !client.asked)
        take_request(number, client);
}

// False: the client has gone.
bool Server::Impl::progress(Client& client, host::Watch::Ready ready) {
    if (!client.out.empty()) return flush(client);
    if (client.asked) return !ready.failed;
    return receive(client);
}

bool Server::Impl::receive(Client& client) {
    char part[1024];
    const ssize_t got = ::recv(client.descriptor, part, sizeof part, MSG_DONTWAIT);
    if (got > 0) client.in.append(part, static_cast<std::size_t>(got));
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

void Server::Impl::take_request(std::uint64_t number, Client& client) {
    if (client.in.find('\n') == std::string::npos && client.in.size() <= request_octets) return;
    auto command = request_in(client.in);
    if (!command) {
        client.last = true;
        return answer(number, client, decline(command.error().text));
    }
    client.in.clear();
    client.asked = base::CommandId{next_command++};
    client.watch->want(false, false);
    client.deadline->arm(patience);
    feed(core::OperatorCommand{*client.asked, std::move(*command)});  // may answer, and so end the client
}

void Server::Impl::answer(std::uint64_t number, Client& client, std::string text) {
    client.asked.reset();
    client.out = std::move(text);
    client.deadline->arm(patience);
    if (!flush(client)) clients.erase(number);
}

// False: the client is to be dropped.
bool Server::Impl::flush(Client& client) {
    while (!client.out.empty()) {
        const ssize_t sent =
            ::send(client.descriptor, client.out.data(), client.out.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno != EAGAIN) return false;
        if (sent < 0) {
            client.watch->want(false, true);
            return true;
        }
        client.out.erase(0, static_cast<std::size_t>(sent));
    }
    client.watch->want(true, false);
    client.deadline->arm(patience);
    return !client.last;
}

Server::Server(host::Loop& loop, const std::string& path, std::function<void(core::OperatorCommand)> feed)
    : impl_(std::make_unique<Impl>(loop, path, std::move(feed))) {}

Server::~Server() = default;

void Server::reply(base::CommandId to, const core::Report& report) {
    for (auto& [number, client] : impl_->clients)
        if (client.asked == to) return impl_->answer(number, client, to_line(to_json(report)));
}

}  // namespace innkeeper::control
