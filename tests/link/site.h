// A site of a lab: its links on an address of its own, and what they told.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "link/peer_links.h"
#include "support/lab_certificates.h"
#include "support/run_until.h"

namespace innkeeper::link_tests {

using core::LinkState;
using support::LabCertificates;
using support::run_until;

// Addresses of this process only, so that tests running side by side do not meet.
inline base::Endpoint address(int host) {
    const int process = ::getpid() & 0xffff;
    return base::Endpoint::parse("127." + std::to_string(64 + process / 4096) + "." +
                                 std::to_string(process / 16 % 256) + "." + std::to_string(process % 16 * 16 + host) +
                                 ":5067")
        .value();
}

inline link::CertificateFiles files(const LabCertificates& lab, const std::string& name) {
    return {lab.file(name + ".pem"), lab.file(name + ".key"), lab.file("ca.pem")};
}

inline link::LinkSettings settings(const LabCertificates& lab, const std::string& name,
                                   const std::map<std::string, int>& everybody) {
    link::LinkSettings settings{{name}, address(everybody.at(name)), {}, files(lab, name)};
    for (const auto& [site, host] : everybody)
        if (site != name) settings.peers[{site}] = address(host);
    return settings;
}

struct Site {
    Site(host::Loop& loop, const link::LinkSettings& settings)
        : log(host::Level::debug, host::LogFormat::text,
              [this](std::string_view line) { lines += std::string(line) + "\n"; }),
          links(std::make_unique<link::PeerLinks>(loop, settings, log,
                                                  [this](core::Event event) { take(std::move(event)); })) {}

    void take(core::Event event) {
        if (auto* change = std::get_if<core::PeerLinkChanged>(&event))
            changes.push_back(*change);
        else
            heard.push_back(std::get<core::PeerMessageReceived>(std::move(event)));
    }
    bool told(const std::string& peer, LinkState state) const {
        return std::any_of(changes.begin(), changes.end(), [&](const core::PeerLinkChanged& change) {
            return change.site.text == peer && change.state == state;
        });
    }
    bool is(const std::string& peer, LinkState state) const {
        const auto last = std::find_if(changes.rbegin(), changes.rend(),
                                       [&](const core::PeerLinkChanged& change) { return change.site.text == peer; });
        return last != changes.rend() && last->state == state;
    }
    bool up(const std::string& peer) const { return is(peer, LinkState::up); }
    std::string detail() const { return changes.empty() ? std::string() : changes.back().detail; }
    std::set<std::string> heard_from() const {
        std::set<std::string> names;
        for (const auto& message : heard) names.insert(message.from.text);
        return names;
    }

    std::string lines;
    host::Log log;
    std::vector<core::PeerLinkChanged> changes;
    std::vector<core::PeerMessageReceived> heard;
    std::unique_ptr<link::PeerLinks> links;
};

}  // namespace innkeeper::link_tests
