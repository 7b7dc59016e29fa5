#include "web/http_server.h"

#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include "host/clock.h"
#include "web/connection.h"
#include "web/task_threads.h"

namespace innkeeper::web {
namespace {

constexpr int accept_backlog = 128;

// The library's server on our own connections.
class Server : public httplib::Server {
public:
    Server() : stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
    ~Server() override { ::close(stop_); }

    void bind(const base::Endpoint& local) {
        errno = 0;
        const std::string address = local.ip.text();
        const bool bound = local.port == 0 ? bind_to_any_port(address) > 0 : bind_to_port(address, local.port);
        if (!bound)
            throw std::runtime_error("http-listen " + local.text() + ": " +
                                     (errno != 0 ? std::generic_category().message(errno) : "cannot listen there"));
        ::listen(svr_sock_, accept_backlog);  // the library's own is 5
    }

    std::uint16_t port() const {
        sockaddr_storage address{};
        socklen_t length = sizeof address;
        ::getsockname(svr_sock_, reinterpret_cast<sockaddr*>(&address), &length);
        return ntohs(address.ss_family == AF_INET ? reinterpret_cast<const sockaddr_in&>(address).sin_port
                                                  : reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    }

    void end_connections() {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(stop_, &one, sizeof one);
    }

private:
    bool process_and_close_socket(socket_t socket) override {
        Connection connection(socket, stop_, HttpServer::request_octets, host::now() + HttpServer::connection_time);
        if (TaskThreads::turned_away()) return false;
        bool closed = false;
        return process_request(connection, true, closed, nullptr);
    }

    int stop_;  // readable when all is over
};

void take_address(socket_t socket) {
    const int yes = 1;  // not SO_REUSEPORT, the library's default: a taken port must be noticed
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

}  // namespace

struct HttpServer::Impl {
    base::Endpoint local;
    std::function<std::string()> metrics;
    std::mutex mutex;
    Readiness readiness;                     // under mutex
    std::optional<base::Instant> published;  // under mutex
    Server server;
    std::thread acceptor;

    bool alive() {
        const std::lock_guard lock(mutex);
        return published && host::now() - *published <= loop_silence_allowed;
    }

    Readiness readiness_now() {
        if (!alive()) return {false, {"the event loop does not turn"}};
        const std::lock_guard lock(mutex);
        return readiness;
    }

    void route() {
        server.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
            response.set_content(metrics(), "text/plain; version=0.0.4; charset=utf-8");
        });
        server.Get("/healthz", [this](const httplib::Request&, httplib::Response& response) {
            const bool good = alive();
            response.status = good ? 200 : 503;
            response.set_content(nlohmann::json{{"alive", good}}.dump() + "\n", "application/json");
        });
        server.Get("/readyz", [this](const httplib::Request&, httplib::Response& response) {
            const Readiness now = readiness_now();
            response.status = now.ready ? 200 : 503;
            const nlohmann::json body{{"ready", now.ready}, {"reasons", now.reasons}};
            response.set_content(body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
                                 "application/json");
        });
    }
};

HttpServer::HttpServer(const base::Endpoint& local, std::function<std::string()> metrics)
    : impl_(std::make_unique<Impl>()) {
    impl_->local = local;
    impl_->metrics = std::move(metrics);
    Server& server = impl_->server;
    server.set_socket_options(&take_address);
    server.set_payload_max_length(request_octets);
    server.new_task_queue = [] { return new TaskThreads(most_connections); };  // the library deletes it
    impl_->route();
    server.bind(local);
    impl_->local.port = server.port();
    impl_->acceptor = std::thread([&server] { server.listen_after_bind(); });
    while (!server.is_running()) std::this_thread::yield();  // stop() before that would be lost
}

HttpServer::~HttpServer() {
    impl_->server.end_connections();
    impl_->server.stop();
    impl_->acceptor.join();
}

void HttpServer::publish(Readiness readiness) {
    const std::lock_guard lock(impl_->mutex);
    impl_->readiness = std::move(readiness);
    impl_->published = host::now();
}

base::Endpoint HttpServer::listening() const {
    return impl_->local;
}

}  // namespace innkeeper::web
