// Challenge first, decide after (design decision 4), over the whole gatekeeper.
#include <catch2/catch.hpp>

#include "core/gatekeeper.h"
#include "support/owned_register.h"
#include "support/phone_digest.h"
#include "support/settings.h"

using namespace innkeeper;
using namespace innkeeper::core;
using namespace std::chrono_literals;
using support::DigestSession;
using support::OwnedRegister;

namespace {

const auth::Ha1 right = auth::make_ha1("alice", support::domain, "secret");
const auth::Ha1 wrong = auth::make_ha1("alice", support::domain, "guess");

// A site whose only user is alice.
class Site {
public:
    Site() {
        feed(Started{1});
        const std::array<std::uint8_t, 32> key{1, 2, 3};
        feed(NonceKeyMade{{7, now, base::SecretBytes<32>(key)}});
        UsersLoaded users;
        users.restart = users.complete = true;
        backup::UserRecord alice;
        alice.aor = *base::Aor::from_parts("alice", support::domain);
        alice.terminal = backup::TerminalKind::desk;
        alice.ha1 = right.clone();
        users.users.push_back(std::move(alice));
        feed(std::move(users));
    }

    Response answer_to(const OwnedRegister& request) {
        for (const Effect& effect : feed(request.shown()))
            if (const auto* answer = std::get_if<Answer>(&effect)) return answer->response;
        FAIL("no answer");
        return {};
    }

    base::Instant now{1000s};

private:
    Effects feed(Event event) {
        Effects effects;
        gatekeeper_.step(now, std::move(event), effects);
        return effects;
    }
    Gatekeeper gatekeeper_{support::settings_of("north", {}, {})};
};

OwnedRegister register_of(std::string_view user, std::uint32_t cseq) {
    OwnedRegister request = support::register_of(user);
    request.cseq = cseq;
    return request;
}

// Asks without credentials, then with them.
Response register_anew(Site& site, std::uint32_t cseq, const auth::Ha1& ha1 = right,
                       auth::Algorithm algorithm = auth::Algorithm::md5) {
    const Response first = site.answer_to(register_of("alice", cseq));
    REQUIRE(first.challenge);
    DigestSession session(algorithm);
    session.take(first.challenge->realm, first.challenge->nonce);
    OwnedRegister second = register_of("alice", cseq + 1);
    session.authorise(second, "alice", ha1);
    return site.answer_to(second);
}

struct Admitted {
    OwnedRegister request;
    DigestSession session;
};

Admitted admitted(Site& site) {
    const Response first = site.answer_to(register_of("alice", 1));
    Admitted result{register_of("alice", 2), DigestSession()};
    result.session.take(first.challenge->realm, first.challenge->nonce);
    result.session.authorise(result.request, "alice", right);
    REQUIRE(site.answer_to(result.request).status == 200);
    return result;
}

}  // namespace

TEST_CASE("right credentials are admitted with either algorithm", "[core][R17]") {
    Site site;
    CHECK(register_anew(site, 1).status == 200);
    site.now += 10s;
    CHECK(register_anew(site, 11, right, auth::Algorithm::sha256).status == 200);
}

TEST_CASE("an unknown user cannot be told from a wrong password", "[core][R16]") {
    Site site;
    const Response known = site.answer_to(register_of("alice", 1));
    const Response unknown = site.answer_to(register_of("nobody", 1));
    CHECK(known.status == 401);
    CHECK(unknown.status == 401);
    REQUIRE(unknown.challenge);
    DigestSession session;
    session.take(unknown.challenge->realm, unknown.challenge->nonce);
    OwnedRegister attempt = register_of("nobody", 2);
    session.authorise(attempt, "nobody", wrong);
    const Response refused_unknown = site.answer_to(attempt);
    const Response refused_known = register_anew(site, 1, wrong);
    for (const Response* refused : {&refused_unknown, &refused_known}) {
        CHECK(refused->status == 401);
        REQUIRE(refused->challenge);
        CHECK_FALSE(refused->challenge->stale);
        CHECK(refused->warning.empty());
        CHECK_FALSE(refused->retry_after);
    }
}

TEST_CASE("a captured REGISTER is worth nothing for another Contact", "[core][R17]") {
    Site site;
    const Admitted phone = admitted(site);
    OwnedRegister replayed = phone.request;
    replayed.contacts.front().uri = "sip:thief@192.0.2.66";
    replayed.cseq = 3;
    const Response refused = site.answer_to(replayed);
    CHECK(refused.status == 401);
    REQUIRE(refused.challenge);
    CHECK(refused.challenge->stale);
    OwnedRegister fetch = phone.request;
    DigestSession session = phone.session;
    fetch.contacts.clear();
    fetch.cseq = 4;
    session.authorise(fetch, "alice", right);
    const Response bindings = site.answer_to(fetch);
    REQUIRE(bindings.contacts.size() == 1);
    CHECK(bindings.contacts.front().uri == phone.request.contacts.front().uri);
}

TEST_CASE("a captured REGISTER is worth nothing from another source", "[core][R17]") {
    Site site;
    Admitted phone = admitted(site);
    OwnedRegister moved = phone.request;
    moved.cseq = 3;
    phone.session.authorise(moved, "alice", right);
    moved.source.remote.ip = *base::IpAddress::parse("192.0.2.66");
    CHECK(site.answer_to(moved).status == 401);
}

TEST_CASE("an expired nonce under the right key gets a stale challenge and the next answer is admitted",
          "[core][R17]") {
    Site site;
    Admitted phone = admitted(site);
    site.now += 61min;
    OwnedRegister late = register_of("alice", 3);
    phone.session.authorise(late, "alice", right);
    const Response stale = site.answer_to(late);
    CHECK(stale.status == 401);
    REQUIRE(stale.challenge);
    CHECK(stale.challenge->stale);
    phone.session.take(stale.challenge->realm, stale.challenge->nonce);
    OwnedRegister again = register_of("alice", 4);
    phone.session.authorise(again, "alice", right);
    CHECK(site.answer_to(again).status == 200);
}

TEST_CASE("a phone that asks for a challenge each time may register several times within a second", "[core][R17]") {
    Site site;
    for (std::uint32_t i = 0; i < 5; ++i) {
        CHECK(register_anew(site, 1 + 2 * i).status == 200);
        site.now += 100ms;
    }
}

TEST_CASE("two phones of one user behind one NAT may be challenged in the same second", "[core][R17]") {
    Site site;
    const auto phone = [](std::string_view call_id, std::string_view contact) {
        OwnedRegister request = support::register_of("alice");
        request.call_id = call_id;
        request.contacts.front().uri = contact;
        return request;
    };
    OwnedRegister desk = phone("desk", "sip:alice@192.168.1.2");
    OwnedRegister dect = phone("dect", "sip:alice@192.168.1.3");
    DigestSession desk_session;
    DigestSession dect_session;
    const Response to_desk = site.answer_to(desk);
    const Response to_dect = site.answer_to(dect);
    desk_session.take(to_desk.challenge->realm, to_desk.challenge->nonce);
    dect_session.take(to_dect.challenge->realm, to_dect.challenge->nonce);
    desk_session.authorise(desk, "alice", right);
    dect_session.authorise(dect, "alice", right);
    CHECK(site.answer_to(desk).status == 200);
    const Response again = site.answer_to(dect);
    REQUIRE(again.challenge);
    CHECK(again.challenge->stale);
    dect_session.take(again.challenge->realm, again.challenge->nonce);
    dect_session.authorise(dect, "alice", right);
    CHECK(site.answer_to(dect).contacts.size() == 2);
}
