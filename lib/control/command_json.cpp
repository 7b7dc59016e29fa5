#include "control/command_json.h"

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "control/report_json.h"

namespace innkeeper::control {
namespace {

nlohmann::ordered_json named(const char* command) {
    return {{"schema", schema}, {"command", command}};
}

nlohmann::ordered_json to_json(const core::ShowStatus&) {
    return named("status");
}
nlohmann::ordered_json to_json(const core::ShowPeers&) {
    return named("peers");
}
nlohmann::ordered_json to_json(const core::ShowLicences&) {
    return named("licences");
}
nlohmann::ordered_json to_json(const core::Resume&) {
    return named("resume");
}
nlohmann::ordered_json to_json(const core::ShowRegistrations& command) {
    auto json = named("registrations");
    json["after"] = command.after.value;
    json["guests_only"] = command.guests_only;
    return json;
}
nlohmann::ordered_json to_json(const core::Explain& command) {
    auto json = named("explain");
    json["aor"] = command.aor;
    return json;
}
nlohmann::ordered_json to_json(const core::Drain& command) {
    auto json = named("drain");
    json["reason"] = command.reason;
    if (command.lasts) json["seconds"] = std::chrono::duration<double>(*command.lasts).count();
    return json;
}
nlohmann::ordered_json to_json(const core::ShowHistory& command) {
    auto json = named("history");
    json["home"] = command.home.text;
    return json;
}
nlohmann::ordered_json to_json(const core::ShowCalls& command) {
    auto json = named("calls");
    json["who"] = command.who;
    return json;
}
nlohmann::ordered_json to_json(const core::Drill& command) {
    auto json = named("drill");
    json["home"] = command.home.text;
    return json;
}
nlohmann::ordered_json to_json(const core::ShowReadiness&) {
    return named("ready");
}
nlohmann::ordered_json to_json(const core::ShowGroups& command) {
    auto json = named("groups");
    json["after"] = command.after;
    return json;
}
nlohmann::ordered_json to_json(const core::Failback& command) {
    auto json = named("failback");
    json["home"] = command.home.text;
    return json;
}
nlohmann::ordered_json to_json(const core::Force& command) {
    auto json = named("force");
    json["home"] = command.home.text;
    json["verdict"] = to_text(command.verdict);
    return json;
}
nlohmann::ordered_json to_json(const core::SetUser& command) {
    auto json = named("set_user");
    json["aor"] = command.aor;
    json["changes"] = command.changes;
    return json;
}
nlohmann::ordered_json to_json(const core::ShowFailoverChanges& command) {
    auto json = named("failover_changes");
    json["home"] = command.home.text;
    return json;
}

base::Expected<core::Command> force_from(const nlohmann::json& json) {
    const std::string verdict = json.value("verdict", "");
    for (const auto known : {core::ForcedVerdict::automatic, core::ForcedVerdict::lost, core::ForcedVerdict::serving})
        if (verdict == to_text(known)) return core::Command{core::Force{{json.value("home", "")}, known}};
    return base::error("a verdict is lost, serving or auto");
}

base::Expected<core::Command> drain_from(const nlohmann::json& json) {
    core::Drain drain{json.value("reason", "")};
    if (json.contains("seconds")) {
        const double seconds = json["seconds"].get<double>();
        if (!(std::abs(seconds) < 1e9)) return base::error("a drain ends within 7 d");
        drain.lasts = std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds));
    }
    return core::Command{std::move(drain)};
}

// Throws what nlohmann throws where a key has another type.
base::Expected<core::Command> command_from(const nlohmann::json& json) {
    if (json.value("schema", 0) != schema)
        return base::error("this daemon speaks schema " + std::to_string(schema) + " of the control socket");
    const std::string name = json.value("command", "");
    if (name == "groups") return core::Command{core::ShowGroups{json.value("after", "")}};
    const core::ShowRegistrations page{{json.value("after", std::uint64_t{0})}, json.value("guests_only", false)};
    if (name == "status") return core::Command{core::ShowStatus{}};
    if (name == "peers") return core::Command{core::ShowPeers{}};
    if (name == "licences") return core::Command{core::ShowLicences{}};
    if (name == "registrations") return core::Command{page};
    if (name == "explain") return core::Command{core::Explain{json.value("aor", "")}};
    if (name == "drain") return drain_from(json);
    if (name == "drill") return core::Command{core::Drill{{json.value("home", "")}}};
    if (name == "ready") return core::Command{core::ShowReadiness{}};
    if (name == "resume") return core::Command{core::Resume{}};
    if (name == "history") return core::Command{core::ShowHistory{{json.value("home", "")}}};
    if (name == "calls") return core::Command{core::ShowCalls{json.value("who", "")}};
    if (name == "failback") return core::Command{core::Failback{{json.value("home", "")}}};
    if (name == "force") return force_from(json);
    if (name == "set_user") return core::Command{core::SetUser{json.value("aor", ""), json.value("changes", "")}};
    if (name == "failover_changes") return core::Command{core::ShowFailoverChanges{{json.value("home", "")}}};
    return base::error("unknown command");
}

}  // namespace

std::string encode(const core::Command& command) {
    return std::visit([](const auto& one) { return to_json(one); }, command)
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

base::Expected<core::Command> decode_command(std::string_view line) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object()) return base::error("a request is one JSON object on one line");
    try {
        return command_from(json);
    } catch (const nlohmann::json::exception&) {
        return base::error("an argument has the wrong type");
    }
}

}  // namespace innkeeper::control
