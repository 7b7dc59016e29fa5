#include "daemon/options.h"

#include <catch2/catch.hpp>

#include "daemon/option_table.h"
#include "options_support.h"

using namespace innkeeper;
using namespace innkeeper::daemon;
using namespace std::chrono_literals;

TEST_CASE("defaults are those of the core", "[options]") {
    const auto [options, problems, warnings] = parse_site({});
    CHECK(texts(problems).empty());
    CHECK(warnings.empty());
    const core::Settings defaults;
    CHECK(options.task == Task::run);
    CHECK(options.settings.health.heartbeat_interval == defaults.health.heartbeat_interval);
    CHECK(options.settings.health.suspect_after == defaults.health.suspect_after);
    CHECK(options.settings.health.lost_after == defaults.health.lost_after);
    CHECK(options.settings.health.lost_after_witnessed == defaults.health.lost_after_witnessed);
    CHECK(options.settings.failover.trigger == defaults.failover.trigger);
    CHECK(options.settings.failover.failback_mode == defaults.failover.failback_mode);
    CHECK(options.settings.failover.failback_after == defaults.failover.failback_after);
    CHECK(options.settings.failover.failback_rate == defaults.failover.failback_rate);
    CHECK(options.settings.failover.homeless_grace == defaults.failover.homeless_grace);
    CHECK(options.settings.failover.guest_lease == defaults.failover.guest_lease);
    CHECK(options.settings.failover.admission_rate == defaults.failover.admission_rate);
    CHECK(options.settings.expiry.min_expires == defaults.expiry.min_expires);
    CHECK(options.settings.expiry.max_expires == defaults.expiry.max_expires);
    CHECK(options.settings.expiry.default_expires == defaults.expiry.default_expires);
    CHECK(options.settings.nonce_lifetime == defaults.nonce_lifetime);
    CHECK(options.settings.physical_user_agents == defaults.physical_user_agents);
    CHECK(options.listen ==
          std::vector{*base::Listener::parse("udp:0.0.0.0:5060"), *base::Listener::parse("tcp:0.0.0.0:5060")});
    CHECK_FALSE(options.peer_listen);
    CHECK(options.database.empty());
    CHECK(options.user == "innkeeper");
    CHECK(options.http_listen->ip.text() == "127.0.0.1");
    CHECK(options.log_level == host::Level::info);
    CHECK(options.log_format == host::LogFormat::text);
}

TEST_CASE("flags go before environment, environment before file", "[options]") {
    const TemporaryFolder folder;
    const std::string file = folder.file("site.conf",
                                         "site = west\n"
                                         "domain = example.org\n"
                                         "user = filed\n"
                                         "lost-after = 20s\n"
                                         "log-level = debug\n");
    const auto parsed =
        parse({"--config", file, "--site", "north", "--log-level=error"},
              {"PATH=/bin", "INNKEEPER_USER=environ", "INNKEEPER_SITE=south", "INNKEEPER_LOG_LEVEL=warning"});
    CHECK(texts(parsed.problems).empty());
    CHECK(parsed.options.settings.site.text == "north");
    CHECK(parsed.options.user == "environ");
    CHECK(parsed.options.settings.health.lost_after == 20s);
    CHECK(parsed.options.log_level == host::Level::error);
    CHECK(parsed.options.where("site") == "command line");
    CHECK(parsed.options.where("user") == "environment INNKEEPER_USER");
    CHECK(parsed.options.where("lost-after") == file + ":4");
}

TEST_CASE("the file may be named in the environment", "[options]") {
    const TemporaryFolder folder;
    const std::string file = folder.file("site.conf", "site = west\ndomain = example.org\n");
    const std::string variable = "INNKEEPER_CONFIG=" + file;
    CHECK(parse({}, {variable.c_str()}).options.settings.site.text == "west");
}

TEST_CASE("lists repeat their key, or stand in one variable", "[options]") {
    const auto by_flags =
        parse_site({"--domain", "example.net", "--listen=udp:[::1]:5060", "--listen=tls:127.0.0.1:5061",
                    "--tls-certificate=/c", "--tls-key=/k", "--tls-ca=/a"});
    CHECK(texts(by_flags.problems).empty());
    CHECK(by_flags.options.settings.matching.domains == std::vector<std::string>{"example.org", "example.net"});
    CHECK(by_flags.options.settings.matching.ipv6);
    CHECK(by_flags.options.listen.size() == 2);

    const auto by_environment = parse({"--site=north"}, {"INNKEEPER_DOMAIN=example.org, Example.NET  example.com",
                                                         "INNKEEPER_PHYSICAL_USER_AGENT=Mitel 68, snom"});
    CHECK(texts(by_environment.problems).empty());
    CHECK(by_environment.options.settings.matching.domains ==
          std::vector<std::string>{"example.org", "example.net", "example.com"});
    CHECK(by_environment.options.settings.physical_user_agents == std::vector<std::string>{"Mitel 68", "snom"});
    CHECK_FALSE(by_environment.options.settings.matching.ipv6);
}

TEST_CASE("a list from a nearer source replaces the whole list", "[options]") {
    const TemporaryFolder folder;
    const std::string file = folder.file("site.conf", "domain = example.org\ndomain = example.net\n");
    const auto parsed = parse({"--site=north", "--domain=example.com", "--config=" + file});
    CHECK(parsed.options.settings.matching.domains == std::vector<std::string>{"example.com"});
}

TEST_CASE("a file may have comments, blanks and a password with a number sign", "[options]") {
    const TemporaryFolder folder;
    const std::string file = folder.file("site.conf",
                                         "# a comment = none\r\n"
                                         "\r\n"
                                         "  site=north   # the north\r\n"
                                         "domain\t=\texample.org\n"
                                         "database = host=db password=a#b user='x = y'\n"
                                         "http-listen =");
    const auto parsed = parse({"--config", file});
    CHECK(texts(parsed.problems).empty());
    CHECK(parsed.warnings.empty());
    CHECK(parsed.options.settings.site.text == "north");
    CHECK(parsed.options.database == "host=db password=a#b user='x = y'");
    CHECK_FALSE(parsed.options.http_listen);
}

TEST_CASE("peers and backups are kept in order", "[options]") {
    const auto parsed =
        parse_site({"--peer=west=192.0.2.3:5062", "--peer=south=[2001:db8::2]:5062", "--backup=south", "--backup=west",
                    "--peer-listen=192.0.2.1:5062", "--tls-certificate=/c", "--tls-key=/k", "--tls-ca=/a"});
    CHECK(texts(parsed.problems).empty());
    CHECK(parsed.options.settings.peers == std::vector<base::SiteName>{{"west"}, {"south"}});
    CHECK(parsed.options.settings.backups == std::vector<base::SiteName>{{"south"}, {"west"}});
    CHECK(parsed.options.peers.at({"south"}).text() == "[2001:db8::2]:5062");
    CHECK(parsed.options.peer_listen->text() == "192.0.2.1:5062");
    CHECK(parsed.options.tls.ca == "/a");
}

TEST_CASE("a preset replaces defaults, explicit values replace a preset", "[options][IP13]") {
    const auto preset = parse_site({"--preset=ip-office"}).options.settings;
    CHECK(preset.health.lost_after == 3min);
    CHECK(preset.health.lost_after_witnessed == 3min);
    CHECK(preset.failover.failback_after == 10min);
    CHECK(preset.failover.homeless_grace == 5min);
    CHECK(preset.health.suspect_after == 1500ms);

    const auto mixed = parse_site({"--preset=ip-office"}, {"INNKEEPER_FAILBACK_AFTER=2min"}).options.settings;
    CHECK(mixed.failover.failback_after == 2min);
    CHECK(mixed.health.lost_after == 3min);
    for (const PresetValue& value : preset_values()) CHECK(find_option(value.key) != nullptr);
}

TEST_CASE("a password where others can read it is warned of", "[options][R22]") {
    const TemporaryFolder folder;
    CHECK(parse_site({"--database=host=db password=x"}).warnings.size() == 1);
    CHECK(parse_site({}, {"INNKEEPER_DATABASE=postgresql://user:x@db/innkeeper"}).warnings.size() == 1);
    CHECK(parse_site({"--database=host=db user=x"}).warnings.empty());
    CHECK(parse_site({"--config", folder.file("c", "database = password=x\n")}).warnings.empty());
}

TEST_CASE("a variable that is not ours is told, not refused", "[options]") {
    const auto parsed = parse_site({}, {"INNKEEPER_FROBNICATION=1", "INNKEEPER=1", "OTHER_SITE=x"});
    CHECK(texts(parsed.problems).empty());
    CHECK(parsed.warnings == std::vector<std::string>{"environment INNKEEPER_FROBNICATION: stands for no setting"});
}

TEST_CASE("control flags become commands", "[options]") {
    const auto command = [](std::vector<std::string> arguments) {
        auto parsed = parse(std::move(arguments));
        CHECK(texts(parsed.problems).empty());
        CHECK(parsed.options.task == Task::ask);
        REQUIRE(parsed.options.command);
        return *parsed.options.command;
    };
    CHECK(std::holds_alternative<core::ShowStatus>(command({"--status"})));
    CHECK(std::holds_alternative<core::ShowPeers>(command({"--peers"})));
    CHECK_FALSE(std::get<core::ShowRegistrations>(command({"--registrations"})).guests_only);
    CHECK(std::get<core::ShowRegistrations>(command({"--guests"})).guests_only);
    CHECK(std::holds_alternative<core::ShowLicences>(command({"--licences"})));
    CHECK(std::get<core::Explain>(command({"--explain", "alice@example.org"})).aor == "alice@example.org");
    CHECK(std::get<core::Drain>(command({"--drain"})).reason.empty());
    CHECK(std::get<core::Drain>(command({"--drain=new disks"})).reason == "new disks");
    CHECK(std::get<core::Drain>(command({"--drain", "new disks"})).reason == "new disks");
    const auto drain = std::get<core::Drain>(command({"--drain-for", "30min", "--drain", "new disks"}));
    CHECK(drain.reason == "new disks");
    CHECK(drain.lasts == innkeeper::base::Duration(std::chrono::minutes(30)));
    CHECK_FALSE(texts(parse({"--drain-for", "30min"}).problems).empty());
    CHECK_FALSE(texts(parse({"--drain", "--drain-for", "30m"}).problems).empty());
    CHECK(std::get<core::Drill>(command({"--drill", "north"})).home.text == "north");
    CHECK(std::holds_alternative<core::ShowReadiness>(command({"--ready"})));
    CHECK(std::holds_alternative<core::Resume>(command({"--resume"})));
    CHECK(std::get<core::Failback>(command({"--failback", "north"})).home.text == "north");
    CHECK(std::get<core::Explain>(command({"--explain", "1001"})).aor == "1001");
    const auto settings = std::get<core::SetUser>(command({"--set-user", R"(alice@example.org={"dnd":true})"}));
    CHECK(settings.aor == "alice@example.org");
    CHECK(settings.changes == R"({"dnd":true})");
    CHECK(std::get<core::ShowFailoverChanges>(command({"--failover-changes", "north"})).home.text == "north");
    CHECK(parse({"--status", "--json"}).options.json);
    CHECK_FALSE(parse({"--status"}).options.json);
}

TEST_CASE("an empty value is a value", "[options]") {
    CHECK_FALSE(parse_site({"--http-listen="}).options.http_listen);
    CHECK_FALSE(parse_site({"--http-listen", ""}).options.http_listen);
    CHECK_FALSE(parse_site({}, {"INNKEEPER_HTTP_LISTEN="}).options.http_listen);
    CHECK(std::get<core::Drain>(*parse({"--drain="}).options.command).reason.empty());
}

TEST_CASE("other flags become tasks", "[options]") {
    CHECK(parse({"--help"}).options.task == Task::help);
    CHECK(parse({"--version"}).options.task == Task::version);
    CHECK(parse_site({"--check-config"}).options.task == Task::check_config);
    CHECK(parse({"--migrate"}).options.task == Task::migrate);
    CHECK(parse({"--export-users"}).options.task == Task::export_users);
    const auto imported = parse({"--import-users", "users.csv"});
    CHECK(imported.options.task == Task::import_users);
    CHECK(imported.options.import_file == "users.csv");
    CHECK(texts(imported.problems).empty());
    const auto groups = parse({"--import-groups", "groups.csv"});
    CHECK(groups.options.task == Task::import_groups);
    CHECK(groups.options.import_file == "groups.csv");
    CHECK(parse({"--export-groups"}).options.task == Task::export_groups);
    CHECK(std::holds_alternative<core::ShowGroups>(*parse({"--groups"}).options.command));
    const auto licences = parse({"--set-licence", "desk=5", "--set-licence=dect=7,until=2030-01-01"});
    CHECK(licences.options.task == Task::set_licence);
    CHECK(licences.options.licences == std::vector<std::string>{"desk=5", "dect=7,until=2030-01-01"});
    CHECK(texts(licences.problems).empty());
}

TEST_CASE("asking works beside a configuration that is not right", "[options]") {
    const TemporaryFolder folder;
    const std::string file =
        folder.file("site.conf", "control-socket = /run/x.sock\nlost-after = never\nnonsense = 1\n");
    const auto parsed = parse({"--status", "--config", file});
    CHECK(texts(parsed.problems).empty());
    CHECK(parsed.options.control_socket == "/run/x.sock");
    CHECK(parse({"--status", "--config", folder.path() + "/none"}).problems.size() == 1);
    CHECK(parse({"--status", "--control-socket=relative"}).problems.size() == 1);
}
