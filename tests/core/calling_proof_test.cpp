// What whoever calls has to prove, and what is worth nothing as a proof.
#include "calling_house.h"

using namespace calling;

namespace {

struct Door : House {
    Door() {
        register_phone("ann");
        register_phone("bob");
    }
    bool puts_through(Invite invite, const std::string& branch, const base::Flow& from) {
        invite.branch = branch;
        receive(invite.text(), from);
        return sip_to(flows.at("bob"), "INVITE").has_value();
    }
    bool asks_again() const { return status() == 407; }
};

}  // namespace

TEST_CASE("who calls has to know the password", "[calls][R16]") {
    Door door;
    CHECK_FALSE(door.puts_through(door.proved("ann", {}, "guessed"), "z9hG4bK-2", door.flows.at("ann")));
    CHECK(door.asks_again());
    Invite again;
    again.branch = "z9hG4bK-3";
    CHECK(door.puts_through(door.proved("ann", again, "ann"), "z9hG4bK-4", door.flows.at("ann")));
}

TEST_CASE("a captured proof is worth nothing from another address, nor a second time", "[calls][R17]") {
    Door door;
    const Invite proved = door.proved("ann", {}, "ann");
    base::Flow stranger = door.flows.at("ann");
    stranger.remote.ip = *base::IpAddress::parse("198.51.100.7");
    CHECK_FALSE(door.puts_through(proved, "z9hG4bK-2", stranger));
    CHECK(door.asks_again());
    CHECK(door.puts_through(proved, "z9hG4bK-3", door.flows.at("ann")));
    CHECK_FALSE(door.puts_through(proved, "z9hG4bK-4", door.flows.at("ann")));
    CHECK(door.asks_again());
}

TEST_CASE("a user's proof is good for no other user, and a disabled user has none", "[calls][R16]") {
    Door door;
    Invite proved = door.proved("ann", {}, "ann");
    proved.from = "bob";
    CHECK_FALSE(door.puts_through(proved, "z9hG4bK-2", door.flows.at("ann")));
    UsersChanged page;
    page.changed.push_back(user("ann"));
    page.changed.back().enabled = false;
    door.feed(std::move(page));
    Invite again;
    again.branch = "z9hG4bK-3";
    CHECK_FALSE(door.puts_through(door.proved("ann", again, "ann"), "z9hG4bK-4", door.flows.at("ann")));
}
