// The part of the watch that looks at calls: it knows who calls whom, whose telephone each INVITE reaches and by which
// site, and whether anything was in the way.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/census.h"
#include "core/effect.h"
#include "world/user_agent.h"

namespace innkeeper::world {

class Phone;
class Site;
class World;
struct Occasion;

class CallWatch {
public:
    explicit CallWatch(World& world) : world_(world) {}

    void changed(const Phone& phone, const Call& call);  // as its telephone sees it
    void rings(const Phone& phone, const Site& from, const calls::Message& invite);
    void taken_by_pbx(const Site& from, const calls::Message& invite);
    void settings_change(const std::string& user);  // from now on a call for that user may go elsewhere
    void power_lost(const Phone& phone);
    void stepped(const Site& site, const Occasion& occasion, const core::Effects& effects);
    void tick();  // every 100 ms
    void judge_tables(const Site& site, const core::Census& census) const;
    // Is its phone in a call that its present life has set up, so that a failback leaves it alone (IP7)?
    bool in_call_at(const Site& site, const base::Aor& aor) const;

private:
    // News of a registration has arrived wherever the way is clear.
    static constexpr base::Duration settled = std::chrono::seconds(5);
    // Until it rings, with datagrams lost on the way and a password asked for.
    static constexpr base::Duration longest_way = std::chrono::seconds(25);

    struct Served {  // where a phone is in service, undisturbed
        base::SiteName at;
        std::uint64_t life = 0;
        Moment since{};
        bool operator==(const Served&) const = default;
    };
    struct ByAor {  // equal runs look at phones in one order, wherever they are in memory
        bool operator()(const Phone* one, const Phone* other) const;
    };
    using Phones = std::set<const Phone*, ByAor>;
    struct Hunt {  // a call to a hunt group
        base::SiteName home;
        Phones members;
        // Members who have been in service, idle and in the group's reach since the call began: it is offered to them.
        Phones free;
        bool in_service = true;  // at one site that the caller's sees, and all this time
        base::Duration rings_for{};
    };
    struct Attempt {
        const Phone* caller = nullptr;
        const Phone* callee = nullptr;   // who answered, until then who is called; none: a number that is no phone's
        std::set<std::string> may_ring;  // whose phones
        std::string number;
        bool with_credentials = true;
        Moment began{};
        base::SiteName by;
        std::uint64_t life_of_by = 0;
        bool in_the_way = false;   // something was, or may have been, on the way to the callee
        bool cut_off = false;      // the caller from its server
        bool put_through = false;  // to the phone it is for
        std::map<const Phone*, base::SiteName, ByAor> rung_by;
        std::map<const Phone*, Moment, ByAor> picked_up;  // who talks, and since when
        std::optional<Hunt> hunt;
        bool outside = false;            // a number of nobody here, and its server has had its PBX all the time
        bool hung_up = false;            // by a BYE that the other side has answered
        std::set<std::string> branches;  // of its INVITEs between sites and to phones
        bool over = false;
        Moment ended{};
        bool left_hanging = false;  // ended in a way that a site on its path may not know of
        bool answered = false;
        bool set_up = false;  // and the answer has come to the caller, so that every site on its path has seen it
        std::map<base::SiteName, std::uint64_t> lives;  // of the sites on its path, when it was answered
    };

    void dialled(const Phone& caller, const Call& call);
    void ended(Attempt& attempt, const Call& call);
    void note_service();
    std::optional<Served> service_of(const Phone& phone) const;
    bool way_is_clear(const Attempt& attempt) const;
    bool server_in_reach(const Attempt& attempt) const;
    bool known_to_its_server(const Attempt& attempt) const;
    bool is_emergency(const Attempt& attempt) const;
    static bool came_by(const Attempt& attempt, const calls::Message& invite);
    void judge(Attempt& attempt);
    // watch_pbx.cpp
    void note_pbxs();
    bool goes_outside(const Attempt& attempt) const;
    bool pbx_is_there(const Attempt& attempt) const;
    void judge_outside(const Attempt& attempt, const std::string& told) const;
    Attempt* find(const std::string& call_id);

    // watch_groups.cpp
    std::set<std::string> behind(const std::string& number) const;
    std::optional<Hunt> hunt_for(const std::string& number) const;
    void note_hunt(Attempt& attempt) const;
    bool group_in_service(const Attempt& attempt) const;
    bool sees(const base::SiteName& one, const base::SiteName& other) const;
    bool group_reaches(const Hunt& hunt, const base::SiteName& site) const;
    bool is_free(const Attempt& attempt, const Phone& member) const;
    bool group_known(const Hunt& hunt) const;
    void judge_hunt(Attempt& attempt, const std::string& told) const;
    void judge_refusal(Attempt& attempt, const Call& call) const;
    void judge_talkers(const std::string& call_id, const Attempt& attempt) const;

    World& world_;
    std::map<std::string, Attempt> attempts_;  // by Call-ID
    std::map<base::Aor, Served> served_;
    std::map<base::SiteName, Moment> pbx_since_;  // sites whose PBX is there, and since when
    std::set<std::string> with_settings_;
};

}  // namespace innkeeper::world
