// Reading one value of an option. Each returns what is wrong and what to do, or nothing.
#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/options.h"

namespace innkeeper::daemon {

using Wrong = std::optional<std::string>;

Wrong take_text(std::string_view value, std::string& into);
Wrong take_name(std::string_view value, std::string& into);  // not empty
Wrong take_path(std::string_view value, std::string& into);  // absolute
Wrong take_duration(std::string_view value, base::Duration at_least, base::Duration& into);
Wrong take_seconds(std::string_view value, std::chrono::seconds& into);  // at least one, whole
Wrong take_count(std::string_view value, std::uint32_t& into);           // 0 to 1000000
Wrong take_rate(std::string_view value, std::uint32_t& into);
Wrong take_count(std::string_view value, std::uint32_t most, std::uint32_t& into);  // at least one
Wrong take_number(std::string_view value, std::uint32_t& into);                     // zero too
Wrong take_window(std::string_view value, std::optional<core::DailyWindow>& into);  // empty: none
Wrong take_site(std::string_view value, base::SiteName& into);
Wrong take_domain(std::string_view value, std::vector<std::string>& into);
Wrong take_listener(std::string_view value, std::vector<base::Listener>& into);
Wrong take_endpoint(std::string_view value, std::optional<base::Endpoint>& into);
Wrong take_host(std::string_view value, std::string& into);  // an address or a DNS name; empty: none
Wrong take_pbx(std::string_view value, std::vector<core::CallSettings::Pbx>& into);
Wrong take_feature_code(std::string_view value, core::FeatureCodes& into);
Wrong take_voicemail(std::string_view value, std::optional<core::VoicemailServer>& into);  // empty: none
Wrong take_peer(std::string_view value, Options& options);

// One of a few words.
template <class T>
Wrong take_word(std::string_view value, std::initializer_list<std::pair<std::string_view, T>> words, T& into) {
    std::string known;
    for (const auto& [word, meaning] : words) {
        if (word == value) {
            into = meaning;
            return std::nullopt;
        }
        known += (known.empty() ? "" : ", ") + std::string(word);
    }
    return "'" + std::string(value) + "' is not known: write one of " + known;
}

}  // namespace innkeeper::daemon
