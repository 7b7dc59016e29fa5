#include "sip/stun_keepalive.h"

#include <cstdint>

namespace innkeeper::sip {
namespace {

constexpr std::size_t header_octets = 20;
constexpr std::string_view binding_request{"\x00\x01", 2};
constexpr std::string_view magic_cookie{"\x21\x12\xA4\x42", 4};

std::uint8_t octet(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

bool is_binding_request(std::string_view datagram) {
    if (datagram.size() < header_octets || datagram.substr(0, 2) != binding_request) return false;
    const std::size_t attributes = std::size_t{octet(datagram, 2)} << 8 | octet(datagram, 3);
    return datagram.substr(4, 4) == magic_cookie && attributes + header_octets == datagram.size();
}

}  // namespace

std::size_t answer_stun_keepalive(std::string_view datagram, const base::Endpoint& source, char* out) {
    if (!is_binding_request(datagram)) return 0;
    const std::string_view mask = datagram.substr(4, 16);  // magic cookie and transaction id
    const bool v4 = source.ip.is_v4();
    const std::size_t address_octets = v4 ? 4 : 16;
    const std::size_t address_from = 16 - address_octets;  // IPv4 is kept as the end of an IPv6 address

    char* at = out;
    const auto put = [&at](unsigned value) { *at++ = static_cast<char>(value & 0xFFU); };
    put(0x01), put(0x01);                                     // Binding success response
    put(0), put(static_cast<unsigned>(8 + address_octets));   // length of the attributes
    for (const char c : mask) put(static_cast<unsigned>(c));  // of the request
    put(0x00), put(0x20);                                     // XOR-MAPPED-ADDRESS
    put(0), put(static_cast<unsigned>(4 + address_octets));   // its length
    put(0), put(v4 ? 1 : 2);                                  // family
    put((source.port >> 8U) ^ octet(mask, 0)), put((source.port & 0xFFU) ^ octet(mask, 1));
    for (std::size_t i = 0; i < address_octets; ++i) put(source.ip.octets[address_from + i] ^ octet(mask, i));
    return static_cast<std::size_t>(at - out);
}

}  // namespace innkeeper::sip
