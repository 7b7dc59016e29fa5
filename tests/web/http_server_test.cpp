#include "web/http_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "host/clock.h"

using namespace innkeeper;
using web::HttpServer;

namespace {

base::Endpoint loopback() {
    return *base::Endpoint::parse("127.0.0.1:0");
}

// A client by hand: what is wrong on the wire is part of the tests.
class Client {
public:
    explicit Client(const base::Endpoint& to) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(to.port);
        ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
        connected_ = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~Client() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    Client(Client&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), connected_(other.connected_) {}
    bool connected() const { return connected_; }
    bool send(std::string_view text) const {
        return ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
    }
    // Everything until the server closes; what a broken server leaves open ends after `patience`.
    std::string receive_all(int patience_milliseconds = 10000) const {
        std::string all;
        char part[4096];
        pollfd readable{descriptor_, POLLIN, 0};
        while (::poll(&readable, 1, patience_milliseconds) > 0) {
            const ssize_t got = ::recv(descriptor_, part, sizeof part, 0);
            if (got <= 0) return all;
            all.append(part, static_cast<std::size_t>(got));
        }
        return "still open: " + all;
    }

private:
    int descriptor_;
    bool connected_ = false;
};

std::string ask(const HttpServer& server, const std::string& method, const std::string& path) {
    const Client client(server.listening());
    REQUIRE(client.connected());
    REQUIRE(client.send(method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"));
    return client.receive_all();
}

std::string status_line(const std::string& answer) {
    return answer.substr(0, answer.find("\r\n"));
}

std::string body(const std::string& answer) {
    const auto at = answer.find("\r\n\r\n");
    return at == std::string::npos ? "" : answer.substr(at + 4);
}

}  // namespace

TEST_CASE("metrics are served as they are at that moment", "[web][R23]") {
    int scrapes = 0;
    const HttpServer server(loopback(), [&] { return "innkeeper_up " + std::to_string(++scrapes) + "\n"; });
    CHECK(body(ask(server, "GET", "/metrics")) == "innkeeper_up 1\n");
    const std::string second = ask(server, "GET", "/metrics");
    CHECK(body(second) == "innkeeper_up 2\n");
    CHECK(status_line(second) == "HTTP/1.1 200 OK");
    CHECK(second.find("Content-Type: text/plain; version=0.0.4") != std::string::npos);
}

TEST_CASE("the daemon is alive once its loop has published", "[web]") {
    HttpServer server(loopback(), [] { return ""; });
    CHECK(status_line(ask(server, "GET", "/healthz")) == "HTTP/1.1 503 Service Unavailable");
    CHECK(body(ask(server, "GET", "/readyz")) ==
          "{\"failovers\":[],\"ready\":false,\"reasons\":[\"the event loop does not turn\"]}\n");
    server.publish({false, {"users are not loaded"}});
    CHECK(body(ask(server, "GET", "/healthz")) == "{\"alive\":true}\n");
}

TEST_CASE("a site that would not admit phones says 503 and why", "[web]") {
    HttpServer server(loopback(), [] { return ""; });
    server.publish({false, {"users are not loaded", "draining: \xff\"x\""}});
    const std::string no = ask(server, "GET", "/readyz");
    CHECK(status_line(no) == "HTTP/1.1 503 Service Unavailable");
    CHECK(body(no) ==
          "{\"failovers\":[],\"ready\":false,\"reasons\":[\"users are not loaded\",\"draining: "
          "\xef\xbf\xbd\\\"x\\\"\"]}\n");
    server.publish({true, {}});
    const std::string yes = ask(server, "GET", "/readyz");
    CHECK(status_line(yes) == "HTTP/1.1 200 OK");
    CHECK(body(yes) == "{\"failovers\":[],\"ready\":true,\"reasons\":[]}\n");
}

TEST_CASE("only GET and HEAD of three pages are answered", "[web][R23]") {
    HttpServer server(loopback(), [] { return "some text\n"; });
    server.publish({true, {}});
    CHECK(status_line(ask(server, "HEAD", "/metrics")) == "HTTP/1.1 200 OK");
    CHECK(body(ask(server, "HEAD", "/metrics")).empty());
    CHECK(status_line(ask(server, "GET", "/")) == "HTTP/1.1 404 Not Found");
    CHECK(status_line(ask(server, "GET", "/metrics/../../etc/passwd")) == "HTTP/1.1 404 Not Found");
    CHECK(status_line(ask(server, "POST", "/metrics")) == "HTTP/1.1 404 Not Found");
    CHECK(status_line(ask(server, "DELETE", "/healthz")) == "HTTP/1.1 404 Not Found");
}

TEST_CASE("a request beyond the limit is not read to its end", "[web][R23]") {
    const HttpServer server(loopback(), [] { return ""; });
    const Client header(server.listening());
    header.send("GET /metrics HTTP/1.1\r\nX: " + std::string(4 * HttpServer::request_octets, 'x') + "\r\n\r\n");
    CHECK(header.receive_all().find("200 OK") == std::string::npos);
    const Client many(server.listening());
    std::string headers = "GET /metrics HTTP/1.1\r\n";
    for (int i = 0; i < 2000; ++i) headers += "A: b\r\n";
    many.send(headers + "\r\n");
    CHECK(many.receive_all().find("200 OK") == std::string::npos);
    const Client large(server.listening());
    large.send("POST /metrics HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n" +
               std::string(2 * HttpServer::request_octets, 'x'));
    CHECK(large.receive_all().find("200 OK") == std::string::npos);
}

TEST_CASE("300 idle clients do not keep a scraper waiting", "[web][R23]") {
    const HttpServer server(loopback(), [] { return "innkeeper_up 1\n"; });
    std::vector<Client> idle;
    for (int i = 0; i < 300; ++i) {
        idle.emplace_back(server.listening());
        REQUIRE(idle.back().connected());
        if (i % 2 == 0) idle.back().send("GET /met");  // half of them stop in the middle
    }
    const base::Instant before = host::now();
    CHECK(body(ask(server, "GET", "/metrics")) == "innkeeper_up 1\n");
    CHECK(host::now() - before < HttpServer::connection_time);  // not by waiting until the idle ones are thrown out
    CHECK(idle.front().receive_all().find("200 OK") == std::string::npos);
}

TEST_CASE("beyond the limit of connections newcomers are closed at once and the server goes on", "[web][R23]") {
    const HttpServer server(loopback(), [] { return "innkeeper_up 1\n"; });
    {
        std::vector<Client> idle;
        for (std::size_t i = 0; i < HttpServer::most_connections; ++i) idle.emplace_back(server.listening());
        std::string answer;
        const Client late(server.listening());
        late.send("GET /metrics HTTP/1.1\r\n\r\n");
        answer = late.receive_all();
        CHECK(answer.empty());
    }
    const auto deadline = host::now() + std::chrono::seconds(10);
    std::string answer;
    while (answer.empty() && host::now() < deadline) answer = body(ask(server, "GET", "/metrics"));
    CHECK(answer == "innkeeper_up 1\n");
}

TEST_CASE("a server that ran out of descriptors goes on when there are some", "[web][R14]") {
    const pid_t child = ::fork();
    if (child == 0) {  // a process of its own, for the limit is one of the process
        const HttpServer server(loopback(), [] { return "innkeeper_up 1\n"; });
        std::vector<int> hoard;
        const Client client(server.listening());
        rlimit limit{64, 64};
        ::setrlimit(RLIMIT_NOFILE, &limit);
        for (int taken = 0; (taken = ::dup(0)) >= 0;) hoard.push_back(taken);
        ::close(hoard.back());
        hoard.pop_back();
        const Client late(server.listening());  // takes the last one; the server has none for it
        late.send("GET /metrics HTTP/1.1\r\n\r\n");
        const bool waited = late.receive_all(300).find("innkeeper_up") == std::string::npos;
        for (const int descriptor : hoard) ::close(descriptor);
        ::_exit(waited && body(late.receive_all()) == "innkeeper_up 1\n" ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

TEST_CASE("a taken port is one clear line", "[web]") {
    const HttpServer first(loopback(), [] { return ""; });
    CHECK_THROWS_WITH(HttpServer(first.listening(), [] { return std::string(); }),
                      "http-listen " + first.listening().text() + ": Address already in use");
    CHECK_THROWS_WITH(HttpServer(*base::Endpoint::parse("192.0.2.1:80"), [] { return std::string(); }),
                      "http-listen 192.0.2.1:80: Cannot assign requested address");
}

TEST_CASE("IPv6 is served", "[web]") {
    const HttpServer server(*base::Endpoint::parse("[::1]:0"), [] { return ""; });
    CHECK(server.listening().text().substr(0, 6) == "[::1]:");
    CHECK(server.listening().port != 0);
}

TEST_CASE("a server with idle connections ends without waiting for them", "[web]") {
    auto server = std::make_unique<HttpServer>(loopback(), [] { return std::string(); });
    const Client idle(server->listening());
    const base::Instant before = host::now();
    server.reset();
    CHECK(host::now() - before < HttpServer::connection_time);
}

TEST_CASE("the pairs of a home and its backup stand in the body of readyz and change nothing of its status", "[web]") {
    HttpServer server(loopback(), [] { return ""; });
    server.publish({true, {}, {{"north", "south", false, {"blocks: no link"}}, {"west", "", true, {}}}});
    const std::string answer = ask(server, "GET", "/readyz");
    CHECK(status_line(answer) == "HTTP/1.1 200 OK");
    CHECK(
        body(answer) ==
        "{\"failovers\":[{\"backup\":\"south\",\"findings\":[\"blocks: no link\"],\"home\":\"north\",\"ready\":false},"
        "{\"backup\":null,\"findings\":[],\"home\":\"west\",\"ready\":true}],\"ready\":true,\"reasons\":[]}\n");
}
