// Names and numbers that must not be mixed up with other names and numbers.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace innkeeper::base {

// A site as the operator named it (`site`, `peer`): lower-case letters, digits and hyphens, at most 63 octets.
struct SiteName {
    std::string text;
    auto operator<=>(const SiteName&) const = default;
};

// Which life of a site said something: higher is later. Only that site counts it.
struct Epoch {
    std::uint64_t value = 0;
    auto operator<=>(const Epoch&) const = default;
};

// Position in one site's log of changes within one epoch; 0 is before the first change.
struct Sequence {
    std::uint64_t value = 0;
    auto operator<=>(const Sequence&) const = default;
};

// A REGISTER or OPTIONS that waits for its answer in the SIP edge. Never reused within a run.
struct RequestId {
    std::uint64_t value = 0;
    auto operator<=>(const RequestId&) const = default;
};

// A phone that is asked whether it is there. Never reused within a run.
struct ProbeId {
    std::uint64_t value = 0;
    auto operator<=>(const ProbeId&) const = default;
};

// A command that waits for its reply in the control edge.
struct CommandId {
    std::uint64_t value = 0;
    auto operator<=>(const CommandId&) const = default;
};

}  // namespace innkeeper::base

template <>
struct std::hash<innkeeper::base::SiteName> {
    std::size_t operator()(const innkeeper::base::SiteName& site) const noexcept {
        return std::hash<std::string>{}(site.text);
    }
};
