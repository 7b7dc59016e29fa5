#include "world/settings_text.h"

#include <functional>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "base/duration.h"
#include "support/settings.h"

namespace innkeeper::world {
namespace {

using core::Settings;

struct Setting {
    const char* key;
    std::function<void(Settings&, const std::string&)> read;
    std::function<std::string(const Settings&)> write;
};

base::Duration duration(const std::string& text) {
    const auto parsed = base::parse_duration(text);
    if (!parsed) throw std::runtime_error(parsed.error().text);
    return *parsed;
}

template <class Member>
Setting duration_of(const char* key, Member member) {
    return {key,
            [member](Settings& settings, const std::string& value) {
                auto& into = member(settings);
                into = std::chrono::duration_cast<std::decay_t<decltype(into)>>(duration(value));
            },
            [member](const Settings& settings) {
                Settings copy = settings;
                return base::to_text(member(copy));
            }};
}

template <class Member>
Setting number_of(const char* key, Member member) {
    return {key,
            [member](Settings& settings, const std::string& value) {
                auto& into = member(settings);
                into = static_cast<std::decay_t<decltype(into)>>(std::stoull(value));
            },
            [member](const Settings& settings) {
                Settings copy = settings;
                return std::to_string(member(copy));
            }};
}

template <class Member>
Setting flag_of(const char* key, Member member) {
    return {key, [member](Settings& settings, const std::string& value) { member(settings) = value == "yes"; },
            [member](const Settings& settings) {
                Settings copy = settings;
                return std::string(member(copy) ? "yes" : "no");
            }};
}

std::string joined(const std::vector<base::SiteName>& names) {
    std::string text;
    for (const base::SiteName& name : names) text += (text.empty() ? "" : ",") + name.text;
    return text;
}

std::vector<base::SiteName> names_in(const std::string& list) {
    std::vector<base::SiteName> names;
    std::istringstream in(list);
    for (std::string name; std::getline(in, name, ',');) names.push_back({name});
    return names;
}

// One, beside its site.
std::vector<core::CallSettings::Pbx> pbxs_in(const std::string& name) {
    if (name.empty()) return {};
    return {{name, base::Transport::udp, *base::Endpoint::parse("192.0.2.80:5060")}};
}

template <class Member>
Setting voicemail_of(const char* key, Member member) {
    return {key,
            [member](Settings& settings, const std::string& value) {
                member(settings) = core::VoicemailServer::from(value);
            },
            [member](const Settings& settings) {
                Settings copy = settings;
                return core::uri_of(member(copy));
            }};
}

const std::vector<Setting>& table() {
    static const std::vector<Setting> settings{
        {"backups", [](Settings& s, const std::string& value) { s.backups = names_in(value); },
         [](const Settings& s) { return joined(s.backups); }},
        duration_of(
            "lost-after", [](Settings & s) -> auto& { return s.health.lost_after; }),
        duration_of(
            "lost-after-witnessed", [](Settings & s) -> auto& { return s.health.lost_after_witnessed; }),
        {"pbx", [](Settings& s, const std::string& value) { s.calls.pbxs = pbxs_in(value); },
         [](const Settings& s) { return s.calls.pbxs.empty() ? std::string() : s.calls.pbxs.front().name; }},
        voicemail_of(
            "voicemail", [](Settings & s) -> auto& { return s.calls.voicemail; }),
        voicemail_of(
            "voicemail-backup", [](Settings & s) -> auto& { return s.calls.voicemail_backup; }),
        duration_of(
            "pbx-lost-after", [](Settings & s) -> auto& { return s.health.pbx_lost_after; }),
        number_of(
            "lost-witness-phones", [](Settings & s) -> auto& { return s.health.witness_phones; }),
        duration_of(
            "suspect-after", [](Settings & s) -> auto& { return s.health.suspect_after; }),
        {"failover-trigger",
         [](Settings& s, const std::string& value) {
             s.failover.trigger = value == "any" ? core::FailoverTrigger::any : core::FailoverTrigger::physical;
         },
         [](const Settings& s) { return s.failover.trigger == core::FailoverTrigger::any ? "any" : "physical"; }},
        {"failback-mode",
         [](Settings& s, const std::string& value) {
             s.failover.failback_mode = value == "manual" ? core::FailbackMode::manual : core::FailbackMode::automatic;
         },
         [](const Settings& s) {
             return s.failover.failback_mode == core::FailbackMode::manual ? "manual" : "automatic";
         }},
        duration_of(
            "failback-after", [](Settings & s) -> auto& { return s.failover.failback_after; }),
        number_of(
            "failback-rate", [](Settings & s) -> auto& { return s.failover.failback_rate; }),
        number_of(
            "failback-canaries", [](Settings & s) -> auto& { return s.failover.failback_canaries; }),
        {"failback-window",
         [](Settings& s, const std::string& value) { s.failover.failback_window = core::DailyWindow::parse(value); },
         [](const Settings& s) {
             const auto& window = s.failover.failback_window;
             return window ? window->text() : std::string();
         }},
        duration_of(
            "homeless-grace", [](Settings & s) -> auto& { return s.failover.homeless_grace; }),
        duration_of(
            "guest-lease", [](Settings & s) -> auto& { return s.failover.guest_lease; }),
        number_of(
            "admission-rate", [](Settings & s) -> auto& { return s.failover.admission_rate; }),
        number_of(
            "guest-capacity", [](Settings & s) -> auto& { return s.failover.guest_capacity; }),
        duration_of(
            "min-expires", [](Settings & s) -> auto& { return s.expiry.min_expires; }),
        duration_of(
            "max-expires", [](Settings & s) -> auto& { return s.expiry.max_expires; }),
        {"root-ca", [](Settings& s, const std::string& value) { s.matching.root_ca = value; },
         [](const Settings& s) { return s.matching.root_ca; }},
        flag_of(
            "ipv6", [](Settings & s) -> auto& { return s.matching.ipv6; }),
        {"second-domain",
         [](Settings& s, const std::string& value) {
             s.matching.domains = {std::string(support::domain), value};
         },
         [](const Settings& s) { return s.matching.domains.size() > 1 ? s.matching.domains[1] : std::string(); }},
    };
    return settings;
}

}  // namespace

void set(core::Settings& settings, const std::string& key, const std::string& value) {
    for (const Setting& setting : table())
        if (key == setting.key) return setting.read(settings, value);
    throw std::runtime_error("no setting '" + key + "'");
}

std::string differences(const core::Settings& settings, const core::Settings& usual) {
    std::string text;
    for (const Setting& setting : table()) {
        const std::string value = setting.write(settings);
        if (value != setting.write(usual)) text += std::string(" ") + setting.key + '=' + value;
    }
    return text;
}

}  // namespace innkeeper::world
