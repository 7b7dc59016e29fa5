#include "web/http_server.h"

#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "host/clock.h"
#include "web/connection.h"
#include "web/listener.h"
#include "web/threads.h"

namespace innkeeper::web {
namespace {

// The library's parser and router, on connections of our own.
class Router : public httplib::Server {
public:
    void serve(Connection& connection) {
        bool closed = false;
        process_request(connection, true, closed, nullptr);
    }
};

}  // namespace

struct HttpServer::Impl {
    std::function<std::string()> metrics;
    std::mutex mutex;
    Readiness readiness;                     // under mutex
    std::optional<base::Instant> published;  // under mutex
    Router router;
    Listener listener;
    Threads threads{most_connections};  // ends before what it uses

    Impl(const base::Endpoint& local, std::function<std::string()> text) : metrics(std::move(text)), listener(local) {}

    void serve(int descriptor) {
        // Made here, so that it is closed when there is no thread for it.
        const auto connection =
            std::make_shared<Connection>(descriptor, listener.stopped(), request_octets, host::now() + connection_time);
        threads.start([this, connection] { router.serve(*connection); });
    }

    bool alive() {
        const std::lock_guard lock(mutex);
        return published && host::now() - *published <= loop_silence_allowed;
    }

    Readiness readiness_now() {
        if (!alive()) return {false, {"the event loop does not turn"}, {}};
        const std::lock_guard lock(mutex);
        return readiness;
    }

    void route() {
        router.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
            response.set_content(metrics(), "text/plain; version=0.0.4; charset=utf-8");
        });
        router.Get("/healthz", [this](const httplib::Request&, httplib::Response& response) {
            const bool good = alive();
            response.status = good ? 200 : 503;
            response.set_content(nlohmann::json{{"alive", good}}.dump() + "\n", "application/json");
        });
        router.Get("/readyz", [this](const httplib::Request&, httplib::Response& response) {
            const Readiness now = readiness_now();
            response.status = now.ready ? 200 : 503;
            nlohmann::json pairs = nlohmann::json::array();
            for (const Readiness::Pair& pair : now.failovers)
                pairs.push_back({{"home", pair.home},
                                 {"backup", pair.backup.empty() ? nlohmann::json() : nlohmann::json(pair.backup)},
                                 {"ready", pair.ready},
                                 {"findings", pair.findings}});
            const nlohmann::json body{{"ready", now.ready}, {"reasons", now.reasons}, {"failovers", pairs}};
            response.set_content(body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
                                 "application/json");
        });
    }
};

HttpServer::HttpServer(const base::Endpoint& local, std::function<std::string()> metrics)
    : impl_(std::make_unique<Impl>(local, std::move(metrics))) {
    impl_->router.set_payload_max_length(request_octets);
    impl_->route();
    impl_->listener.start([impl = impl_.get()](int descriptor) { impl->serve(descriptor); });
}

HttpServer::~HttpServer() {
    impl_->listener.stop();
}

void HttpServer::publish(Readiness readiness) {
    const std::lock_guard lock(impl_->mutex);
    impl_->readiness = std::move(readiness);
    impl_->published = host::now();
}

base::Endpoint HttpServer::listening() const {
    return impl_->listener.local();
}

}  // namespace innkeeper::web
