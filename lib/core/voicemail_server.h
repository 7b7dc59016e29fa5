// A voicemail server as an operator names it and peers are told of it: a SIP URI with an IP literal, for nobody here
// asks a name server. A value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/expected.h"

namespace innkeeper::core {

struct VoicemailServer {
    static constexpr std::size_t longest = 256;  // octets of the URI

    std::string uri;
    base::Transport transport = base::Transport::udp;
    base::Endpoint endpoint;

    // "sip:messages@192.0.2.30:5060"; without a port 5060. The error says what to write.
    static base::Expected<VoicemailServer> parse(std::string_view uri);
    // As a peer tells it or memory keeps it: nothing where it is empty, or of a kind that this version does not know.
    static std::optional<VoicemailServer> from(std::string_view uri) {
        auto server = uri.empty() ? base::Expected<VoicemailServer>(base::error("none")) : parse(uri);
        return server ? std::optional(std::move(*server)) : std::nullopt;
    }
    bool operator==(const VoicemailServer&) const = default;
};

inline std::string uri_of(const std::optional<VoicemailServer>& server) {
    return server ? server->uri : std::string{};
}

}  // namespace innkeeper::core
