// IP2: one phone of a living home is cut off from it, both ways or one way. Every model, at moments drawn; measured
// from its first knock at the backup on.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>

#include "core/stray.h"
#include "sim/town.h"
#include "support/settings.h"
#include "world/phone_models.h"

namespace innkeeper::sim {
namespace {

using namespace std::chrono_literals;
using world::Moment;
using world::Phone;
using world::Watch;
using world::World;

enum class Cut : std::uint8_t { both_ways, to_home, from_home };
constexpr Cut every_cut[] = {Cut::both_ways, Cut::to_home, Cut::from_home};
constexpr const char* in_words[] = {"both ways", "to its home", "from its home"};

constexpr base::Duration exchange = 3s;
constexpr base::Duration longest_retry_after = 3s;  // that a phone is told whose home is asked, and a round trip
constexpr base::Duration half_lease = 10s;          // brisk_settings(): a guest renews as often
constexpr const char* blocked = "Panasonic KX-HDV230";

struct Model {
    std::string name;
    const world::PhoneModel* equips;
    std::string user_agent;  // empty: the model's own
};

// Home, its backup and a third; one phone in the lobby, and others that nothing happens to.
struct Hotel {
    World world;
    Phone* lobby = nullptr;
    std::optional<Moment> cut_at, knocked;
    std::string others_astray;

    Hotel(std::uint64_t seed, const Model& model) : world(seed) {
        for (const char* name : {"north", "south", "west"}) {
            core::Settings settings = brisk_settings(name, 3);
            if (name == std::string_view("north")) settings.backups = {{"south"}};
            world.add_site(std::move(settings));
        }
        lobby = &add_phone("100", *model.equips, "lobby", model.user_agent);
        const auto models = world::phone_models(true, false);
        for (const char* user : {"101", "102", "103"})
            add_phone(user, *models[world.random.below(models.size())], "north-phones");
        world.watch.forbid(Watch::Forbidden::failovers);
        world.on_notice = [this](const world::Site& site, const core::Notice& notice) { see(site, notice); };
        world.start_sites();
        world.run_for(2s);
        world.switch_on_phones();
        world.run_for(20s + world.random.between(0s, 60s));
    }
    Phone& add_phone(const char* user, const world::PhoneModel& model, const char* place,
                     const std::string& agent = {}) {
        world::PhoneOrders orders;
        orders.aor = base::Aor::from_parts(user, support::domain).value();
        orders.home = {"north"};
        orders.servers = {{"north"}, {"south"}};
        orders.place = place;
        model.equip(orders);
        if (!agent.empty()) orders.user_agent = agent;
        orders.expires = 20 + static_cast<std::uint32_t>(world.random.below(101));
        return world.add_phone(std::move(orders));
    }
    void see(const world::Site& site, const core::Notice& notice) {
        const base::Aor& aor = lobby->orders().aor;
        if (const auto* registered = std::get_if<core::PhoneRegistered>(&notice); registered && registered->stray)
            if (registered->aor != aor) others_astray = registered->aor.text();
        const auto* judged = std::get_if<core::RegisterJudged>(&notice);
        if (judged && judged->aor == aor && site.name().text == "south" && cut_at && !knocked)
            knocked = world.calendar.now();
    }
    void cut(Cut kind) {
        cut_at = world.calendar.now();
        if (kind != Cut::from_home) world.cut("lobby", "north");
        if (kind != Cut::to_home) world.cut("north", "lobby");
    }
    bool served_by(const char* site) const {
        return world.watch.in_service(*lobby) && lobby->working() == base::SiteName{site};
    }
};

std::uint64_t seeds_of_each(std::uint64_t usual) {
    const char* text = std::getenv("INNKEEPER_SIM_SEEDS");
    return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

// Longest time from one attempt at the backup to the next: what its model waits, and its vain attempt at home
// meanwhile.
base::Duration own_round(const world::PhoneOrders& orders) {
    const bool waits = orders.honours_retry_after || orders.blacklists_for;
    return orders.retry + silence_until_failed(orders, false) + (waits ? longest_retry_after : 0s);
}

// 3 s from the first knock on, and until its next attempt after that. A phone that is at its backup all the time (SR4)
// attempts when it renews what it has there, and the home may have been asked a moment before it was cut off.
base::Duration longest_wait(const world::PhoneOrders& orders) {
    if (orders.habit != world::Habit::concurrent) return exchange + own_round(orders);
    return exchange + core::Inquiries::longest_memory + std::max<base::Duration>(half_lease, own_round(orders));
}

// Until a model that looks for its home by itself is there again.
base::Duration longest_way_home(const world::PhoneOrders& orders) {
    return std::max<base::Duration>(half_lease, orders.probe_home_every) + own_round(orders) + 2s;
}

// Where it was let in it stays until it is refused there.
bool looks_for_home(const world::PhoneOrders& orders) {
    return orders.habit != world::Habit::sticky_list;
}

std::vector<Model> every_model() {
    std::vector<Model> models;
    for (const world::PhoneModel* model : world::phone_models(true, true))
        models.push_back({std::string(model->name), model, {}});
    models.push_back({"concurrent, blocked by its profile", world::find_phone_model("avaya-j100"), blocked});
    return models;
}

struct Worst {
    base::Duration wait{}, way_home{};
};

void cut_off_and_heal(Hotel& hotel, Cut kind, Worst& worst) {
    World& world = hotel.world;
    const world::PhoneOrders& orders = hotel.lobby->orders();
    REQUIRE(hotel.served_by("north"));
    hotel.cut(kind);
    REQUIRE(world.run_until([&] { return hotel.knocked.has_value(); }, 5min));
    REQUIRE(world.run_until([&] { return world.watch.in_service(*hotel.lobby); }, 5min));
    const base::Duration wait = world.calendar.now() - *hotel.knocked;
    CHECK(wait <= longest_wait(orders));
    worst.wait = std::max(worst.wait, wait);

    world.run_for(world.random.between(1s, 60s));
    CHECK(world.watch.in_service(*hotel.lobby));
    world.heal_all();
    const Moment healed = world.calendar.now();
    if (looks_for_home(orders)) {
        REQUIRE(world.run_until([&] { return hotel.served_by("north"); }, 5min));
        const base::Duration way_home = world.calendar.now() - healed;
        CHECK(way_home <= longest_way_home(orders));
        worst.way_home = std::max(worst.way_home, way_home);
    }
    world.run_for(30s);
    CHECK(hotel.served_by(looks_for_home(orders) ? "north" : "south"));
    CHECK(hotel.others_astray.empty());
    world.watch.all_is_well();
}

double in_seconds(base::Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

TEST_CASE("a phone cut off from its serving home is its backup's within 3 s and its own next attempt",
          "[sim][stray][IP2][IP14][SR4]") {
    for (const Model& model : every_model()) {
        Worst worst;
        base::Duration bound{};
        for (const Cut kind : every_cut) {
            for (std::uint64_t seed = 1; seed <= seeds_of_each(10); ++seed) {
                INFO(model.name << " cut off " << in_words[static_cast<int>(kind)] << ", seed " << seed);
                Hotel hotel(seed, model);
                bound = longest_wait(hotel.lobby->orders());
                cut_off_and_heal(hotel, kind, worst);
            }
        }
        std::cout << "cut off: " << model.name << ": served " << in_seconds(worst.wait)
                  << " s after its first knock (at most " << in_seconds(bound) << " s), ";
        if (worst.way_home > 0s)
            std::cout << "home " << in_seconds(worst.way_home) << " s after healing\n";
        else
            std::cout << "stays until it is refused\n";
    }
}

}  // namespace innkeeper::sim
