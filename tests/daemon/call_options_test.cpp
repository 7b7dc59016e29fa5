// The options of calls: what they become, and what is said of wrong ones.
#include <catch2/catch.hpp>

#include "core/limits.h"
#include "daemon/options.h"
#include "options_support.h"

using namespace innkeeper;
using namespace innkeeper::daemon;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

core::CallSettings calls_with(std::vector<std::string> more) {
    const auto parsed = parse_site(std::move(more));
    INFO(Catch::Detail::stringify(texts(parsed.problems)));
    CHECK(parsed.problems.empty());
    return parsed.options.settings.calls;
}

}  // namespace

TEST_CASE("the defaults of calls are those of the core", "[options][calls]") {
    const core::CallSettings parsed = calls_with({}), defaults;
    CHECK(parsed.pbxs.empty());
    CHECK(parsed.register_upstream == defaults.register_upstream);
    CHECK(parsed.emergency_numbers == defaults.emergency_numbers);
    CHECK(parsed.international_prefix == defaults.international_prefix);
    CHECK(parsed.voicemail_code == defaults.voicemail_code);
    CHECK_FALSE(parsed.voicemail);
    CHECK_FALSE(parsed.voicemail_backup);
    REQUIRE(parsed.feature_codes.size() == defaults.feature_codes.size());
    for (std::size_t i = 0; i < parsed.feature_codes.size(); ++i) {
        CHECK(parsed.feature_codes[i].action == defaults.feature_codes[i].action);
        CHECK(parsed.feature_codes[i].code == defaults.feature_codes[i].code);
    }
    CHECK(parse_site({}).options.settings.health.pbx_lost_after == core::HealthSettings{}.pbx_lost_after);
}

TEST_CASE("PBXs are kept in order, each by a transport that we listen on", "[options][calls][pbx]") {
    const auto calls =
        calls_with({"--pbx=main=udp:192.0.2.80:5060", "--pbx=old=tcp:[2001:db8::80]:5080", "--register-upstream=yes"});
    REQUIRE(calls.pbxs.size() == 2);
    CHECK(calls.pbxs[0].name == "main");
    CHECK(calls.pbxs[0].transport == base::Transport::udp);
    CHECK(calls.pbxs[0].endpoint.text() == "192.0.2.80:5060");
    CHECK(calls.pbxs[1].transport == base::Transport::tcp);
    CHECK(calls.pbxs[1].endpoint.text() == "[2001:db8::80]:5080");
    CHECK(calls.register_upstream);

    CHECK_THAT(only_problem({"--pbx=main"}), Contains("'main' names no address: write NAME=udp:ADDR:PORT"));
    CHECK_THAT(only_problem({"--pbx=main=192.0.2.80"}), Contains("write NAME=udp:ADDR:PORT, or tcp, or tls"));
    CHECK_THAT(only_problem({"--pbx=main=udp:pbx.example.org:5060"}), Contains("write NAME=udp:ADDR:PORT"));
    CHECK_THAT(only_problem({"--pbx=The PBX=udp:192.0.2.80:5060"}), Contains("write 1 to 63 lower-case letters"));
    CHECK_THAT(only_problem({"--pbx=main=udp:192.0.2.80:5060", "--pbx=main=udp:192.0.2.81:5060"}),
               Contains("'main' is written twice"));
    CHECK_THAT(only_problem({"--pbx=main=tls:192.0.2.80:5061"}),
               Contains("'main=tls:192.0.2.80:5061' would not reach us: add listen = tls:ADDR:PORT"));
    CHECK_THAT(only_problem({"--register-upstream=always"}), Contains("write one of yes, no"));
    std::vector<std::string> many;
    for (std::size_t i = 0; i <= core::Limits::pbxs; ++i)
        many.push_back("--pbx=p" + std::to_string(i) + "=udp:192.0.2.80:" + std::to_string(5060 + i));
    CHECK_THAT(only_problem(many), Contains("pbx: is written more than"));
}

TEST_CASE("how long a PBX may be silent is a time", "[options][pbx]") {
    const auto after = [](const char* text) {
        return parse_site({std::string("--pbx-lost-after=") + text}).options.settings.health.pbx_lost_after;
    };
    CHECK(after("5s") == 5s);
    CHECK(after("0s") == 0s);
    CHECK_THAT(only_problem({"--pbx-lost-after=10"}), Contains("pbx-lost-after: '10' is no duration"));
    CHECK_THAT(only_problem({"--pbx-lost-after=-1s"}), Contains("is no duration"));
}

TEST_CASE("numbers that are written replace the usual ones", "[options][calls]") {
    CHECK(calls_with({"--emergency-number=110", "--emergency-number=112"}).emergency_numbers ==
          std::vector<std::string>{"110", "112"});
    CHECK(calls_with({"--international-prefix=011"}).international_prefix == "011");
    CHECK(calls_with({"--international-prefix="}).international_prefix.empty());
    CHECK(calls_with({"--voicemail-code=*98"}).voicemail_code == "*98");
    CHECK(calls_with({"--voicemail-code="}).voicemail_code.empty());
    CHECK_THAT(only_problem({"--emergency-number="}), Contains("emergency-number: is empty"));
    CHECK_THAT(only_problem({"--voicemail-code=*98", "--voicemail-code=*99"}), Contains("is written twice"));
}

TEST_CASE("a feature code is a setting and what can be dialled", "[options][calls][IP10]") {
    const auto codes = calls_with({"--feature-code=dnd-on=*20", "--feature-code=forward-busy=#21#"}).feature_codes;
    REQUIRE(codes.size() == 2);
    CHECK(codes[0].action == core::FeatureAction::dnd_on);
    CHECK(codes[0].code == "*20");
    CHECK(codes[1].action == core::FeatureAction::forward_busy);
    CHECK_THAT(only_problem({"--feature-code=*78"}), Contains("'*78' names no setting: write SETTING=CODE"));
    CHECK_THAT(only_problem({"--feature-code=dnd=*78"}), Contains("names no setting"));
    CHECK_THAT(only_problem({"--feature-code=dnd-on"}), Contains("names no setting"));
    CHECK_THAT(only_problem({"--feature-code=dnd-on="}), Contains("'' cannot be dialled: a code is 1 to 16 digits"));
    CHECK_THAT(only_problem({"--feature-code=dnd-on=DND"}), Contains("'DND' cannot be dialled"));
    CHECK_THAT(only_problem({"--feature-code=dnd-on=*" + std::string(16, '7')}), Contains("cannot be dialled"));
}

TEST_CASE("voicemail servers are SIP URIs with an address", "[options][calls][IP5]") {
    const auto calls = calls_with({"--voicemail=sip:mail@192.0.2.30", "--voicemail-backup=sip:mail@192.0.2.31:5080"});
    REQUIRE(calls.voicemail);
    REQUIRE(calls.voicemail_backup);
    CHECK(calls.voicemail->uri == "sip:mail@192.0.2.30");
    CHECK(calls.voicemail->endpoint.text() == "192.0.2.30:5060");
    CHECK(calls.voicemail_backup->endpoint.text() == "192.0.2.31:5080");
    CHECK_FALSE(calls_with({"--voicemail="}).voicemail);
    for (const char* option : {"--voicemail=", "--voicemail-backup="}) {
        const auto wrong = [&](const std::string& value) { return only_problem({option + value}); };
        CHECK_THAT(wrong("mail@192.0.2.30"), Contains("is no SIP URI: write a SIP URI with an address"));
        CHECK_THAT(wrong("sip:mail@mail.example.org"), Contains("its host is no IP address"));
        CHECK_THAT(wrong("sips:mail@192.0.2.30"), Contains("no SIP URI"));
        CHECK_THAT(wrong("sip:mail@192.0.2.30;transport=tcp"), Contains("reached over UDP only"));
        CHECK_THAT(wrong("<sip:mail@192.0.2.30>"), Contains("a blank, a control octet or a bracket inside"));
        CHECK_THAT(wrong("sip:" + std::string(250, 'm') + "@192.0.2.30"), Contains("longer than 256 octets"));
    }
}
