// A site with hunt groups: south with its groups and phones, north and west next to it.
#pragma once

#include <set>

#include "calling_house.h"

namespace calling {

struct GroupHouse : House {
    explicit GroupHouse(Settings settings = with_calls()) : House(std::move(settings)) {
        with_users({"ann", "bob", "carl", "dora"});
        for (const char* name : {"ann", "bob", "carl"}) register_phone(name);
    }
    // A group of this site, as the definition says.
    void define(const std::string& name, const std::string& definition) {
        UsersChanged page;
        page.changed.push_back(record_of(name, definition));
        feed(std::move(page));
    }
    static backup::UserRecord record_of(const std::string& name, const std::string& definition) {
        backup::UserRecord record;
        record.aor = aor(name);
        record.terminal = backup::TerminalKind::group;
        record.settings = R"({"group": )" + definition + "}";
        return record;
    }
    // North entrusts one more record, after its users.
    void entrust(backup::UserRecord record) {
        Changes page;
        page.dataset = Dataset::records;
        page.epoch = heartbeat.epoch;
        page.after = {1};
        page.upto = {2};
        page.complete = true;
        page.records.push_back({record.aor, std::move(record)});
        hear(north, std::move(page));
    }
    // Whom the last step asked to ring, each once.
    std::string rung() const {
        std::string names;
        std::set<std::string> branches;
        for (const auto& [hop, message] : sips()) {
            if (message.method != "INVITE" || !branches.insert(*message.find("Via")).second) continue;
            for (const auto& [name, flow] : flows)
                if (hop == calls::Hop(flow)) names += name + " ";
            if (hop == pbx) names += "pbx ";
            if (hop == at_north) names += "north ";
            if (hop == at_west) names += "west ";
        }
        return names;
    }
    // Of the first call, which Bob has taken, Ann hangs up.
    void first_call_ends() {
        Invite bye;
        bye.method = "BYE";
        bye.to = "sales";
        bye.to_tag = "b";
        bye.uri = "sip:bob@192.0.2.8";
        bye.branch = "z9hG4bK-bye";
        bye.call_id = "call-1";
        receive(bye.text(), flows.at("ann"));
        refuse("bob", 200);
    }
    void refuse(const std::string& name, std::uint16_t status) { say(flows.at(name), status); }
};

inline const std::string all = R"({"members": ["bob@example.test", "carl@example.test", "dora@example.test"]})";
inline const std::string longest_idle =
    R"({"strategy": "longest_idle", "members": ["bob@example.test", "carl@example.test"]})";
inline const std::string in_turn = R"({"strategy": "sequential", "ring_for": 10,
                               "members": ["bob@example.test", "carl@example.test"]})";

}  // namespace calling
