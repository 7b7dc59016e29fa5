// Phones registered with the PBX on their behalf: site south with users ann and bob in front of a PBX that insists.
#include "core/upstream.h"

#include "auth/credentials_header.h"
#include "calls/forwarding.h"
#include "calls/message.h"
#include "gate.h"

using namespace gate;

namespace {

const calls::AddressHop pbx{base::Transport::udp, *base::Endpoint::parse("192.0.2.20:5060")};
const base::Flow pbx_speaks{base::Transport::udp, 0, *base::Endpoint::parse("192.0.2.20:5060"), 0};

Settings behind_innkeeper() {
    Settings settings = quick();
    settings.calls.listeners = {{base::Transport::udp, "192.0.2.1", 5060}};
    settings.calls.pbxs = {{"main", pbx.transport, pbx.endpoint}};
    settings.calls.register_upstream = true;
    return settings;
}

struct Office : Gate {
    Office() : Gate(behind_innkeeper()) { started().with_users({"ann", "bob"}); }

    // Time passes, and the PBX answers what it is asked with `answering`.
    void live(base::Duration duration) {
        for (const base::Instant end = now + duration; now < end;) {
            happened.clear();
            pass(100ms);
            answer_all();
        }
    }
    void answer_all() {
        for (bool any = true; any;) {
            any = false;
            const Effects wanted = std::move(happened);
            happened.clear();
            Effects later;
            for (const Effect& effect : wanted) {
                if (const auto* one = std::get_if<Announce>(&effect))
                    if (const auto* refused = std::get_if<UpstreamRefused>(&one->notice)) refusals.push_back(*refused);
                const auto* send = std::get_if<SendSip>(&effect);
                if (send == nullptr || send->to != calls::Hop(pbx)) continue;
                auto request = *calls::Message::parse(send->octets);
                if (request.method == "REGISTER") asked.push_back(request);
                if (silent) continue;
                feed(SipReceived{pbx_speaks, answering(request)});
                std::move(happened.begin(), happened.end(), std::back_inserter(later));
                any = true;
            }
            happened = std::move(later);
        }
    }
    static calls::Message ok(const calls::Message& request) {
        calls::Message answer = calls::make_answer(request, 200, "OK", "pbx");
        if (const std::string* contact = request.find("Contact"))
            answer.headers.push_back({"Contact", *contact + ";expires=600"});
        return answer;
    }
    std::vector<calls::Message> asked_with(std::string_view expires) const {
        std::vector<calls::Message> found;
        for (const calls::Message& one : asked)
            if (*one.find("Expires") == expires) found.push_back(one);
        return found;
    }

    std::function<calls::Message(const calls::Message&)> answering = &ok;
    bool silent = false;
    std::vector<calls::Message> asked;
    std::vector<UpstreamRefused> refusals;
};

// Asks for a password of `realm`, and takes nothing but the right one.
std::function<calls::Message(const calls::Message&)> insists(const std::string& realm, const std::string& password) {
    return [realm, password](const calls::Message& request) {
        const std::string* given = request.find("Authorization");
        const auto credentials = given != nullptr ? auth::read_credentials(*given) : std::nullopt;
        if (request.method != "REGISTER" ||
            (credentials && auth::response_is_right(*credentials, "REGISTER", auth::make_ha1("ann", realm, password))))
            return Office::ok(request);
        calls::Message answer = calls::make_answer(request, 401, "Unauthorized", "pbx");
        answer.headers.push_back({"WWW-Authenticate", "Digest realm=\"" + realm + "\", nonce=\"n1\", qop=\"auth\""});
        return answer;
    };
}

}  // namespace

TEST_CASE("a phone that registers here is registered with the PBX: Contact and Path lead here", "[pbx][upstream]") {
    Office office;
    Phone ann("ann");
    REQUIRE(ann.call(office).status == 200);
    office.live(1s);
    REQUIRE(office.asked.size() == 1);
    const calls::Message& request = office.asked[0];
    CHECK(request.uri == "sip:" + std::string(support::domain));
    CHECK(request.find("To")->find("<sip:ann@") == 0);
    CHECK(*request.find("Contact") == "<sip:ann@192.0.2.1:5060;transport=udp>");
    CHECK(*request.find("Path") == "<sip:192.0.2.1:5060;transport=udp;lr>");
    CHECK(office.status().upstream->registered == 1);
}

TEST_CASE("it is renewed before its end as the PBX granted it, with the same Call-ID", "[pbx][upstream]") {
    Office office;
    Phone ann("ann");
    ann.request.contacts[0].expires = 3000;
    REQUIRE(ann.call(office).status == 200);
    office.live(470s);
    CHECK(office.asked.size() == 1);
    office.live(20s);
    REQUIRE(office.asked.size() == 2);
    CHECK(*office.asked[0].find("Call-ID") == *office.asked[1].find("Call-ID"));
    CHECK(*office.asked[1].find("CSeq") == "2 REGISTER");
}

TEST_CASE("a phone that goes is unregistered there", "[pbx][upstream]") {
    Office office;
    Phone ann("ann");
    REQUIRE(ann.call(office).status == 200);
    office.live(1s);
    ann.request.contacts[0].expires = 0;
    REQUIRE(ann.call(office).status == 200);
    office.live(1s);
    CHECK(office.asked_with("0").size() == 1);
    CHECK(office.status().upstream->registered == 0);
}

TEST_CASE("the PBX's question for a password is answered with what the user's has become", "[pbx][upstream]") {
    Office office;
    office.answering = insists(std::string(support::domain), "ann");
    Phone ann("ann");
    REQUIRE(ann.call(office).status == 200);
    office.live(1s);
    CHECK(office.asked.size() == 2);
    CHECK(office.status().upstream->registered == 1);
}

TEST_CASE("another realm, or another password, is a failure that is told and does the phone no harm",
          "[pbx][upstream][R22]") {
    Office office;
    office.answering = GENERATE(insists("asterisk", "ann"), insists(std::string(support::domain), "other"));
    Phone ann("ann");
    REQUIRE(ann.call(office).status == 200);
    office.live(10s);
    CHECK(office.status().upstream->failed == 1);
    REQUIRE(office.refusals.size() == 1);
    CHECK(office.refusals[0].aor == aor("ann"));
    CHECK(ann.call(office).status == 200);
    CHECK(office.status().registrations == 1);
    CHECK(fact(office.explain("ann@" + std::string(support::domain)), "registered with the PBX") != "");
}

TEST_CASE("what the PBX did not answer is tried again, and everybody when it is back", "[pbx][upstream]") {
    Office office;
    for (const char* name : {"ann", "bob"}) {
        Phone phone(name);
        phone.request.contacts[0].expires = 3000;
        REQUIRE(phone.call(office).status == 200);
    }
    office.live(1s);
    REQUIRE(office.status().upstream->registered == 2);
    office.silent = true;
    office.live(20s);
    REQUIRE(office.status().pbxs[0].state == PbxState::away);
    office.asked.clear();
    office.silent = false;
    office.live(4s);
    CHECK(office.asked.size() == 2);
    CHECK(office.status().upstream->registered == 2);
}

TEST_CASE("registrations with a PBX are paced, and no more are under way than it can answer", "[upstream][R11]") {
    Upstream upstream;
    base::Instant now{100s};
    for (int i = 0; i < 500; ++i) upstream.want(now, aor("u" + std::to_string(i)));
    std::size_t asked = 0;
    for (const base::Instant end = now + 1s; now < end; now += 10ms)
        while (upstream.take_due(now)) ++asked;
    CHECK(asked >= 99);
    CHECK(asked <= 102);
    for (const base::Instant end = now + 10s; now < end; now += 10ms)
        while (upstream.take_due(now)) ++asked;
    CHECK(asked == Upstream::most_under_way);
    CHECK(upstream.next_deadline() == base::Instant::max());
}

TEST_CASE("who comes and goes while a request is under way ends as it last was", "[upstream]") {
    Upstream upstream;
    const base::Instant now{100s};
    upstream.want(now, aor("ann"));
    REQUIRE(upstream.take_due(now));
    upstream.release(now, aor("ann"));
    upstream.granted(now, aor("ann"), 600s);
    const auto leaves = upstream.take_due(now + 1s);
    REQUIRE(leaves);
    CHECK(leaves->leaving);
    upstream.want(now + 1s, aor("ann"));
    upstream.granted(now + 1s, aor("ann"), 0s);
    const auto comes = upstream.take_due(now + 2s);
    REQUIRE(comes);
    CHECK_FALSE(comes->leaving);
    upstream.granted(now + 2s, aor("ann"), 600s);
    upstream.release(now + 3s, aor("ann"));
    REQUIRE(upstream.take_due(now + 3s));
    upstream.failed(now + 3s, aor("ann"), "no answer", 10s);
    CHECK(upstream.counts().registered + upstream.counts().failed + upstream.counts().waiting == 0);
}
