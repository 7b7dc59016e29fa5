// Golden values: sites built by different compilers compare fingerprints, so they must never change.
#include "core/fingerprint.h"

#include <catch2/catch.hpp>

using namespace innkeeper;
using core::fingerprint;

namespace {

const base::Aor alice = base::Aor::parse("alice@example.test").value();

core::Binding binding() {
    core::Binding one;
    one.contact = "sip:alice@192.0.2.1:5060";
    one.call_id = "c1";
    one.instance = "<urn:uuid:1>";
    one.path = "<sip:p>";
    one.reg_id = 1;
    one.q = 500;
    return one;
}

backup::UserRecord record() {
    backup::UserRecord user;
    user.aor = alice;
    user.display_name = "Alice";
    user.extension = "1001";
    user.settings = R"({"ring":"long"})";
    user.terminal = backup::TerminalKind::desk;
    return user;
}

}  // namespace

TEST_CASE("fingerprints have the values they always had", "[fingerprint]") {
    CHECK(fingerprint(alice, {}, {binding()}) == 0x4afd1830b4a05ceeu);
    CHECK(fingerprint(alice, {"north"}, {binding(), binding()}) == 0xc295d5ef08a7184eu);
    CHECK(fingerprint(record()) == 0x98cccf3fce519ee7u);
}

TEST_CASE("an AOR without a binding adds nothing to a digest", "[fingerprint]") {
    CHECK(fingerprint(alice, {}, {}) == 0);
    CHECK(fingerprint(alice, {"north"}, {}) == 0);
}

TEST_CASE("whatever peers are told of a binding changes its fingerprint", "[fingerprint]") {
    const std::uint64_t before = fingerprint(alice, {}, {binding()});
    core::Binding one = binding();
    SECTION("contact") {
        one.contact = "sip:alice@192.0.2.1:5060x";
    }
    SECTION("Call-ID") {
        one.call_id = "c1x";
    }
    SECTION("instance") {
        one.instance.clear();
    }
    SECTION("Path") {
        one.path.clear();
    }
    SECTION("reg-id") {
        one.reg_id = 2;
    }
    SECTION("q") {
        one.q = 1000;
    }
    SECTION("text moved from one field to the next") {
        one.contact = "sip:alice@192.0.2.1:506";
        one.call_id = "0c1";
    }
    CHECK(fingerprint(alice, {}, {one}) != before);
    CHECK(fingerprint(alice, {"north"}, {binding()}) != before);
    CHECK(fingerprint(alice, {}, {binding(), one}) != fingerprint(alice, {}, {one, binding()}));
}

TEST_CASE("what is not told with every change does not count", "[fingerprint]") {
    core::Binding one = binding();
    one.cseq = 99;
    one.expires += std::chrono::seconds(9);
    one.promised += std::chrono::seconds(9);
    one.registered += std::chrono::seconds(9);
    CHECK(fingerprint(alice, {}, {one}) == fingerprint(alice, {}, {binding()}));
}

TEST_CASE("whatever a record says changes its fingerprint, except its secrets", "[fingerprint][R22]") {
    const std::uint64_t before = fingerprint(record());
    backup::UserRecord one = record();
    SECTION("name") {
        one.display_name = "Alicia";
    }
    SECTION("extension") {
        one.extension = "1002";
    }
    SECTION("settings") {
        one.settings = "{}";
    }
    SECTION("terminal") {
        one.terminal = backup::TerminalKind::soft;
    }
    SECTION("priority") {
        one.priority = backup::Priority::emergency;
    }
    SECTION("enabled") {
        one.enabled = false;
    }
    CHECK(fingerprint(one) != before);
    backup::UserRecord with_password = record();
    with_password.ha1 = auth::make_ha1("alice", "example.test", "secret");
    CHECK(fingerprint(with_password) == before);
}
