// The PBXs of a site, asked by its core and answering or not: site south with a main PBX and a spare one.
#include "calls/forwarding.h"
#include "calls/message.h"
#include "gate.h"

using namespace gate;

namespace {

const CallSettings::Pbx main_pbx{"main", base::Transport::udp, *base::Endpoint::parse("192.0.2.20:5060")};
const CallSettings::Pbx spare_pbx{"spare", base::Transport::tcp, *base::Endpoint::parse("192.0.2.21:5060")};

calls::Hop hop(const CallSettings::Pbx& pbx) {
    return calls::AddressHop{pbx.transport, pbx.endpoint};
}

Settings with_pbxs(std::vector<CallSettings::Pbx> pbxs) {
    Settings settings = quick();
    settings.calls.listeners = {{base::Transport::udp, "192.0.2.1", 5060}, {base::Transport::tcp, "192.0.2.1", 5060}};
    settings.calls.pbxs = std::move(pbxs);
    return settings;
}

struct Office : Gate {
    explicit Office(std::vector<CallSettings::Pbx> pbxs = {main_pbx}) : Gate(with_pbxs(std::move(pbxs))) {
        started().with_users({"ann"});
        link(north);
        beat(north);
    }
    // Time passes; PBXs that work answer OPTIONS at once.
    void live(base::Duration duration) {
        for (const base::Instant end = now + duration; now < end;) {
            happened.clear();
            pass(100ms);
            const Effects wanted = std::move(happened);
            for (const Effect& effect : wanted) {
                const auto* send = std::get_if<SendSip>(&effect);
                if (send == nullptr) continue;
                for (const auto& [pbx, status] : answering)
                    if (send->to == hop(pbx)) answer(pbx, send->octets, status);
            }
            for (const PbxReported& one : said<PbxReported>(wanted)) site_changes.push_back(one.available);
        }
    }
    void answer(const CallSettings::Pbx& pbx, const std::string& octets, std::uint16_t status) {
        ++asked;
        const auto request = *calls::Message::parse(octets);
        if (request.method != "OPTIONS") return;
        const std::string text = calls::make_answer(request, status, "Said", "pbx").text();
        feed(SipReceived{base::Flow{pbx.transport, 0, pbx.endpoint, 0}, *calls::Message::parse(text)});
        for (const PbxReported& one : said<PbxReported>(happened)) site_changes.push_back(one.available);
    }
    template <class Wanted>
    static std::vector<Wanted> said(const Effects& effects) {
        std::vector<Wanted> found;
        for (const Effect& effect : effects)
            if (const auto* one = std::get_if<Announce>(&effect))
                if (const auto* notice = std::get_if<Wanted>(&one->notice)) found.push_back(*notice);
        return found;
    }
    PbxState state(std::size_t pbx) { return status().pbxs.at(pbx).state; }

    std::vector<std::pair<CallSettings::Pbx, std::uint16_t>> answering{{main_pbx, 200}, {spare_pbx, 200}};
    std::size_t asked = 0;
    std::vector<bool> site_changes;
};

}  // namespace

TEST_CASE("a PBX is asked every few seconds, by its transport, and shown as there", "[pbx]") {
    Office office({main_pbx, spare_pbx});
    office.live(9s);
    CHECK(office.asked >= 6);
    CHECK(office.asked <= 8);
    CHECK(office.state(0) == PbxState::there);
    CHECK(office.state(1) == PbxState::there);
    CHECK(office.status().serving);
}

TEST_CASE("a PBX that is silent for a moment is not lost, one that stays silent is, and comes back at once",
          "[pbx][R2][SR2]") {
    Office office;
    office.live(5s);
    office.answering.clear();
    office.live(4s);
    CHECK(office.status().serving);
    office.answering = {{main_pbx, 200}};
    office.live(5s);
    CHECK(office.state(0) == PbxState::there);
    office.answering.clear();
    office.live(PbxWatch::interval + quick().health.pbx_lost_after);
    CHECK_FALSE(office.status().serving);
    CHECK(office.status().why_not_serving == "its PBX does not answer: main: no answer");
    office.answering = {{main_pbx, 404}};
    office.live(3s);
    CHECK(office.status().serving);
    CHECK(office.site_changes == std::vector<bool>{false, true});
}

TEST_CASE("a site with one PBX left serves", "[pbx]") {
    Office office({main_pbx, spare_pbx});
    office.answering = {{spare_pbx, 200}};
    office.live(30s);
    CHECK(office.state(0) == PbxState::away);
    CHECK(office.status().serving);
}

TEST_CASE("an address that refuses makes its PBX away within a second, and calls under way go on", "[pbx][SR1][SR2]") {
    Office office;
    office.live(1s);
    office.answering.clear();
    office.feed(HopLost{hop(main_pbx)});
    CHECK(office.state(0) == PbxState::there);  // it is asked first
    office.pass(1ms);
    office.feed(HopLost{hop(main_pbx)});
    CHECK(office.state(0) == PbxState::doubted);
    office.pass(PbxWatch::interval_in_doubt);
    office.feed(HopLost{hop(main_pbx)});
    CHECK(office.state(0) == PbxState::away);
    REQUIRE(office.notices<PbxStateChanged>().size() == 1);
    CHECK_FALSE(office.notices<PbxStateChanged>()[0].there);
    CHECK(office.notices<PbxStateChanged>()[0].detail == "cannot be reached");
}

TEST_CASE("a stall of our own is no absence of the PBX", "[pbx][R2]") {
    Office office;
    office.live(1s);
    office.now += 60s;
    office.tick();
    CHECK(office.status().serving);
    office.live(1s);
    CHECK(office.state(0) == PbxState::there);
    CHECK(office.site_changes.empty());
}
