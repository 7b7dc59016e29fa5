// Everything in one process: sites, phones, network, stores, time, chance, and the watch over them. A run is a function
// of its seed and of what is asked of it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "world/calendar.h"
#include "world/chatter.h"
#include "world/inputs.h"
#include "world/login_queue.h"
#include "world/machines.h"
#include "world/network.h"
#include "world/phone.h"
#include "world/site.h"
#include "world/transcript.h"
#include "world/watch.h"

namespace innkeeper::world {

// Every HA1 of the virtual world contains this, so that a leak is seen in any bytes.
inline constexpr std::string_view canary = "CANARY!!";
auth::Ha1 canary_ha1(const base::Aor& aor);

class World {
public:
    explicit World(std::uint64_t seed, std::size_t transcript_lines = 2000);
    World(const World&) = delete;

    // Before start(). Every site named as a peer must exist by then.
    Site& add_site(core::Settings settings);
    void add_licences(const base::SiteName& site, core::LicencePool pool);
    // Adds the user to its home's store and the phone that has it.
    Phone& add_phone(PhoneOrders orders);
    // One telephone with several accounts, the first of them primary (MU1, MU2). After they were added.
    LoginQueue& add_login_queue(const std::vector<Phone*>& accounts);
    void add_voicemail(const base::Endpoint& address, const Place& place);
    Voicemail& voicemail(const base::Endpoint& address) { return voicemails_.at(address); }
    void start_sites();
    void switch_on_phones();

    void run_for(base::Duration duration);
    // False if it did not come to hold in time.
    template <class Condition>
    bool run_until(Condition condition, base::Duration at_most) {
        const Moment end = calendar.now() + at_most;
        while (!condition() && calendar.now() < end) run_for(std::chrono::milliseconds(50));
        return condition();
    }
    void cut(const Place& from, const Place& to);
    void cut_both(const Place& one, const Place& other);
    void heal(const Place& from, const Place& to);
    void heal_both(const Place& one, const Place& other);
    void heal_all();
    void disturb(const Place& from, const Place& to, Quality quality);
    void disturb_all(Quality quality);  // every path
    void calm_all();
    void reset_link(const std::string& from, const std::string& to);  // the connection that `from` dialled

    // The clock on every site's wall; before the first time nobody looks at it.
    void show_clock(std::uint16_t minute_of_day);
    std::optional<std::uint16_t> minute_of_day() const;

    std::uint64_t seed() const { return seed_; }
    std::uint64_t new_connection() { return ++connections_; }
    // Who is reached by a datagram to an address: a telephone, a PBX.
    struct Door {
        Place place;
        std::function<void(Site& from, const std::string& octets)> receive;
    };
    void open_door(const base::Endpoint& address, Door door) { doors_[address] = std::move(door); }
    const Door* door_at(const base::Endpoint& address) const;

    Site& site(const std::string& name) { return *sites_.at(base::SiteName{name}); }
    Phone& phone(const std::string& user);
    const Phone* phone_of(const base::Aor& aor) const;  // none: nobody's
    Phone* phone_at(const base::Endpoint& address) const;
    const std::map<base::SiteName, std::unique_ptr<Site>>& sites() const { return sites_; }
    const std::vector<std::unique_ptr<Phone>>& phones() const { return phones_; }
    void plant(const std::function<void(Site&)>& fault);  // for every site: a fault put in on purpose
    // The run so far as a scenario: told again, it happens again.
    std::string as_scenario() const { return inputs.scenario(seed_); }
    void note(std::string_view who, std::string_view what) { transcript.note(calendar.now(), who, what); }

    Calendar calendar;
    Inputs inputs{calendar};
    Random random;  // of whoever tells the story: which site, how long
    Random nature;  // of the world itself: latencies, keys, delays of a disk
    Network network;
    Transcript transcript;
    Watch watch;
    Chatter chatter;
    std::function<void(const Site&, const core::Notice&)> on_notice;  // for whoever tells the story

private:
    void tick();
    void tell_time();
    void paths_changed();

    std::uint64_t seed_;
    std::map<base::SiteName, std::unique_ptr<Site>> sites_;
    std::vector<std::unique_ptr<Phone>> phones_;
    std::map<base::Aor, const Phone*> phone_of_;
    std::map<base::Endpoint, Door> doors_;
    std::map<base::Endpoint, Voicemail> voicemails_;
    std::vector<std::unique_ptr<LoginQueue>> login_queues_;
    std::uint64_t connections_ = 0;
    std::optional<Moment> midnight_;  // the last one, or one to come, by the clock on the wall
};

}  // namespace innkeeper::world
