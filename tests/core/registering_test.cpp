// A REGISTER through the whole gatekeeper: authentication, answers, what is kept and told.
#include "gate.h"

using namespace gate;

namespace {

Gate site_of(std::vector<std::string> users) {
    Gate gate;
    gate.started().with_users(std::move(users));
    return gate;
}

// All that a stranger can see of a refusal.
std::string shape(const Response& response) {
    std::string text = std::to_string(response.status) + ' ' + std::string(response.phrase);
    text += " contacts " + std::to_string(response.contacts.size());
    if (response.challenge)
        text += " realm " + std::string(response.challenge->realm) + " stale " +
                std::to_string(response.challenge->stale) + " nonce of " +
                std::to_string(response.challenge->nonce.size());
    text += response.retry_after ? " retry-after" : "";
    text += response.min_expires ? " min-expires" : "";
    return text + ' ' + std::string(response.warning) + std::string(response.unsupported);
}

}  // namespace

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

TEST_CASE("of several Authorization headers the right one counts", "[gatekeeper]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice");
    alice.call(gate);
    ++alice.request.cseq;
    alice.session.authorise(alice.request, "alice", alice.ha1);
    auto wrong = alice.request.credentials.front();
    wrong.algorithm = auth::Algorithm::sha256;
    auto elsewhere = alice.request.credentials.front();
    elsewhere.realm = "elsewhere.test";
    alice.request.credentials.insert(alice.request.credentials.begin(), {elsewhere, wrong});
    CHECK(alice.repeat(gate).status == 200);
}

TEST_CASE("credentials for another realm are no credentials", "[gatekeeper]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice");
    alice.call(gate);
    alice.request.credentials.front().realm = "elsewhere.test";
    CHECK(alice.repeat(gate).status == 401);
    CHECK(gate.notices<RegisterJudged>()[0].verdict == Verdict::challenged);
}

TEST_CASE("an unknown user, one of elsewhere and a disabled one cannot be told from a wrong password",
          "[gatekeeper][R16]") {
    Gate gate = site_of({"alice", "dora"});
    gate.entrusted_by_north({"nora"});
    UsersChanged change;
    change.changed.push_back(user("dora"));
    change.changed.back().enabled = false;
    gate.feed(std::move(change));

    std::vector<std::string> shapes;
    std::vector<std::string> first_shapes;
    for (const std::string name : {"alice", "nobody", "nora", "dora"}) {
        Phone phone(name);
        phone.ha1 = auth::make_ha1(name, support::domain, "guessed");
        first_shapes.push_back(shape(phone.send(gate)));
        shapes.push_back(shape(phone.call(gate)));
        const auto judged = gate.notices<RegisterJudged>();
        REQUIRE(judged.size() == 1);
        CHECK(judged[0].aor.empty());
        CHECK(judged[0].standing == Standing::stranger);
        CHECK(judged[0].refusal == Refusal::wrong_credentials);
    }
    CHECK(first_shapes == std::vector(4, first_shapes.front()));
    CHECK(shapes == std::vector(4, shapes.front()));
}

TEST_CASE("while users are not loaded nobody learns who exists, and guests are served", "[gatekeeper][R16]") {
    Gate gate;
    gate.started();
    gate.entrusted_by_north({"nora"});
    Phone unknown("nobody"), guessed("nora"), nora("nora");
    guessed.ha1 = auth::make_ha1("nora", support::domain, "guessed");
    CHECK(shape(unknown.send(gate)) == shape(guessed.send(gate)));
    CHECK(gate.answer().status == 401);
    CHECK(shape(unknown.call(gate)) == shape(guessed.call(gate)));
    CHECK(gate.answer().status == 503);
    CHECK(gate.answer().retry_after.value_or(0) >= 3);
    CHECK(gate.notices<RegisterJudged>()[0].refusal == Refusal::users_not_loaded);
    nora.call(gate);
    CHECK(gate.notices<RegisterJudged>()[0].refusal == Refusal::registered_at_home);
}

TEST_CASE("a right password under a user name of its own is wrong for another AOR", "[gatekeeper][R16]") {
    Gate gate = site_of({"alice", "bob"});
    Phone mallory("alice");
    mallory.send(gate);
    mallory.session.take(gate.answer().challenge->realm, gate.answer().challenge->nonce);
    mallory.session.authorise(mallory.request, "bob", auth::make_ha1("bob", support::domain, "bob"));
    CHECK(mallory.repeat(gate).status == 401);
    CHECK(gate.status().registrations == 0);
}

TEST_CASE("an old nonce with the right password is stale, with a wrong one it is just wrong", "[gatekeeper][R17]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice");
    alice.call(gate);
    gate.pass(1h + 1s);
    const Response& late = alice.send(gate);
    CHECK(late.status == 401);
    REQUIRE(late.challenge);
    CHECK(late.challenge->stale);
    CHECK(alice.call(gate).status == 200);

    gate.pass(1h + 2s);
    alice.ha1 = auth::make_ha1("alice", support::domain, "guessed");
    CHECK_FALSE(alice.send(gate).challenge->stale);
}

TEST_CASE("a captured header is worth nothing", "[gatekeeper][R17]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice");
    alice.call(gate);
    Phone captured = Phone("alice");
    captured.request = alice.request;
    SECTION("from another source") {
        captured.request.source.remote = base::Endpoint::parse("198.51.100.9:5060").value();
        captured.request.cseq = 99;
    }
    SECTION("for another contact") {
        captured.request.contacts[0].uri = "sip:mallory@198.51.100.9";
        captured.request.cseq = 99;
    }
    SECTION("to log the phone out") {
        captured.request.contacts[0].expires = 0;
        captured.request.cseq = 99;
    }
    SECTION("for a longer expiry") {
        captured.request.contacts[0].expires = 3600;
        captured.request.cseq = 99;
    }
    SECTION("for another user") {
        captured.request.to_user = "bob";
    }
    CHECK(captured.repeat(gate).status == 401);
    CHECK(gate.rows<BindingsRow>().empty());
    gate.pass(300s);
    CHECK(gate.notices<PhoneRemoved>().size() == 1);
}

TEST_CASE("a nonce of a peer is good here for the same phone at the same source", "[gatekeeper][R17]") {
    Gate gate;
    gate.started();
    gate.entrusted_by_north({"nora"});
    Hello hello;
    hello.epoch = gate.heartbeat.epoch;
    hello.you_are_my_backup = true;
    hello.nonce_keys.push_back(nonce_key(9, gate.now - 10s));
    gate.hear(north, std::move(hello));
    auth::NonceKeyring at_north;
    at_north.install_own(nonce_key(9, gate.now - 10s));
    Phone nora("nora");
    nora.session.take(support::domain, at_north.issue(gate.now, aor("nora"), nora.request.source.remote.ip));
    nora.send(gate);
    CHECK(gate.notices<RegisterJudged>()[0].refusal == Refusal::registered_at_home);

    Phone thief("nora");
    thief.session = nora.session;
    thief.request.source.remote = base::Endpoint::parse("198.51.100.9:5060").value();
    CHECK(thief.send(gate).status == 401);
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

TEST_CASE("a challenge repeated within a second is the same", "[gatekeeper]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice");
    const std::string nonce = alice.send(gate).challenge->nonce;
    gate.now += 100ms;
    CHECK(alice.repeat(gate).challenge->nonce == nonce);
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

TEST_CASE("made-up users leave nothing behind", "[gatekeeper][R15]") {
    Gate gate = site_of({"alice"});
    for (int i = 0; i < 100; ++i) {
        Phone phone("made-up-" + std::to_string(i));
        phone.call(gate);
    }
    CHECK(gate.keeper.census(gate.now).bindings == 0);
    CHECK(std::get<RegistrationsReport>(gate.command(ShowRegistrations{})).rows.empty());
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
