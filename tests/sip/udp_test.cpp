#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "sip/phone_edge.h"
#include "sip/sip_text.h"
#include "support/run_until.h"

using namespace innkeeper;
using support::header;
using support::headers;
using support::RegisterText;
using support::status_of;

namespace {

// A phone's socket, connected to the server, on the loop's own thread.
class UdpPhone {
public:
    explicit UdpPhone(const base::Endpoint& server) : UdpPhone(server, server.ip.is_v4() ? AF_INET : AF_INET6) {}
    ~UdpPhone() { ::close(socket_); }
    void send(std::string_view text) { REQUIRE(::send(socket_, text.data(), text.size(), 0) == ssize_t(text.size())); }
    std::string receive() {
        char room[65536];
        const auto got = ::recv(socket_, room, sizeof room, MSG_DONTWAIT);
        return got > 0 ? std::string(room, static_cast<std::size_t>(got)) : std::string();
    }

private:
    UdpPhone(const base::Endpoint& server, int family) : socket_(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        if (family == AF_INET) {
            sockaddr_in to{};
            to.sin_family = AF_INET;
            to.sin_port = htons(server.port);
            inet_pton(AF_INET, server.ip.text().c_str(), &to.sin_addr);
            REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
        } else {
            sockaddr_in6 to{};
            to.sin6_family = AF_INET6;
            to.sin6_port = htons(server.port);
            inet_pton(AF_INET6, server.ip.text().c_str(), &to.sin6_addr);
            REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
        }
    }
    int socket_;
};

// An edge whose core grants what is asked.
struct GrantingEdge {
    host::Loop loop;
    std::unique_ptr<sip::PhoneEdge> edge;
    int registers = 0;

    explicit GrantingEdge(std::string_view listener) {
        sip::PhoneEdgeSettings settings;
        settings.listeners = {*base::Listener::parse(listener)};
        edge = std::make_unique<sip::PhoneEdge>(
            loop, settings,
            [this](const core::RegisterRequest& request) {
                ++registers;
                core::Response response;
                response.to = request.id;
                for (const auto& contact : request.contacts)
                    response.contacts.push_back({contact.uri, contact.instance, contact.reg_id, contact.q,
                                                 contact.expires.value_or(request.expires.value_or(300))});
                edge->answer(response);
            },
            [this](const core::OptionsRequest& request) {
                core::Response response;
                response.to = request.id;
                edge->answer(response);
            });
    }
    base::Endpoint address() const { return edge->listeners().front().local; }
    std::string answer_to(UdpPhone& phone, std::string_view text) {
        phone.send(text);
        std::string answer;
        support::run_until(loop, [&] {
            if (answer.empty()) answer = phone.receive();
            return !answer.empty();
        });
        return answer;
    }
};

}  // namespace

TEST_CASE("a REGISTER over UDP is answered to where it came from", "[sip][registrar]") {
    for (const char* listener : {"udp:127.77.21.1:0", "udp:[::1]:0", "udp:0.0.0.0:0"}) {
        GrantingEdge site(listener);
        auto server = site.address();
        if (listener == std::string_view("udp:0.0.0.0:0")) server.ip = *base::IpAddress::parse("127.77.21.9");
        UdpPhone phone(server);  // connected: the answer must come from the address that was asked
        const auto answer = site.answer_to(phone, RegisterText{}.text());
        CHECK(status_of(answer) == 200);
        CHECK(header(answer, "Contact") == "<sip:1001@127.0.0.1:5062>;expires=300");
        CHECK(header(answer, "Via").find(";rport=") != std::string::npos);
        CHECK(header(answer, "Via").find(";received=") != std::string::npos);
        CHECK(site.registers == 1);
        CHECK(site.edge->counters().of(base::Transport::udp).answered == 1);
    }
}

TEST_CASE("a port that is taken is told in one line", "[sip]") {
    GrantingEdge site("udp:127.77.21.1:0");
    const auto taken = "udp:" + site.address().text();
    CHECK_THROWS_WITH(GrantingEdge(taken), "listen " + taken + ": cannot bind: Address already in use");
}
