#include "scenarios/stage.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "base/duration.h"
#include "support/print.h"
#include "support/settings.h"
#include "world/group_text.h"
#include "world/phone_text.h"
#include "world/settings_text.h"

namespace innkeeper::scenarios {
namespace {

using namespace std::chrono_literals;

Words words_of(const std::string& line) {
    std::istringstream in(line);
    Words words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

base::Duration duration(const std::string& text) {
    const auto parsed = base::parse_duration(text);
    if (!parsed) throw std::runtime_error(parsed.error().text);
    return *parsed;
}

base::Aor aor_of(const std::string& user) {
    return base::Aor::from_parts(user, support::domain).value();
}

std::string rest_of(const Words& words, std::size_t first) {
    std::string text;
    for (std::size_t at = first; at < words.size(); ++at) text += (text.empty() ? "" : " ") + words[at];
    return text;
}

[[noreturn]] void not_understood(const Words& words) {
    throw std::runtime_error("not understood: " + rest_of(words, 0));
}

}  // namespace

Stage::Stage() : world_(1) {
    world_.disturb_all({1ms, 0ms, 0, 0});
    listen();
}

Stage::Stage(std::uint64_t seed, std::size_t transcript_lines) : world_(seed, transcript_lines), retold_(true) {
    listen();
}

void Stage::settle(base::Duration duration) {
    if (!retold_) world_.run_for(duration);
}

void Stage::listen() {
    world_.on_notice = [this](const world::Site& site, const core::Notice& notice) {
        if (const auto* judged = std::get_if<core::RegisterJudged>(&notice))
            judged_[site.name()] = judged->refusal ? std::string(to_text(*judged->refusal)) : std::string();
        else if (const auto* turn = std::get_if<core::TurnPromised>(&notice))
            turns_[site.name()] = ", its turn is in " + support::print(turn->wait);
        else if (!std::holds_alternative<core::PeerLinkReported>(notice))
            notices_[site.name()].push_back(support::print(notice));
    };
}

std::vector<std::string> Stage::perform(const std::string& line) {
    const Words words = words_of(line);
    const std::string& verb = words.front();
    if (verb == "story:" || verb == "requirements:") return {};
    if (const auto answer = retell(words)) return *answer;
    if (verb == "site") return add_site(words);
    if (verb == "phone") return add_phone(words);
    if (verb == "licences" && words.size() >= 4) return add_licences(words);
    if (verb == "start" && words.size() == 1) return start(words);
    if (verb == "wait") return words.size() == 2 ? wait(words) : wait_until(words);
    if (verb == "late") return late(words);
    if (verb == "cut" || verb == "heal") return change_paths(words);
    if (verb == "database") return database(words);
    if (verb == "pbx") return pbx(words);
    if (verb == "user") return user(words);
    if (verb == "group") return group(words);
    if (verb == "set-user") return set_user(words);
    if (verb == "voicemail") return voicemail(words);
    if (verb == "kill" || verb == "start" || verb == "stop" || verb == "power" || verb == "freeze" || verb == "thaw")
        return act_on_process(words);
    if (verb == "certificate") return certificate(words);
    const bool order = verb == "failback" && words.size() > 1 && words[1] != "of";
    if (verb == "drain" || verb == "resume" || order || verb == "force") return operate(words);
    for (const auto& phone : world_.phones())
        if (phone->orders().aor.user() == verb) return phone_acts(*phone, words);
    return ask(words);
}

world::Site& Stage::site(const std::string& name) {
    if (!world_.sites().contains({name})) throw std::runtime_error("no site '" + name + "'");
    return world_.site(name);
}

core::Settings Stage::settings_from(const Words& words, core::Settings settings) const {
    for (std::size_t i = 2; i < words.size(); ++i) {
        const auto equals = words[i].find('=');
        if (equals == std::string::npos) not_understood(words);
        world::set(settings, words[i].substr(0, equals), words[i].substr(equals + 1));
    }
    return settings;
}

// ---- before the start

Stage::Answer Stage::add_site(const Words& words) {
    world_.add_site(settings_from(words, support::settings_of(words.at(1), {}, {})));
    return {};
}

Stage::Answer Stage::add_phone(const Words& words) {
    world::PhoneOrders orders = world::phone_orders_in(words);
    if (orders.servers.empty()) {
        orders.servers.push_back(orders.home);
        for (const auto& [name, one] : world_.sites())
            if (name != orders.home) orders.servers.push_back(name);
    }
    world_.add_phone(std::move(orders));
    return {};
}

Stage::Answer Stage::add_licences(const Words& words) {
    core::LicencePool pool{words[2], std::stoul(words[3]), {}};
    if (words.size() == 6 && words[4] == "until") pool.ends = base::Instant(world::time_in(words[5]));
    world_.add_licences(site(words[1]).name(), std::move(pool));
    return {};
}

Stage::Answer Stage::start(const Words&) {
    for (const auto& [name, one] : world_.sites()) {
        core::Settings settings = one->settings();
        for (const auto& [other, peer] : world_.sites())
            if (other != name) settings.peers.push_back(other);
        one->configure(std::move(settings));
    }
    started_ = true;
    world_.start_sites();
    settle(1s);
    notices_.clear();
    return {};
}

// ---- the world acts

Stage::Answer Stage::wait(const Words& words) {
    world_.run_for(duration(words[1]));
    return {};
}

// wait until south has north in phase active [at most 20s]: answers with the time that it took, in whole seconds
Stage::Answer Stage::wait_until(const Words& words) {
    if (words.size() < 8 || words[1] != "until" || words[5] != "in" || words[6] != "phase") not_understood(words);
    const world::Moment begin = world_.calendar.now();
    const auto there = [&] { return to_text(world_.watch.ledger(site(words[2])).phase({words[4]})) == words[7]; };
    if (!world_.run_until(there, duration(world::after(words, "most", "10min")))) return {"it never was"};
    return {"within " + std::to_string(std::chrono::ceil<std::chrono::seconds>(world_.calendar.now() - begin).count()) +
            " s"};
}

// late south 80ms [for 3s]: so late is its loop, measured ten times a second
Stage::Answer Stage::late(const Words& words) {
    if (words.size() < 3) not_understood(words);
    const base::Duration lag = retold_ ? world::time_in(words[2]) : duration(words[2]);
    site(words[1]).measure_lag(lag);
    for (base::Duration left = duration(world::after(words, "for", "0s")); left > 0s; left -= 100ms) {
        world_.run_for(100ms);
        site(words[1]).measure_lag(lag);
    }
    return {};
}

Stage::Answer Stage::act_on_process(const Words& words) {
    const std::string& verb = words[0];
    world::Site& one = site(words.back().find('=') == std::string::npos ? words.back() : words.at(1));
    if (verb == "kill")
        one.kill();
    else if (verb == "power")
        one.lose_power();
    else if (verb == "freeze")
        one.freeze();
    else if (verb == "thaw")
        one.thaw();
    else if (verb == "stop")
        one.stop_as_planned();
    else
        one.start_with(settings_from(words, one.settings()));
    settle(verb == "start" ? 300ms : 20ms);
    return {};
}

Stage::Answer Stage::change_paths(const Words& words) {
    if (words == Words{"heal"}) {
        world_.heal_all();
        if (!retold_) world_.disturb_all({1ms, 0ms, 0, 0});
    } else if (words.size() == 4 && words[2] == "and") {
        words[0] == "cut" ? world_.cut_both(words[1], words[3]) : world_.heal_both(words[1], words[3]);
    } else if (words.size() == 4 && words[2] == "to") {
        words[0] == "cut" ? world_.cut(words[1], words[3]) : world_.heal(words[1], words[3]);
    } else {
        not_understood(words);
    }
    return {};
}

Stage::Answer Stage::database(const Words& words) {
    if (words.size() != 4) not_understood(words);
    site(words[2]).set_store_available(words[3] == "back");
    if (started_) settle(2s);
    return {};
}

// pbx of north away; pbx of north unreachable; pbx of north overloaded; pbx of north back
Stage::Answer Stage::pbx(const Words& words) {
    const auto state = words.size() == 4 ? world::pbx_state_from(words[3]) : std::nullopt;
    if (!state) not_understood(words);
    site(words[2]).set_pbx(*state);
    return {};
}

// user 100 of north is disabled|enabled|removed
Stage::Answer Stage::user(const Words& words) {
    if (words.size() < 6) not_understood(words);
    world::Site& home = site(words[3]);
    const base::Aor aor = aor_of(words[1]);
    std::vector<backup::UserRecord> changed;
    if (words[5] == "removed") {
        home.change_users({}, {aor});
    } else {
        for (const backup::UserRecord& user : home.store.users)
            if (user.aor == aor) changed.push_back(user.clone());
        changed.at(0).enabled = words[5] == "enabled";
        if (words.size() > 6 && words[6] == "named") changed.at(0).display_name = rest_of(words, 7);
        home.change_users(std::move(changed), {});
    }
    settle(200ms);
    return {};
}

// group 600 of north rotary 101,102 [each 10s] [overflow 103] [night 18:00-08:00 to 104]
Stage::Answer Stage::group(const Words& words) {
    std::vector<backup::UserRecord> changed;
    changed.push_back(world::group_in(words));
    site(words.at(3)).change_users(std::move(changed), {});
    if (started_) settle(200ms);
    return {};
}

// certificate of south ends in 72h
Stage::Answer Stage::certificate(const Words& words) {
    if (words.size() != 6) not_understood(words);
    site(words[2]).certificate_ends_in = duration(words[5]);
    site(words[2]).observe_self();
    world_.run_for(1s);
    return {};
}

// ---- phones act

Stage::Answer Stage::phone_acts(world::Phone& phone, const Words& words) {
    if (const auto answer = phone_calls(phone, words)) return *answer;
    if (words.size() == 4 && words[1] == "registers" && words[2] == "at") return knock(phone, {words[3]}, false);
    if (words.size() == 4 && words[1] == "unregisters" && words[2] == "at") return knock(phone, {words[3]}, true);
    if (words.size() == 3 && words[1] == "asks") return probe(phone, words[2]);
    if (words.size() == 4 && words[1] == "heard" && words[2] == "at") return {phone.last_answer({words[3]})};
    if (words.size() == 3 && words[1] == "switches") {
        words[2] == "on" ? phone.switch_on() : phone.switch_off();
        return {};
    }
    not_understood(words);
}

Stage::Answer Stage::probe(const world::Phone& phone, const std::string& server) {
    std::string answer = "silence";
    base::Flow source;
    source.remote = phone.address();
    site(server).probe(source, std::string(phone.orders().aor.user()), [&](const world::SeenResponse& response) {
        answer = std::to_string(response.status) + ' ' + response.phrase;
    });
    return {answer};
}

Stage::Answer Stage::knock(world::Phone& phone, const base::SiteName& server, bool leave) {
    judged_[server].clear();
    turns_[server].clear();
    leave ? phone.unregister(server) : phone.knock(server);
    world_.run_until([&] { return !phone.trying(server); }, 10s);
    const std::string& heard = phone.last_answer(server);
    if (judged_[server].empty()) return {heard};
    return {heard.substr(0, heard.find(' ')) + ' ' + judged_[server] + turns_[server]};
}

}  // namespace innkeeper::scenarios
