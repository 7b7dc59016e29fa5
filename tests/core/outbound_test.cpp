// Registrations of RFC 5626.
#include "registrar_support.h"

using namespace innkeeper;
using namespace innkeeper::core;

TEST_CASE("an outbound registration replaces that of its instance and reg-id, wherever the phone is", "[registrar]") {
    Registrar registrar;
    registrar.apply(with(1, {outbound("sip:a@h1", 1)}));
    registrar.apply(with(2, {outbound("sip:a@h2", 2)}));
    CHECK(registrar.contacts() == Uris{"sip:a@h1", "sip:a@h2"});
    registrar.apply(with(3, {outbound("sip:a@h3", 1)}));
    CHECK(registrar.contacts() == Uris{"sip:a@h3", "sip:a@h2"});
}

TEST_CASE("another instance with the same reg-id is another binding", "[registrar]") {
    Registrar registrar;
    registrar.apply(with(1, {outbound("sip:a@h1", 1)}));
    OwnedRegister other = with(1, {outbound("sip:a@h2", 1)});
    other.call_id = "other phone";
    other.contacts[0].instance = "<urn:uuid:2>";
    registrar.apply(other);
    CHECK(registrar.bindings.size() == 2);
}

TEST_CASE("outbound is confirmed where the phone supports it and gives instance and reg-id", "[registrar]") {
    const Registrar registrar;
    OwnedRegister request = with(1, {outbound("sip:a@h1", 1)});
    CHECK_FALSE(registrar.planned(request).outbound);
    request.supports_outbound = true;
    CHECK(registrar.planned(request).outbound);
    request.contacts[0].reg_id = 0;
    CHECK_FALSE(registrar.planned(request).outbound);
    request.contacts[0] = outbound("sip:a@h1", 1);
    request.contacts[0].instance.clear();
    CHECK_FALSE(registrar.planned(request).outbound);
    request.contacts[0] = outbound("sip:a@h1", 1);
    request.contacts[0].expires = 0;
    CHECK_FALSE(registrar.planned(request).outbound);
}
