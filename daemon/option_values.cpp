#include "daemon/option_values.h"

#include <algorithm>
#include <charconv>

#include "base/aor.h"
#include "base/duration.h"

namespace innkeeper::daemon {
namespace {

std::string quoted(std::string_view value) {
    return "'" + std::string(value) + "'";
}

bool read_number(std::string_view value, std::uint32_t most, std::uint32_t& into) {
    std::uint32_t number = 0;
    const char* const end = value.data() + value.size();
    const auto [after, problem] = std::from_chars(value.data(), end, number);
    if (problem != std::errc{} || after != end || number == 0 || number > most) return false;
    into = number;
    return true;
}

}  // namespace

Wrong take_text(std::string_view value, std::string& into) {
    into = value;
    return std::nullopt;
}

Wrong take_name(std::string_view value, std::string& into) {
    if (value.empty()) return "is empty: write a name";
    return take_text(value, into);
}

Wrong take_path(std::string_view value, std::string& into) {
    if (!value.starts_with('/')) return quoted(value) + " is no absolute path: begin it with /";
    return take_text(value, into);
}

Wrong take_duration(std::string_view value, base::Duration at_least, base::Duration& into) {
    const auto duration = base::parse_duration(value);
    if (!duration) return duration.error().text;
    if (*duration < at_least) return quoted(value) + " is too short: write at least " + base::to_text(at_least);
    into = *duration;
    return std::nullopt;
}

Wrong take_seconds(std::string_view value, std::chrono::seconds& into) {
    base::Duration duration{};
    if (auto wrong = take_duration(value, std::chrono::seconds(1), duration)) return wrong;
    if (duration % std::chrono::seconds(1) != base::Duration::zero())
        return quoted(value) + " is no whole number of seconds, and SIP knows no shorter unit";
    into = std::chrono::duration_cast<std::chrono::seconds>(duration);
    return std::nullopt;
}

Wrong take_count(std::string_view value, std::uint32_t& into) {
    std::uint32_t count = 0;
    const char* const end = value.data() + value.size();
    const auto [after, problem] = std::from_chars(value.data(), end, count);
    if (problem != std::errc{} || after != end || count > 1'000'000)
        return quoted(value) + " is no count: write a number, 0 to 1000000";
    into = count;
    return std::nullopt;
}

Wrong take_rate(std::string_view value, std::uint32_t& into) {
    if (!read_number(value, 1'000'000, into))
        return quoted(value) + " is no rate: write phones per second, 1 to 1000000";
    return std::nullopt;
}

Wrong take_count(std::string_view value, std::uint32_t most, std::uint32_t& into) {
    if (!read_number(value, most, into)) return quoted(value) + " is no number from 1 to " + std::to_string(most);
    return std::nullopt;
}

Wrong take_number(std::string_view value, std::uint32_t& into) {
    const char* const end = value.data() + value.size();
    const auto [after, problem] = std::from_chars(value.data(), end, into);
    if (problem != std::errc{} || after != end || into > 1'000'000)
        return quoted(value) + " is no count: write a number, 0 to 1000000";
    return std::nullopt;
}

Wrong take_window(std::string_view value, std::optional<core::DailyWindow>& into) {
    into.reset();
    if (value.empty()) return std::nullopt;
    into = core::DailyWindow::parse(value);
    if (!into) return quoted(value) + " is no part of a day: write two times of day, as in 22:00-05:00";
    return std::nullopt;
}

Wrong take_site(std::string_view value, base::SiteName& into) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    if (value.empty() || value.size() > 63 || !std::all_of(value.begin(), value.end(), allowed))
        return quoted(value) + " is no site name: write 1 to 63 lower-case letters, digits and hyphens";
    into.text = value;
    return std::nullopt;
}

Wrong take_domain(std::string_view value, std::vector<std::string>& into) {
    const auto aor = base::Aor::from_parts("x", value);
    if (!aor || value.find(':') != std::string_view::npos)
        return quoted(value) + " is no SIP domain: write it as phones do after the @, as in example.org";
    std::string domain(aor->domain());
    if (std::find(into.begin(), into.end(), domain) != into.end()) return quoted(value) + " is written twice";
    into.push_back(std::move(domain));
    return std::nullopt;
}

Wrong take_listener(std::string_view value, std::vector<base::Listener>& into) {
    const auto listener = base::Listener::parse(value);
    if (!listener) return listener.error().text;
    if (std::find(into.begin(), into.end(), *listener) != into.end()) return quoted(value) + " is written twice";
    into.push_back(*listener);
    return std::nullopt;
}

Wrong take_endpoint(std::string_view value, std::optional<base::Endpoint>& into) {
    into.reset();
    if (value.empty()) return std::nullopt;
    const auto endpoint = base::Endpoint::parse(value);
    if (!endpoint) return endpoint.error().text + ", write ADDR:PORT";
    into = *endpoint;
    return std::nullopt;
}

Wrong take_host(std::string_view value, std::string& into) {
    into = value;
    if (value.empty() || base::IpAddress::parse(value)) return std::nullopt;
    const auto in_a_name = [](char one) {
        return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9') || one == '-' ||
               one == '.';
    };
    const bool is_name = std::all_of(value.begin(), value.end(), in_a_name) && value.front() != '-' &&
                         value.front() != '.' && value.find_first_not_of("0123456789.") != std::string_view::npos;
    return is_name ? Wrong{} : Wrong(quoted(value) + " is neither an address nor a DNS name");
}

Wrong take_pbx(std::string_view value, std::vector<core::CallSettings::Pbx>& into) {
    constexpr std::string_view form = "write NAME=udp:ADDR:PORT, or tcp, or tls";
    const auto equals = value.find('=');
    if (equals == std::string_view::npos) return quoted(value) + " names no address: " + std::string(form);
    base::SiteName name;
    if (auto wrong = take_site(value.substr(0, equals), name)) return wrong;
    const auto reached = base::Listener::parse(value.substr(equals + 1));
    if (!reached) return reached.error().text + ", " + std::string(form);
    for (const core::CallSettings::Pbx& other : into)
        if (other.name == name.text) return quoted(name.text) + " is written twice";
    into.push_back({std::move(name.text), reached->transport, reached->local});
    return std::nullopt;
}

Wrong take_feature_code(std::string_view value, core::FeatureCodes& into) {
    const auto equals = value.find('=');
    const auto action = core::feature_action_from(value.substr(0, equals));
    if (!action || equals == std::string_view::npos)
        return quoted(value) + " names no setting: write SETTING=CODE, as in dnd-on=*78";
    const std::string_view code = value.substr(equals + 1);
    if (code.empty() || code.size() > 16 || code.find_first_not_of("0123456789*#") != std::string_view::npos)
        return quoted(code) + " cannot be dialled: a code is 1 to 16 digits, * and #";
    into.push_back({*action, std::string(code)});
    return std::nullopt;
}

Wrong take_voicemail(std::string_view value, std::optional<core::VoicemailServer>& into) {
    into.reset();
    if (value.empty()) return std::nullopt;
    auto server = core::VoicemailServer::parse(value);
    if (!server) return quoted(value) + " is " + server.error().text;
    into = std::move(*server);
    return std::nullopt;
}

Wrong take_peer(std::string_view value, Options& options) {
    const auto equals = value.find('=');
    if (equals == std::string_view::npos) return quoted(value) + " names no address: write NAME=ADDR:PORT";
    base::SiteName name;
    if (auto wrong = take_site(value.substr(0, equals), name)) return wrong;
    const auto endpoint = base::Endpoint::parse(value.substr(equals + 1));
    if (!endpoint) return endpoint.error().text + ", write NAME=ADDR:PORT";
    if (!options.peers.emplace(name, *endpoint).second) return quoted(name.text) + " is written twice";
    options.settings.peers.push_back(std::move(name));
    return std::nullopt;
}

}  // namespace innkeeper::daemon
