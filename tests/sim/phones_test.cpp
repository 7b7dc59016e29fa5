// The simulated telephones themselves: does each behave as its vendor's documents say? What is proved with them is
// worth no more than they are.
#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/town.h"
#include "support/settings.h"
#include "world/phone_models.h"

namespace innkeeper::sim {
namespace {

using namespace std::chrono_literals;
using base::SiteName;
using world::Phone;
using world::World;

world::PhoneOrders orders_of(std::string_view user, std::string_view model) {
    world::PhoneOrders orders;
    orders.aor = base::Aor::from_parts(user, support::domain).value();
    orders.home = {"north"};
    orders.servers = {{"north"}, {"south"}};
    orders.place = "north-phones";
    world::find_phone_model(model)->equip(orders);
    return orders;
}

// Two sites that back each other up; phones of north.
struct Pair {
    World world{1};
    std::vector<Phone*> phones;

    explicit Pair(std::initializer_list<std::pair<std::string_view, std::string_view>> models) {
        for (const char* name : {"north", "south"}) {
            core::Settings settings = brisk_settings(name, 2);
            settings.backups = settings.peers;
            world.add_site(std::move(settings));
        }
        for (const auto& [user, model] : models) phones.push_back(&world.add_phone(orders_of(user, model)));
    }
    void start() {
        world.start_sites();
        world.run_for(2s);
        world.switch_on_phones();
        world.run_for(10s);
    }
    bool at(const Phone& phone, const char* site) const { return phone.working() == SiteName{site}; }
    base::Duration until_at(const Phone& phone, const char* site) {
        const world::Moment begin = world.calendar.now();
        REQUIRE(world.run_until([&] { return at(phone, site); }, 10min));
        return world.calendar.now() - begin;
    }
};

}  // namespace

TEST_CASE("a phone over TCP knows at once that its server's process died", "[sim][phones][SR1]") {
    Pair pair({{"100", "yealink-tcp"}, {"101", "yealink"}});
    pair.start();
    pair.world.site("north").kill();
    pair.world.run_for(500ms);
    CHECK_FALSE(pair.at(*pair.phones[0], "north"));
    CHECK(pair.at(*pair.phones[1], "north"));  // a datagram's sender learns it at its next attempt
}

TEST_CASE("a phone over UDP repeats as often as configured while other servers remain", "[sim][phones][SR2]") {
    world::PhoneOrders orders = orders_of("100", "yealink");
    orders.retry_counts = 3;
    CHECK(world::silence_until_failed(orders, false) == 7500ms);
    orders.retry_counts = 0;
    CHECK(world::silence_until_failed(orders, false) == 500ms);
    CHECK(world::silence_until_failed(orders, true) == 32s);
}

TEST_CASE("a phone that prefers its primary is back with its first refresh", "[sim][phones][SR3]") {
    Pair pair({{"100", "aastra"}});
    pair.start();
    pair.world.site("north").kill();
    pair.until_at(*pair.phones[0], "south");
    pair.world.site("north").start();
    CHECK(pair.until_at(*pair.phones[0], "north") <= 20s);  // half of a guest's lease
}

TEST_CASE("a phone that asks its primary by OPTIONS is back as soon as its primary takes it", "[sim][phones]") {
    Pair pair({{"100", "avaya-1140"}});
    pair.start();
    pair.world.site("north").kill();
    pair.until_at(*pair.phones[0], "south");
    pair.world.run_for(3s);
    CHECK(pair.at(*pair.phones[0], "south"));
    pair.world.site("north").start();
    CHECK(pair.until_at(*pair.phones[0], "north") <= 16s);  // failback-after and its next question
}

TEST_CASE("a phone that stays where it is goes home when it is sent", "[sim][phones]") {
    Pair pair({{"100", "avaya-1140-stays"}});
    pair.start();
    pair.world.site("north").kill();
    pair.until_at(*pair.phones[0], "south");
    pair.world.site("north").start();
    pair.world.run_for(5s);
    CHECK(pair.at(*pair.phones[0], "south"));
    pair.until_at(*pair.phones[0], "north");
}

TEST_CASE("several accounts log in one after the other, the primary first", "[sim][phones][MU1][MU2]") {
    Pair pair({{"100", "impatient"}, {"101", "impatient"}, {"102", "impatient"}});
    pair.world.add_login_queue(pair.phones);
    pair.world.start_sites();
    pair.world.run_for(2s);
    pair.world.switch_on_phones();
    std::vector<std::size_t> order;
    pair.world.run_until(
        [&] {
            for (std::size_t i = 0; i < pair.phones.size(); ++i)
                if (pair.at(*pair.phones[i], "north") && std::find(order.begin(), order.end(), i) == order.end())
                    order.push_back(i);
            return order.size() == pair.phones.size();
        },
        10s);
    CHECK(order == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("a primary that cannot log in takes the other accounts with it", "[sim][phones][MU1]") {
    Pair pair({{"100", "impatient"}, {"101", "impatient"}});
    world::LoginQueue& queue = pair.world.add_login_queue(pair.phones);
    pair.start();
    REQUIRE(pair.at(*pair.phones[1], "north"));
    std::vector<backup::UserRecord> changed;
    changed.push_back(pair.world.site("north").store.users.front().clone());
    changed.front().enabled = false;
    pair.world.site("north").change_users(std::move(changed), {});
    CHECK(pair.world.run_until([&] { return queue.at_login_screen(); }, 2min));
    pair.world.run_for(1s);
    CHECK_FALSE(pair.at(*pair.phones[1], "north"));
}

TEST_CASE("a cable pulled and plugged in registers every account again", "[sim][phones][MU3]") {
    Pair pair({{"100", "impatient"}, {"101", "impatient"}});
    pair.world.add_login_queue(pair.phones);
    pair.start();
    pair.phones[0]->switch_off();
    CHECK_FALSE(pair.phones[1]->on());
    pair.world.run_for(5s);
    pair.phones[0]->switch_on();
    pair.world.run_for(3s);
    CHECK(pair.at(*pair.phones[0], "north"));
    CHECK(pair.at(*pair.phones[1], "north"));
}

TEST_CASE("a phone that honours Retry-After asks again at that moment and not before", "[sim][phones]") {
    Pair pair({});
    world::PhoneOrders orders = orders_of("100", "cisco-mpp");
    orders.servers = {{"north"}};
    pair.world.add_phone(std::move(orders));
    pair.start();
    base::Duration told{};
    world::Moment refused{};
    std::vector<base::Duration> early;
    pair.world.site("north").tamper = [&](core::Effects& effects) {
        for (core::Effect& effect : effects) {
            auto* answer = std::get_if<core::Answer>(&effect);
            if (answer == nullptr || answer->response.status == 401) continue;
            const world::Moment now = pair.world.calendar.now();
            if (told > base::Duration{}) early.push_back(refused + told - now);
            told = std::chrono::seconds(answer->response.retry_after.value_or(0));
            refused = now;
        }
    };
    pair.world.site("north").command(core::Drain{"maintenance"}, [](const core::Report&) {});
    pair.world.run_for(5min);
    REQUIRE(early.size() > 2);
    for (const base::Duration one : early) {
        CHECK(one <= base::Duration{});
        CHECK(one > -200ms);  // the way there and back, and a challenge
    }
}

}  // namespace innkeeper::sim
