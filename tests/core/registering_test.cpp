// A REGISTER of a known phone through the whole gatekeeper: answers, what is kept and told.
#include "gate.h"

using namespace gate;

TEST_CASE("a phone is challenged, then admitted", "[gatekeeper][R16]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice");
    const Response& challenge = alice.send(gate);
    CHECK(challenge.status == 401);
    CHECK(challenge.to.value == 1);
    REQUIRE(challenge.challenge);
    CHECK(challenge.challenge->realm == support::domain);
    CHECK_FALSE(challenge.challenge->stale);
    CHECK(gate.rows<BindingsRow>().empty());
    REQUIRE(gate.notices<RegisterJudged>().size() == 1);
    CHECK(gate.notices<RegisterJudged>()[0].verdict == Verdict::challenged);

    const Response& ok = alice.call(gate);
    CHECK(ok.status == 200);
    REQUIRE(ok.contacts.size() == 1);
    CHECK(ok.contacts[0].uri == "sip:alice@192.0.2.1:5060");
    CHECK(ok.contacts[0].expires == 300);
    CHECK(gate.notices<PhoneRegistered>().size() == 1);
    REQUIRE(gate.notices<RegisterJudged>().size() == 1);
    CHECK(gate.notices<RegisterJudged>()[0].verdict == Verdict::admitted);
    CHECK(gate.notices<RegisterJudged>()[0].standing == Standing::own);
    CHECK(gate.status().registrations == 1);
}

TEST_CASE("the answer comes first, then what is kept", "[gatekeeper]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice");
    alice.call(gate);
    REQUIRE(gate.happened.size() >= 2);
    CHECK(std::holds_alternative<Answer>(gate.happened.front()));
    CHECK(gate.rows<BindingsRow>().size() == 1);
}

TEST_CASE("a phone that knows SHA-256 is admitted too", "[gatekeeper]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice", "baresip", auth::Algorithm::sha256);
    CHECK(alice.call(gate).status == 200);
}

TEST_CASE("a retransmission is answered again and changes nothing", "[gatekeeper]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice");
    const std::string first = support::print(alice.call(gate));
    const std::string again = support::print(alice.repeat(gate));
    CHECK(again == first);
    CHECK(gate.rows<BindingsRow>().empty());
    CHECK(gate.notices<PhoneRegistered>().empty());
}

TEST_CASE("a retransmitted log-out is answered again", "[gatekeeper]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice");
    alice.call(gate);
    SECTION("by Contact") {
        alice.request.contacts[0].expires = 0;
    }
    SECTION("of all") {
        alice.request.contacts.clear();
        alice.request.star = true;
        alice.request.expires = 0;
    }
    CHECK(alice.send(gate).status == 200);
    CHECK(gate.notices<PhoneRemoved>().size() == 1);
    CHECK(gate.answer().contacts.empty());
    CHECK(alice.repeat(gate).status == 200);
    CHECK(gate.answer().contacts.empty());
    CHECK(gate.notices<PhoneRemoved>().empty());
}

TEST_CASE("a fetch shows the bindings and changes nothing", "[gatekeeper]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice"), reader("alice");
    alice.call(gate);
    reader.request.contacts.clear();
    gate.now += 100s;
    const Response& shown = reader.call(gate);
    REQUIRE(shown.contacts.size() == 1);
    CHECK(shown.contacts[0].expires == 200);
    CHECK(gate.rows<BindingsRow>().empty());
}

TEST_CASE("a phone configured with an address belongs to the first domain", "[gatekeeper]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice");
    alice.request.to_domain = "192.0.2.99";
    alice.request.to_domain_is_address = true;
    CHECK(alice.call(gate).status == 200);
    CHECK(gate.notices<PhoneRegistered>()[0].aor == aor("alice"));
}

TEST_CASE("a domain is the same in any case, another one is not served", "[gatekeeper]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice");
    alice.request.to_domain = "Example.TEST";
    CHECK(alice.call(gate).status == 200);
    alice.request.to_domain = "elsewhere.test";
    CHECK(alice.send(gate).status == 404);
    CHECK(gate.notices<RegisterJudged>()[0].refusal == Refusal::domain_not_served);
}

TEST_CASE("a refresh within the promise is neither written nor told, one beyond it is", "[gatekeeper]") {
    Gate gate = site_of({"alice"});
    gate.link(west);
    gate.hear(west, Position{Dataset::registrations, {}, {}});
    Phone alice("alice");
    alice.call(gate);
    REQUIRE(gate.rows<BindingsRow>().size() == 1);
    const base::Instant promised = gate.rows<BindingsRow>()[0].bindings[0].promised;
    CHECK(promised == gate.now + 600s);
    std::vector<bool> written, told;
    for (int i = 0; i < 5; ++i) {
        gate.pass(150s - 100ms);
        alice.send(gate);
        CHECK(gate.answer().contacts[0].expires == 300);
        written.push_back(!gate.rows<BindingsRow>().empty());
        gate.pass(100ms);
        told.push_back(!gate.sent<Changes>(west).empty());
    }
    // 300 s after each of these is within 600 s of the first, of which that at 450 s is not, and so on.
    CHECK(written == std::vector{false, false, true, false, false});
    CHECK(told == written);
}

TEST_CASE("a refresh that changes anything is written and told", "[gatekeeper]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice");
    alice.call(gate);
    gate.pass(10s);
    alice.request.contacts[0].q = 500;
    alice.send(gate);
    REQUIRE(gate.rows<BindingsRow>().size() == 1);
    CHECK(gate.rows<BindingsRow>()[0].bindings[0].q == 500);
}

TEST_CASE("peers are told 20 ms after a change, with what came meanwhile", "[gatekeeper]") {
    Gate gate = site_of({"alice", "bob"});
    gate.link(west);
    gate.hear(west, Position{Dataset::registrations, {}, {}});
    gate.pass(1s);
    Phone alice("alice"), bob("bob");
    alice.call(gate);
    CHECK(gate.sent<Changes>(west).empty());
    const base::Instant first = gate.now;
    gate.now += 15ms;
    bob.call(gate);
    CHECK(gate.keeper.next_deadline() <= first + 20ms);
    gate.now = first + 20ms;
    gate.tick();
    REQUIRE(gate.sent<Changes>(west).size() == 1);
    CHECK(gate.sent<Changes>(west)[0]->registrations.size() == 2);
}

TEST_CASE("a binding that expires is removed, written and told", "[gatekeeper]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice");
    alice.call(gate);
    gate.pass(300s - 1us);
    CHECK(gate.notices<PhoneRemoved>().empty());
    CHECK(gate.status().registrations == 1);
    gate.pass(1us);
    REQUIRE(gate.notices<PhoneRemoved>().size() == 1);
    CHECK(gate.notices<PhoneRemoved>()[0].cause == RemovalCause::expired);
    REQUIRE(gate.rows<BindingsRow>().size() == 1);
    CHECK(gate.rows<BindingsRow>()[0].bindings.empty());
    CHECK(gate.status().registrations == 0);
}

TEST_CASE("each refusal of the registrar has its answer", "[gatekeeper]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice");
    alice.call(gate);
    const auto refused = [&](Refusal refusal) {
        const Response& answer = alice.send(gate);
        const auto judged = gate.notices<RegisterJudged>();
        REQUIRE(judged.size() == 1);
        CHECK(judged[0].refusal == refusal);
        CHECK(answer.status == answer_for(refusal).status);
        CHECK(answer.retry_after.has_value() == (answer.status == 503));
        return answer;
    };
    SECTION("too brief") {
        alice.request.expires = 10;
        CHECK(refused(Refusal::interval_too_brief).min_expires == 60u);
    }
    SECTION("an extension nobody knows") {
        alice.request.unsupported = "gruu, fancy";
        CHECK(refused(Refusal::unsupported_extension).unsupported == "gruu, fancy");
    }
    SECTION("malformed") {
        alice.request.star = true;
        refused(Refusal::malformed);
    }
    SECTION("an address of record that is none") {
        alice.request.to_user = "al%00ice";
        refused(Refusal::malformed);
    }
    SECTION("out of order") {
        alice.request.cseq = 0;
        refused(Refusal::stale_sequence);
    }
    SECTION("too many") {
        for (int i = 0; i < 10; ++i) alice.request.contacts.push_back({"sip:a@h" + std::to_string(i), {}, 0, 1000, {}});
        refused(Refusal::too_many_bindings);
        CHECK(gate.status().registrations == 1);
    }
    SECTION("disabled") {
        UsersChanged change;
        change.changed.push_back(user("alice"));
        change.changed.back().enabled = false;
        gate.feed(std::move(change));
        refused(Refusal::user_disabled);
    }
    SECTION("in maintenance") {
        gate.command(Drain{"new switches"});
        refused(Refusal::draining);
    }
}

TEST_CASE("the record says what kind of terminal, else the User-Agent, else it is soft", "[gatekeeper][IP4]") {
    Gate gate = site_of({"alice"});
    UsersChanged change;
    change.changed.push_back(user("dect", backup::TerminalKind::dect));
    gate.feed(std::move(change));
    const auto kind = [&](const std::string& name, const std::string& agent) {
        gate.pass(1s);  // another second, another nonce
        Phone phone(name, agent);
        phone.request.call_id += agent;
        phone.call(gate);
        REQUIRE(gate.rows<BindingsRow>().size() == 1);
        return gate.rows<BindingsRow>()[0].bindings.back().terminal;
    };
    CHECK(kind("alice", "YEALINK SIP-T46S 66.85") == backup::TerminalKind::desk);
    CHECK(kind("alice", "baresip v1.0") == backup::TerminalKind::soft);
    CHECK(kind("alice", "") == backup::TerminalKind::soft);
    CHECK(kind("alice", "Yea") == backup::TerminalKind::soft);
    CHECK(kind("dect", "baresip v1.0") == backup::TerminalKind::dect);
}

TEST_CASE("OPTIONS tells whether this site serves", "[gatekeeper]") {
    Gate gate;
    gate.started();
    const OptionsRequest probe{{5}, {}};
    gate.feed(probe);
    CHECK(gate.answer().status == 503);
    CHECK(gate.answer().to.value == 5);
    CHECK(gate.answer().retry_after);
    gate.with_users({});
    gate.feed(probe);
    CHECK(gate.answer().status == 200);
    gate.command(Drain{"maintenance"});
    gate.feed(probe);
    CHECK(gate.answer().status == 503);
}
