#include "core/replica.h"

#include "core/fingerprint.h"
#include "support/catch_print.h"

using namespace innkeeper;
using namespace innkeeper::core;

namespace {

base::Aor aor(const std::string& user) {
    return base::Aor::parse(user + "@example.test").value();
}

RegistrationEntry registered(const std::string& user, const std::string& contact = "sip:a@h") {
    Binding binding;
    binding.contact = contact;
    return {aor(user), {}, {binding}};
}

std::uint64_t digest_of(const RegistrationEntry& entry) {
    return fingerprint(entry.aor, entry.guest_of, entry.bindings);
}

}  // namespace

TEST_CASE("a replica holds what its writer said last, and knows what is news", "[replica]") {
    Replica replica;
    CHECK(replica.apply(registered("alice"), 1));
    CHECK_FALSE(replica.apply(registered("alice"), 1));
    CHECK(replica.apply(registered("alice", "sip:a@other"), 1));
    CHECK(replica.size() == 1);
    REQUIRE(replica.find(aor("alice")) != nullptr);
    CHECK(replica.find(aor("alice"))->bindings.front().contact == "sip:a@other");
    CHECK(replica.digest() == digest_of(registered("alice", "sip:a@other")));
}

TEST_CASE("a guest of another home is told from an own user", "[replica]") {
    Replica replica;
    RegistrationEntry guest = registered("alice");
    guest.guest_of = {"north"};
    replica.apply(registered("alice"), 1);
    CHECK(replica.apply(guest, 1));
    CHECK(replica.find(aor("alice"))->guest_of.text == "north");
}

TEST_CASE("an entry without bindings is gone", "[replica]") {
    Replica replica;
    replica.apply(registered("alice"), 1);
    CHECK(replica.apply({aor("alice"), {}, {}}, 1));
    CHECK(replica.find(aor("alice")) == nullptr);
    CHECK(replica.digest() == 0);
    CHECK_FALSE(replica.apply({aor("alice"), {}, {}}, 1));
}

TEST_CASE("a full copy drops what it did not bring, and the digest follows", "[replica]") {
    Replica replica;
    replica.apply(registered("alice"), 1);
    replica.apply(registered("bob"), 1);
    replica.apply(registered("bob"), 2);
    replica.drop_older(2);
    CHECK(replica.find(aor("alice")) == nullptr);
    CHECK(replica.digest() == digest_of(registered("bob")));
    CHECK(replica.size() == 1);
}
