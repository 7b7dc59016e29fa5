// REGISTERs of whoever does not know the password, or knows too much: nothing is learned, nothing is done.
#include "gate.h"

using namespace gate;

namespace {

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
    CHECK(gate.notices<RegisterJudged>()[0].refusal == Refusal::home_is_asked);
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
    CHECK(gate.notices<RegisterJudged>()[0].refusal == Refusal::home_is_asked);

    Phone thief("nora");
    thief.session = nora.session;
    thief.request.source.remote = base::Endpoint::parse("198.51.100.9:5060").value();
    CHECK(thief.send(gate).status == 401);
}

TEST_CASE("a challenge repeated within a second is the same", "[gatekeeper]") {
    Gate gate = site_of({"alice"});
    Phone alice("alice");
    const std::string nonce = alice.send(gate).challenge->nonce;
    gate.now += 100ms;
    CHECK(alice.repeat(gate).challenge->nonce == nonce);
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
