// Where a packet came from and where an answer goes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/expected.h"

namespace innkeeper::base {

enum class Transport : std::uint8_t { udp, tcp, tls };
std::string_view to_text(Transport transport);  // "udp", "tcp", "tls"

// IPv4 as an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2), so that one representation serves both.
struct IpAddress {
    std::array<std::uint8_t, 16> octets{};

    static Expected<IpAddress> parse(std::string_view text);  // "192.0.2.1", "2001:db8::1", "[2001:db8::1]"
    bool is_v4() const;
    std::string text() const;  // without brackets
    auto operator<=>(const IpAddress&) const = default;
};

struct Endpoint {
    IpAddress ip;
    std::uint16_t port = 0;

    static Expected<Endpoint> parse(std::string_view text);  // "192.0.2.1:5060", "[2001:db8::1]:5060"
    std::string text() const;                                // the same form, with brackets around IPv6
    auto operator<=>(const Endpoint&) const = default;
};

// `listen`: "udp:ADDR:PORT", "tcp:ADDR:PORT", "tls:ADDR:PORT".
struct Listener {
    Transport transport = Transport::udp;
    Endpoint local;

    static Expected<Listener> parse(std::string_view text);
    std::string text() const;
    auto operator<=>(const Listener&) const = default;
};

// The way back to a phone (RFC 5626 section 3.2): over UDP its source address at one of our listeners, over a stream
// the connection it came on.
struct Flow {
    Transport transport = Transport::udp;
    std::uint8_t listener = 0;  // index into the configured `listen` list
    Endpoint remote;
    std::uint64_t connection = 0;  // 0 for UDP; never reused within a run
    auto operator<=>(const Flow&) const = default;
};

}  // namespace innkeeper::base
