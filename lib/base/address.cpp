#include "base/address.h"

#include <arpa/inet.h>  // inet_pton and inet_ntop only: text conversion, no socket

#include <algorithm>
#include <charconv>
#include <cstring>

namespace innkeeper::base {
namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

Expected<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (problem != std::errc{} || end != text.data() + text.size() || text.empty())
        return error("'" + std::string(text) + "' is no port number (0 to 65535)");
    return port;
}

}  // namespace

std::string_view to_text(Transport transport) {
    switch (transport) {
        case Transport::udp:
            return "udp";
        case Transport::tcp:
            return "tcp";
        case Transport::tls:
            return "tls";
    }
    return "udp";
}

Expected<IpAddress> IpAddress::parse(std::string_view text) {
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
    const std::string terminated(text);
    IpAddress address;
    if (inet_pton(AF_INET, terminated.c_str(), address.octets.data() + v4_prefix.size()) == 1) {
        std::copy(v4_prefix.begin(), v4_prefix.end(), address.octets.begin());
        return address;
    }
    if (inet_pton(AF_INET6, terminated.c_str(), address.octets.data()) == 1) return address;
    return error("'" + terminated + "' is no IPv4 or IPv6 address");
}

bool IpAddress::is_v4() const {
    return std::equal(v4_prefix.begin(), v4_prefix.end(), octets.begin());
}

std::string IpAddress::text() const {
    char text[INET6_ADDRSTRLEN] = {};
    if (is_v4())
        inet_ntop(AF_INET, octets.data() + v4_prefix.size(), text, sizeof text);
    else
        inet_ntop(AF_INET6, octets.data(), text, sizeof text);
    return text;
}

Expected<Endpoint> Endpoint::parse(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return error("'" + std::string(text) + "' is no ADDR:PORT");
    const std::string_view host = text.substr(0, colon);
    if (host.find(':') != std::string_view::npos && host.front() != '[')
        return error("'" + std::string(text) + "': write an IPv6 address in brackets, as in [2001:db8::1]:5060");
    const auto ip = IpAddress::parse(host);
    if (!ip) return Unexpected{ip.error()};
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return Unexpected{port.error()};
    return Endpoint{*ip, *port};
}

std::string Endpoint::text() const {
    const std::string host = ip.is_v4() ? ip.text() : "[" + ip.text() + "]";
    return host + ":" + std::to_string(port);
}

Expected<Listener> Listener::parse(std::string_view text) {
    for (const Transport transport : {Transport::udp, Transport::tcp, Transport::tls}) {
        const std::string prefix = std::string(to_text(transport)) + ":";
        if (!text.starts_with(prefix)) continue;
        const auto local = Endpoint::parse(text.substr(prefix.size()));
        if (!local) return Unexpected{local.error()};
        return Listener{transport, *local};
    }
    return error("'" + std::string(text) + "': write udp:ADDR:PORT, tcp:ADDR:PORT or tls:ADDR:PORT");
}

std::string Listener::text() const {
    return std::string(to_text(transport)) + ":" + local.text();
}

}  // namespace innkeeper::base
