// Settings of test sites, so that a test names only what it is about.
#pragma once

#include <initializer_list>
#include <string_view>

#include "core/settings.h"

namespace innkeeper::support {

inline constexpr std::string_view domain = "example.test";

// The defaults of the product, one domain, no TLS.
inline core::Settings settings_of(std::string_view site, std::initializer_list<std::string_view> peers,
                                  std::initializer_list<std::string_view> backups) {
    core::Settings settings;
    settings.site.text = site;
    for (const std::string_view peer : peers) settings.peers.push_back({std::string(peer)});
    for (const std::string_view backup : backups) settings.backups.push_back({std::string(backup)});
    settings.matching.domains = {std::string(domain)};
    return settings;
}

}  // namespace innkeeper::support
