// HTTP for machines that watch: /metrics, /healthz (200 while the event loop turns), /readyz (200 while this site would
// admit its phones, else 503 with the reasons; in the body also whether failovers would work, which changes nothing of
// the status: a site whose backup is away has to stay in service all the more). cpp-httplib parses and routes; GET and
// HEAD only, 404 for the rest.
//
// Runs on threads of its own, one per connection, and touches nothing of the loop's: the loop publishes what they say.
// A connection carries one request and is bounded in octets and time, so that idle or greedy clients cost a sleeping
// thread each and no more; what comes beyond the limit of connections is closed at once (R23).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/instant.h"

namespace innkeeper::web {

struct Readiness {
    bool ready = false;
    std::vector<std::string> reasons;  // why not, in words
    struct Pair {
        std::string home;
        std::string backup;  // empty: none is named
        bool ready = false;
        std::vector<std::string> findings;  // in words, with what to do
    };
    std::vector<Pair> failovers = {};
};

class HttpServer {
public:
    static constexpr std::size_t most_connections = 512;
    static constexpr std::size_t request_octets = 4096;                         // line, headers and body
    static constexpr base::Duration connection_time = std::chrono::seconds(5);  // from accept to the last octet out
    static constexpr base::Duration loop_silence_allowed = std::chrono::seconds(5);  // longer: not alive

    // Serves from now on. `metrics` is called from any thread and gives the text exposition. Port 0 takes a free one.
    // Throws std::runtime_error with one line where the port is taken or the address is not ours.
    HttpServer(const base::Endpoint& local, std::function<std::string()> metrics);
    ~HttpServer();  // ends all connections
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // By the loop, about once a second: this is also how /healthz knows that the loop turns. Until the first time the
    // daemon is neither alive nor ready.
    void publish(Readiness readiness);

    base::Endpoint listening() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace innkeeper::web
