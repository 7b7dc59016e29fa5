// Does the watch bite? Faults are planted between the core and the world, one kind at a time, and each has to be caught
// under the rule that it breaks.
#include <algorithm>
#include <catch2/catch.hpp>

#include "scenarios/script.h"
#include "scenarios/stage.h"
#include "sim/outages.h"
#include "sim/planted_calls.h"
#include "sim/planted_groups.h"

namespace innkeeper::sim {
namespace {

using core::Effects;
using world::Site;
using world::World;

template <class Found>
void each_answer(Effects& effects, Found found) {
    for (core::Effect& effect : effects)
        if (auto* answer = std::get_if<core::Answer>(&effect)) found(answer->response);
}

template <class Found>
void each_bindings_row(Effects& effects, Found found) {
    for (core::Effect& effect : effects)
        if (auto* write = std::get_if<core::WriteRow>(&effect))
            if (auto* row = std::get_if<core::BindingsRow>(&write->row)) found(*row);
}

template <class Message, class Found>
void each_message(Effects& effects, Found found) {
    for (core::Effect& effect : effects)
        if (auto* send = std::get_if<core::SendToPeer>(&effect))
            if (auto* message = std::get_if<Message>(&send->message)) found(*send, *message);
}

void grant(core::Response& response) {
    response.status = 200;
    response.contacts = {{"sip:planted@198.51.100.1", {}, 0, 1000, 60}};
}

void grant_instead_of(Site& site, std::string_view phrase) {
    site.tamper = [phrase](Effects& effects) {
        each_answer(effects, [&](core::Response& response) {
            if (response.phrase == phrase) grant(response);
        });
    };
}

void forget_answers(Site& site) {
    site.tamper = [](Effects& effects) {
        std::erase_if(effects, [](const core::Effect& effect) {
            const auto* answer = std::get_if<core::Answer>(&effect);
            return answer != nullptr && answer->response.status == 503;
        });
    };
}

void answer_last(Site& site) {
    site.tamper = [](Effects& effects) {
        std::stable_partition(effects.begin(), effects.end(),
                              [](const core::Effect& effect) { return !std::holds_alternative<core::Answer>(effect); });
    };
}

void forget_retry_after(Site& site) {
    site.tamper = [](Effects& effects) {
        each_answer(effects, [](core::Response& response) { response.retry_after.reset(); });
    };
}

void admit_in_normal(Site& site) {
    grant_instead_of(site, "Register At Home");
}

void admit_softphones_first(Site& site) {
    grant_instead_of(site, "Waiting For A Desk Phone");
}

void charge_guests(Site& site) {
    site.tamper = [](Effects& effects) {
        each_bindings_row(effects, [](core::BindingsRow& row) {
            if (row.guest_of.text.empty()) return;
            row.licence_pool = "desk";
            row.licences = 1;
        });
    };
}

void never_write(Site& site) {
    site.tamper = [](Effects& effects) {
        std::erase_if(effects, [](const core::Effect& effect) {
            const auto* write = std::get_if<core::WriteRow>(&effect);
            return write != nullptr && std::holds_alternative<core::BindingsRow>(write->row);
        });
    };
}

void entrust_everybody(Site& site) {
    site.tamper = [&site](Effects& effects) {
        each_message<core::Changes>(effects, [&](core::SendToPeer& send, core::Changes& changes) {
            if (changes.dataset != core::Dataset::records) return;
            for (const base::SiteName& peer : site.settings().peers)
                if (peer != site.settings().backups.front()) send.to = peer;
        });
    };
}

void miscount_digest(Site& site) {
    site.tamper = [](Effects& effects) {
        each_message<core::Heartbeat>(effects,
                                      [](core::SendToPeer&, core::Heartbeat& beat) { beat.registrations.digest += 1; });
    };
}

void ignore_changes(Site& site) {
    site.swallow = [](const core::Event& event) {
        const auto* received = std::get_if<core::PeerMessageReceived>(&event);
        const auto* changes = received ? std::get_if<core::Changes>(&received->message) : nullptr;
        return changes != nullptr && changes->dataset == core::Dataset::registrations;
    };
}

void ignore_heartbeats(Site& site) {
    site.swallow = [](const core::Event& event) {
        const auto* received = std::get_if<core::PeerMessageReceived>(&event);
        return received != nullptr && std::holds_alternative<core::Heartbeat>(received->message);
    };
}

void refuse_own_users(Site& site) {
    site.tamper = [](Effects& effects) {
        each_answer(effects, [](core::Response& response) {
            if (response.status != 200) return;
            response.status = 503;
            response.retry_after = 1;
            response.contacts.clear();
        });
    };
}

void keep_guests_that_moved(Site& site) {
    site.tamper = [](Effects& effects) {
        std::erase_if(effects, [](const core::Effect& effect) {
            const auto* write = std::get_if<core::WriteRow>(&effect);
            const auto* row = write ? std::get_if<core::BindingsRow>(&write->row) : nullptr;
            const auto* announce = std::get_if<core::Announce>(&effect);
            return (row != nullptr && row->bindings.empty()) ||
                   (announce != nullptr && std::holds_alternative<core::PhoneRemoved>(announce->notice));
        });
    };
}

void hide_a_registration(Site& site) {
    site.tamper = [&site](Effects& effects) {
        for (core::Effect& effect : effects) {
            auto* reply = std::get_if<core::ReplyToOperator>(&effect);
            auto* report = reply ? std::get_if<core::RegistrationsReport>(&reply->report) : nullptr;
            if (report != nullptr && site.name().text == "north" && !report->rows.empty()) report->rows.pop_back();
        }
    };
}

void show_secrets(Site& site) {
    site.tamper = [](Effects& effects) {
        each_bindings_row(effects, [](core::BindingsRow& row) {
            for (core::Binding& binding : row.bindings) binding.contact = std::string(world::canary);
        });
    };
}

void never_hear_of_licences(Site& site) {
    for (core::LicencePool& pool : site.store.pools) pool.capacity = 100;
    site.swallow = [](const core::Event& event) { return std::holds_alternative<core::LicencesLoaded>(event); };
}

void overdraw(Site& site) {
    site.miscount = [](core::Census& census) {
        for (core::LicenceReport& pool : census.licences) pool.used = pool.capacity + 1;
    };
}

void hoard(Site& site) {
    site.miscount = [](core::Census& census) { census.bindings += 100'000; };
}

void forget_everything(Site& site) {
    site.swallow = [](const core::Event& event) { return std::holds_alternative<core::MemoryFound>(event); };
}

void forget_guests(Site& site) {
    site.tamper = [](Effects& effects) {
        for (core::Effect& effect : effects) {
            auto* keep = std::get_if<core::KeepInMemory>(&effect);
            if (keep != nullptr && !keep->anew) keep->frames.clear();
        }
    };
}

void take_guests_back_at_once(Site& site) {
    grant_instead_of(site, "Served By Backup");
}

void send_home_at_once(Site& site) {
    site.tamper = [](Effects& effects) {
        Effects said;
        for (const core::Effect& effect : effects)
            if (const auto* announce = std::get_if<core::Announce>(&effect))
                if (const auto* phase = std::get_if<core::FailoverPhaseChanged>(&announce->notice))
                    if (phase->to == core::Phase::settling)
                        said.push_back(core::Announce{
                            core::FailoverPhaseChanged{phase->home, phase->to, core::Phase::returning, "planted"}});
        std::move(said.begin(), said.end(), std::back_inserter(effects));
    };
}

void lend_nothing(Site& site) {
    site.tamper = [](Effects& effects) {
        std::erase_if(effects, [](const core::Effect& effect) {
            const auto* send = std::get_if<core::SendToPeer>(&effect);
            return send != nullptr && std::holds_alternative<core::RecordsLent>(send->message);
        });
    };
}

void lend_to_anybody(Site& site) {
    site.tamper = [&site](Effects& effects) {
        each_message<core::RecordsLent>(effects, [&](core::SendToPeer& send, core::RecordsLent& lent) {
            for (const base::SiteName& peer : site.settings().peers)
                if (peer != lent.home) send.to = peer;
        });
    };
}

// What a killed site can have from its memory alone: phones that came while its database was away.
void come_without_database(World& world) {
    Site& home = world.site("north");
    const auto each_of_north = [&](auto act) {
        for (const auto& phone : world.phones())
            if (phone->orders().home == home.name()) act(*phone);
        world.run_for(std::chrono::seconds(2));
    };
    home.lose_power();  // what it had kept until now
    home.start();
    world.run_for(std::chrono::seconds(2));
    each_of_north([&](world::Phone& phone) { phone.unregister(home.name()); });
    home.set_store_available(false);
    world.run_for(std::chrono::seconds(2));
    each_of_north([&](world::Phone& phone) { phone.knock(home.name()); });
    home.kill();
    home.start();
    home.set_store_available(true);
    world.run_for(std::chrono::seconds(5));
}

const Outage coming_without_database{"coming without a database", {}, come_without_database};

struct Planted {
    const char* what;
    const char* rule;
    const Outage* outage;
    void (*plant)(Site&);
};

const Planted every_planted[] = {
    {"answers are dropped", "requests are answered once", &nothing, forget_answers},
    {"rows are written before the answer", "answer first, persist after", &nothing, answer_last},
    {"503 without Retry-After", "503 carries Retry-After", &nothing, forget_retry_after},
    {"guests are admitted while their home serves", "no guest of a serving home", &nothing, admit_in_normal},
    {"softphones begin a failover", "a softphone is never the first guest", &power_cuts, admit_softphones_first},
    {"guests draw licences", "a guest draws no licence", &crashes, charge_guests},
    {"bindings are not written", "acknowledged bindings are kept", &crashes, never_write},
    {"records go to a site that is no backup", "records go to named backups only", &crashes, entrust_everybody},
    {"a writer's digest is wrong", "replicas never differ at equal sequence", &nothing, miscount_digest},
    {"changes of registrations are ignored", "replicas catch up within 2 s", &nothing, ignore_changes},
    {"a registration is not shown", "replicas equal their writer", &nothing, hide_a_registration},
    {"a secret is written", "nothing shown or written holds a secret", &nothing, show_secrets},
    {"an ended pool is drawn from", "a pool that has ended gives nothing", &licences_ending, never_hear_of_licences},
    {"a pool is overdrawn", "licences in use never exceed the pool", &storms, overdraw},
    {"tables grow", "tables stay within their limits", &nothing, hoard},
    {"guests are not told that the phone is at home", "double service ends after healing", &crashes,
     keep_guests_that_moved},
    {"what outlived a crash is ignored", "a restarted backup has its records", &restarts_in_failover,
     forget_everything},
    {"guests are not kept", "a restarted backup serves its guests", &restarts_in_failover, forget_guests},
    {"own phones are not kept", "a restarted site serves what it had", &coming_without_database, forget_guests},
    {"a home takes guests from its backup", "guests go home when they are released", &crashes,
     take_guests_back_at_once},
    {"phones are sent home at once", "a failback waits for its hold-down", &crashes, send_home_at_once},
    {"nobody lends records", "a backup is lent what it has lost", &restarts_in_failover, lend_nothing},
    {"nobody lends a site its users", "a site without its database is lent its users", &starts_without_database,
     lend_nothing},
    {"records are lent to anybody", "records go to named backups only", &starts_without_database, lend_to_anybody},
    {"heartbeats are ignored", "a home that a third peer sees is not lost", &nothing, ignore_heartbeats},
    {"own users are refused for good", "no phone is left without service", &crashes, refuse_own_users},
    {"callers get no answer", "a caller gets a final answer", &nothing, answer_no_call},
    {"calls end at the first site", "a call to a registered phone rings it", &nothing, put_nobody_through},
    {"calls ring another phone", "a call rings nobody else's phone", &nothing, ring_somebody_else},
    {"no password is asked for", "nobody is put through without credentials", &crashes, trust_strangers},
    {"a former server rings too", "a call comes to a phone by one site", &crashes, ring_by_every_site},
    {"calls fork for ever", "no call goes in circles", &nothing, fork_for_ever},
    {"a call takes a licence", "a call changes no registration and takes no licence", &nothing, charge_for_calls},
    {"requests are kept", "nothing of a call is left behind", &nothing, keep_requests},
    {"dialogs are kept", "nothing of a call is left behind", &nothing, keep_dialogs},
    {"calls outside are lost", "a call outside goes to the PBX", &busy_people, lose_calls_outside},
    {"a group stops at its first busy member", "a call to a group is offered to every free member", &busy_people,
     stop_at_the_first_busy_member},
    {"all who pick up stay in the call", "a call is answered once", &busy_people, keep_all_who_pick_up},
    {"backups leave groups to their lost homes", "a call to a group is offered to every free member", &crashes,
     leave_groups_to_lost_homes},
    {"a group's refusal says nothing", "a call to a group says why it failed", &busy_people, refuse_without_a_reason},
};

}  // namespace

TEST_CASE("every planted fault is caught under the rule that it breaks", "[sim][planted]") {
    for (const Planted& planted : every_planted) {
        bool caught = false;
        std::string otherwise;
        for (std::uint64_t seed = 1; seed <= 40 && !caught; ++seed) {
            const auto failure = run(*planted.outage, seed, false, planted.plant);
            caught = failure && failure->rule == planted.rule;
            if (failure && !caught) otherwise = failure->rule;
        }
        INFO(planted.what << " should break: " << planted.rule << "; else: " << otherwise);
        CHECK(caught);
    }
}

// What innkeeper_scenarios would say to the scenario of a failed run, with the same fault planted.
std::string told_again(const Failure& failure, void (*plant)(Site&)) {
    const scenarios::Script script = scenarios::script_of(failure.scenario, "retold");
    scenarios::Stage stage(scenarios::seed_of(script).value());
    stage.fault = plant;
    return scenarios::play(script, [&stage](const std::string& command) { return stage.perform(command); });
}

TEST_CASE("a failed run told again as a scenario breaks the same rule in the same way", "[sim][planted]") {
    for (const Planted& planted : every_planted) {
        std::optional<Failure> failure;
        for (std::uint64_t seed = 1; seed <= 40 && !failure; ++seed)
            failure = run(*planted.outage, seed, false, planted.plant);
        REQUIRE(failure);
        INFO(planted.what);
        CHECK_THAT(
            told_again(*failure, planted.plant),
            Catch::Matchers::Contains("cannot: " + failure->transcript.substr(failure->transcript.rfind("broken: "))));
    }
}

TEST_CASE("a whole run told again is the same run", "[sim]") {
    for (const Outage* outage : every_outage) {
        const std::uint64_t seed = 3;
        World first(seed, 1'000'000);
        REQUIRE(!run_in(first, *outage));
        const scenarios::Script script = scenarios::script_of(first.as_scenario(), "retold");
        scenarios::Stage stage(seed, 1'000'000);
        INFO(outage->name);
        CHECK(scenarios::play(script, [&](const std::string& command) { return stage.perform(command); }) == "");
        CHECK(stage.world().transcript.text() == first.transcript.text());
    }
}

}  // namespace innkeeper::sim
