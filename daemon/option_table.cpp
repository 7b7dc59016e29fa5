#include "daemon/option_table.h"

#include "base/aor.h"
#include "daemon/option_values.h"

namespace innkeeper::daemon {
namespace {

using namespace std::chrono_literals;
using Argument = Option::Argument;
using View = std::string_view;
using Table = std::vector<Option>;

Option one(View key, View argument, View preset, View help, Option::Take take) {
    std::vector<View> defaults;
    if (!preset.empty()) defaults.push_back(preset);
    return {"", key, argument, defaults, help, take, Option::Kind::setting, false, Argument::required};
}

Option list(View key, View argument, std::vector<View> defaults, View help, Option::Take take) {
    return {"", key, argument, std::move(defaults), help, take, Option::Kind::setting, true, Argument::required};
}

Option flag(View key, View argument, View help, Option::Take take) {
    return {"",
            key,
            argument,
            {},
            help,
            take,
            Option::Kind::flag,
            false,
            argument.empty() ? Argument::none : Argument::required};
}

Option command(View key, View argument, View help, Option::Take take) {
    Option made = flag(key, argument, help, take);
    made.kind = Option::Kind::command;
    return made;
}

Wrong ask(Options& o, core::Command what) {
    o.task = Task::ask;
    o.command = std::move(what);
    return std::nullopt;
}

Wrong take_force(View text, Options& o) {
    const auto equals = text.find('=');
    if (equals == View::npos) return Wrong("write HOME=lost, HOME=serving or HOME=auto");
    using enum core::ForcedVerdict;
    core::Force force;
    if (auto wrong = take_site(text.substr(0, equals), force.home)) return wrong;
    if (auto wrong = take_word<core::ForcedVerdict>(
            text.substr(equals + 1), {{"lost", lost}, {"serving", serving}, {"auto", automatic}}, force.verdict))
        return wrong;
    return ask(o, std::move(force));
}

Wrong set_task(Options& o, Task task) {
    o.task = task;
    return std::nullopt;
}

Table site_options() {
    return {
        one("site", "NAME", "", "name of this system; must be in its certificate",
            [](Options& o, View v) { return take_site(v, o.settings.site); }),
        list("domain", "DOMAIN", {}, "SIP domain served; phones that use our address belong to the first",
             [](Options& o, View v) { return take_domain(v, o.settings.matching.domains); }),
        list("listen", "TRANSPORT:ADDR:PORT", {"udp:0.0.0.0:5060", "tcp:0.0.0.0:5060"},
             "where phones reach us: udp, tcp or tls; IPv6 in brackets",
             [](Options& o, View v) { return take_listener(v, o.listen); }),
        one("database", "CONNINFO", "", "libpq connection string; unset: an embedded PostgreSQL",
            [](Options& o, View v) { return take_text(v, o.database); }),
        one("keep-calls", "TIME", "2160h", "how long the database keeps the record of a call",
            [](Options& o, View v) { return take_duration(v, 1h, o.keep_calls); }),
        one("state-directory", "DIR", "/var/lib/innkeeper", "what the daemon keeps, the embedded database too",
            [](Options& o, View v) { return take_path(v, o.state_directory); }),
        one("control-socket", "PATH", "/run/innkeeper/control.sock", "where control flags reach the daemon",
            [](Options& o, View v) { return take_path(v, o.control_socket); }),
        one("http-listen", "ADDR:PORT", "127.0.0.1:9560", "/metrics, /healthz, /readyz; empty: none",
            [](Options& o, View v) { return take_endpoint(v, o.http_listen); }),
        one("user", "USER", "innkeeper", "unprivileged user to become when started as root",
            [](Options& o, View v) { return take_name(v, o.user); }),
    };
}

Table peer_options() {
    return {
        one("peer-listen", "ADDR:PORT", "", "where peers reach us; needed with peer",
            [](Options& o, View v) { return take_endpoint(v, o.peer_listen); }),
        list("peer", "NAME=ADDR:PORT", {}, "another site and where it is reached",
             [](Options& o, View v) { return take_peer(v, o); }),
        list("backup", "NAME", {}, "peer that holds our users' records, in order",
             [](Options& o, View v) { return take_site(v, o.settings.backups.emplace_back()); }),
        one("tls-certificate", "FILE", "", "PEM, for peers and TLS phones; chain after it",
            [](Options& o, View v) { return take_path(v, o.tls.certificate); }),
        one("tls-key", "FILE", "", "PEM, the certificate's private key",
            [](Options& o, View v) { return take_path(v, o.tls.key); }),
        one("tls-ca", "FILE", "", "PEM, the root that signed every site's certificate",
            [](Options& o, View v) { return take_path(v, o.tls.ca); }),
    };
}

Table call_options() {
    std::vector<View> feature_codes;
    static const std::vector<std::string> standard = [] {
        std::vector<std::string> written;
        for (const core::FeatureCode& one : core::standard_feature_codes())
            written.push_back(std::string(to_text(one.action)) + "=" + one.code);
        return written;
    }();
    for (const std::string& code : standard) feature_codes.push_back(code);
    return {
        one("advertise", "ADDR|NAME", "",
            "our address for calls where listen is a wildcard; or our name, whatever it is",
            [](Options& o, View v) { return take_host(v, o.advertise); }),
        list("pbx", "NAME=udp|tcp|tls:ADDR:PORT", {}, "the PBX beside us; several are tried in order",
             [](Options& o, View v) { return take_pbx(v, o.settings.calls.pbxs); }),
        one("register-upstream", "yes|no", "no", "register our phones with the first PBX on their behalf",
            [](Options& o, View v) {
                return take_word<bool>(v, {{"yes", true}, {"no", false}}, o.settings.calls.register_upstream);
            }),
        list("emergency-number", "NUMBER", {"112", "911", "999"}, "dialled by anybody, goes to the PBX at once",
             [](Options& o, View v) { return take_name(v, o.settings.calls.emergency_numbers.emplace_back()); }),
        one("international-prefix", "DIGITS", "00", "numbers that begin so, or with +, need the right to call them",
            [](Options& o, View v) { return take_text(v, o.settings.calls.international_prefix); }),
        list("feature-code", "SETTING=CODE", feature_codes, "what users dial to change a setting",
             [](Options& o, View v) { return take_feature_code(v, o.settings.calls.feature_codes); }),
        one("voicemail", "SIP-URI", "", "the server that takes our users' messages",
            [](Options& o, View v) { return take_voicemail(v, o.settings.calls.voicemail); }),
        one("voicemail-backup", "SIP-URI", "", "the one that takes them where that one is not reached",
            [](Options& o, View v) { return take_voicemail(v, o.settings.calls.voicemail_backup); }),
        one("voicemail-code", "CODE", "*97", "what users dial to hear their messages; empty: none",
            [](Options& o, View v) { return take_text(v, o.settings.calls.voicemail_code); }),
    };
}

Table failover_options() {
    return {
        one("preset", "fast|ip-office", "fast", "defaults of the times below: ours, or those of IP Office",
            [](Options&, View v) {
                bool known = false;
                return take_word<bool>(v, {{"fast", true}, {"ip-office", true}}, known);
            }),
        one("heartbeat-interval", "TIME", "500ms", "how often peers hear from us",
            [](Options& o, View v) { return take_duration(v, 10ms, o.settings.health.heartbeat_interval); }),
        one("suspect-after", "TIME", "1500ms", "silence until a home is doubted",
            [](Options& o, View v) { return take_duration(v, 20ms, o.settings.health.suspect_after); }),
        one("lost-after", "TIME", "15s", "silence until a home is lost, without a witness",
            [](Options& o, View v) { return take_duration(v, 30ms, o.settings.health.lost_after); }),
        one("lost-after-witnessed", "TIME", "3s", "the same when a witness agrees",
            [](Options& o, View v) { return take_duration(v, 30ms, o.settings.health.lost_after_witnessed); }),
        one("lost-witness-phones", "NUMBER", "1", "how many of its phones must knock here to be a witness",
            [](Options& o, View v) { return take_count(v, 1000, o.settings.health.witness_phones); }),
        one("pbx-lost-after", "TIME", "10s", "our PBX does not answer for so long: we do not serve",
            [](Options& o, View v) { return take_duration(v, 0ms, o.settings.health.pbx_lost_after); }),
        one("failover-trigger", "physical|any", "physical", "phones that may begin a failover",
            [](Options& o, View v) {
                using enum core::FailoverTrigger;
                return take_word<core::FailoverTrigger>(v, {{"physical", physical}, {"any", any}},
                                                        o.settings.failover.trigger);
            }),
        one("failback-mode", "automatic|manual", "automatic", "manual waits for --failback HOME",
            [](Options& o, View v) {
                using enum core::FailbackMode;
                return take_word<core::FailbackMode>(v, {{"automatic", automatic}, {"manual", manual}},
                                                     o.settings.failover.failback_mode);
            }),
        one("failback-after", "TIME", "60s", "how long a home proves stable before its guests go back",
            [](Options& o, View v) { return take_duration(v, 0ms, o.settings.failover.failback_after); }),
        one("failback-rate", "NUMBER", "50", "guests sent home per second",
            [](Options& o, View v) { return take_rate(v, o.settings.failover.failback_rate); }),
        one("failback-canaries", "NUMBER", "3", "guests sent home before all others, to see whether they get in",
            [](Options& o, View v) { return take_number(v, o.settings.failover.failback_canaries); }),
        one("failback-window", "HH:MM-HH:MM", "", "when automatic failback may begin, in local time; empty: always",
            [](Options& o, View v) { return take_window(v, o.settings.failover.failback_window); }),
        one("homeless-grace", "TIME", "5min", "after failback: who cannot get in at home is admitted",
            [](Options& o, View v) { return take_duration(v, 0ms, o.settings.failover.homeless_grace); }),
        one("guest-lease", "TIME", "60s", "expiry granted to guests",
            [](Options& o, View v) {
                std::chrono::seconds lease{};
                if (auto wrong = take_seconds(v, lease)) return wrong;
                o.settings.failover.guest_lease = lease;
                return Wrong{};
            }),
        one("admission-rate", "NUMBER", "1000", "new guests admitted per second at most",
            [](Options& o, View v) { return take_rate(v, o.settings.failover.admission_rate); }),
        one("guest-capacity", "NUMBER", "0", "guests of all homes together that are served; 0: no limit",
            [](Options& o, View v) { return take_count(v, o.settings.failover.guest_capacity); }),
    };
}

Table registrar_options() {
    std::vector<View> physical;
    static const core::Settings defaults;
    for (const std::string& pattern : defaults.physical_user_agents) physical.push_back(pattern);
    return {
        one("min-expires", "TIME", "60s", "shortest expiry granted; shorter ones get 423",
            [](Options& o, View v) { return take_seconds(v, o.settings.expiry.min_expires); }),
        one("max-expires", "TIME", "1h", "longest expiry granted",
            [](Options& o, View v) { return take_seconds(v, o.settings.expiry.max_expires); }),
        one("default-expires", "TIME", "5min", "expiry granted to phones that ask for none",
            [](Options& o, View v) { return take_seconds(v, o.settings.expiry.default_expires); }),
        one("nonce-lifetime", "TIME", "1h", "how long a phone may reuse a challenge",
            [](Options& o, View v) { return take_duration(v, 1s, o.settings.nonce_lifetime); }),
        one("phone-profiles", "FILE", "", "what each model of phone understands; unset: a built-in table",
            [](Options& o, View v) { return take_path(v, o.phone_profiles); }),
        list("physical-user-agent", "PREFIX", std::move(physical),
             "User-Agents of physical phones, for users whose record does not say",
             [](Options& o, View v) { return take_text(v, o.settings.physical_user_agents.emplace_back()); }),
    };
}

Table log_options() {
    return {
        one("log-level", "error|warning|info|debug", "info", "least urgent level that is logged",
            [](Options& o, View v) {
                using enum host::Level;
                return take_word<host::Level>(
                    v, {{"error", error}, {"warning", warning}, {"info", info}, {"debug", debug}}, o.log_level);
            }),
        one("log-format", "text|json|journal", "text", "journal: fields of systemd's journal",
            [](Options& o, View v) {
                using enum host::LogFormat;
                return take_word<host::LogFormat>(v, {{"text", text}, {"json", json}, {"journal", journal}},
                                                  o.log_format);
            }),
    };
}

Table database_commands() {
    Table table = {
        command("migrate", "", "bring the database to this version's schema",
                [](Options& o, View) { return set_task(o, Task::migrate); }),
        command("import-users", "FILE.csv", "add or change users, all or none",
                [](Options& o, View v) {
                    o.import_file = v;
                    return set_task(o, Task::import_users);
                }),
        command("export-users", "", "users as CSV, without secrets",
                [](Options& o, View) { return set_task(o, Task::export_users); }),
        command("import-groups", "FILE.csv", "add or change hunt groups, all or none",
                [](Options& o, View v) {
                    o.import_file = v;
                    return set_task(o, Task::import_groups);
                }),
        command("export-groups", "", "hunt groups as CSV",
                [](Options& o, View) { return set_task(o, Task::export_groups); }),
        command("set-licence", "POOL=COUNT[,until=DATE]", "capacity of a pool, a terminal kind; repeatable",
                [](Options& o, View v) {
                    o.licences.emplace_back(v);
                    return set_task(o, Task::set_licence);
                }),
    };
    table.back().repeatable = true;
    return table;
}

Table control_commands() {
    Table table = {
        command("status", "", "state of this site and of every failover",
                [](Options& o, View) { return ask(o, core::ShowStatus{}); }),
        command("peers", "", "links, health, lag and mismatches of every peer",
                [](Options& o, View) { return ask(o, core::ShowPeers{}); }),
        command("registrations", "", "every registered phone of the network",
                [](Options& o, View) { return ask(o, core::ShowRegistrations{}); }),
        command("guests", "", "phones of other homes served here",
                [](Options& o, View) {
                    return ask(o, core::ShowRegistrations{{}, true});
                }),
        command("groups", "", "hunt groups: where each is in service and where its members are registered",
                [](Options& o, View) { return ask(o, core::ShowGroups{}); }),
        command("licences", "", "pools: capacity, use and end",
                [](Options& o, View) { return ask(o, core::ShowLicences{}); }),
        command("explain", "AOR", "would this phone be let in now, by which rule, and why not",
                [](Options& o, View v) {
                    // Without a domain it is a user of the daemon's first one.
                    const auto aor =
                        v.find('@') == View::npos ? base::Aor::from_parts(v, "domain") : base::Aor::parse(v);
                    return aor ? ask(o, core::Explain{std::string(v)}) : Wrong(aor.error().text);
                }),
        command("drain", "REASON", "planned maintenance: peers open at once",
                [](Options& o, View v) { return ask(o, core::Drain{std::string(v)}); }),
        flag("drain-for", "TIME", "with --drain: the site resumes by itself after it",
             [](Options& o, View v) {
                 auto* drain = o.command ? std::get_if<core::Drain>(&*o.command) : nullptr;
                 if (drain == nullptr) return Wrong("goes with --drain only");
                 return take_duration(v, 1s, drain->lasts.emplace());
             }),
        command("resume", "", "end of maintenance", [](Options& o, View) { return ask(o, core::Resume{}); }),
        command("history", "HOME", "failovers, the latest first; of one home or of all",
                [](Options& o, View v) {
                    core::ShowHistory history;
                    if (!v.empty())
                        if (auto wrong = take_site(v, history.home)) return wrong;
                    return ask(o, std::move(history));
                }),
        command("calls", "AOR", "the latest calls, those under way first; of one user or number, or of all",
                [](Options& o, View v) { return ask(o, core::ShowCalls{std::string(v)}); }),
        command("ready", "", "would a failover of this site, and of each that counts on it, work now; exit code 1: no",
                [](Options& o, View) { return ask(o, core::ShowReadiness{}); }),
        command("drill", "HOME", "what would happen if this home died now; changes nothing",
                [](Options& o, View v) {
                    core::Drill drill;
                    if (auto wrong = take_site(v, drill.home)) return wrong;
                    return ask(o, std::move(drill));
                }),
        command("failback", "HOME", "send the guests of this home back now",
                [](Options& o, View v) {
                    core::Failback failback;
                    if (auto wrong = take_site(v, failback.home)) return wrong;
                    return ask(o, std::move(failback));
                }),
        command("force", "HOME=VERDICT", "VERDICT lost, serving or auto about a home, here, until auto or a restart",
                [](Options& o, View v) { return take_force(v, o); }),
        command("set-user", "AOR=JSON",
                "change settings of a user, or of a guest until its failover ends; null: not set",
                [](Options& o, View v) {
                    const auto equals = v.find('=');
                    if (equals == View::npos) return Wrong("write AOR=JSON, as in 1001@example.com={\"dnd\":true}");
                    return ask(o, core::SetUser{std::string(v.substr(0, equals)), std::string(v.substr(equals + 1))});
                }),
        command("failover-changes", "HOME",
                "what users of this home have changed here, before it ends with the failover",
                [](Options& o, View v) {
                    core::ShowFailoverChanges changes;
                    if (auto wrong = take_site(v, changes.home)) return wrong;
                    return ask(o, std::move(changes));
                }),
        flag("json", "", "answer as JSON with stable keys",
             [](Options& o, View) {
                 o.json = true;
                 return Wrong{};
             }),
    };
    for (Option& option : table)
        if (option.key == "drain" || option.key == "history" || option.key == "calls")
            option.argument = Argument::optional;
    return table;
}

Table general_flags() {
    return {
        one("config", "FILE", "", "read key = value lines",
            [](Options&, View v) { return v.empty() ? Wrong("write the path of a file") : Wrong{}; }),
        command("check-config", "", "find everything that would keep a start from working",
                [](Options& o, View) { return set_task(o, Task::check_config); }),
        command("refusals", "", "why phones are refused: what they are told, why, and what to do",
                [](Options& o, View) { return set_task(o, Task::refusals); }),
        command("help", "", "this text", [](Options& o, View) { return set_task(o, Task::help); }),
        command("version", "", "the version", [](Options& o, View) { return set_task(o, Task::version); }),
    };
}

}  // namespace

const std::vector<Option>& option_table() {
    static const Table whole = [] {
        Table table;
        const auto add = [&table](View section, Table part) {
            for (Option& option : part) {
                option.section = section;
                table.push_back(std::move(option));
            }
        };
        add("General", general_flags());
        add("This site", site_options());
        add("Peers", peer_options());
        add("Calls", call_options());
        add("Failover and failback", failover_options());
        add("Registrar", registrar_options());
        add("Log", log_options());
        add("Users and licences, in the database", database_commands());
        add("Asking the running daemon", control_commands());
        return table;
    }();
    return whole;
}

const Option* find_option(std::string_view key) {
    for (const Option& option : option_table())
        if (option.key == key) return &option;
    return nullptr;
}

std::span<const PresetValue> preset_values() {
    // The vendor's timings (IP13).
    static constexpr PresetValue values[] = {
        {"ip-office", "lost-after", "3min"},
        {"ip-office", "lost-after-witnessed", "3min"},
        {"ip-office", "failback-after", "10min"},
        {"ip-office", "homeless-grace", "5min"},
    };
    return values;
}

}  // namespace innkeeper::daemon
