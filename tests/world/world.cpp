#include "world/world.h"

#include <algorithm>

#include "support/settings.h"
#include "world/phone_text.h"
#include "world/settings_text.h"

namespace innkeeper::world {

auth::Ha1 canary_ha1(const base::Aor& aor) {
    std::array<std::uint8_t, 16> md5{};
    std::array<std::uint8_t, 32> sha256{};
    const std::size_t own = std::hash<std::string_view>{}(aor.text());
    std::copy(canary.begin(), canary.end(), md5.begin());
    std::copy(canary.begin(), canary.end(), sha256.begin());
    std::memcpy(md5.data() + canary.size(), &own, sizeof own);
    std::memcpy(sha256.data() + canary.size(), &own, sizeof own);
    return {base::SecretBytes<16>(md5), base::SecretBytes<32>(sha256)};
}

World::World(std::uint64_t seed, std::size_t transcript_lines)
    : random(seed),
      nature(random.fork()),
      network(random.fork()),
      transcript(transcript_lines),
      watch(*this),
      chatter(*this),
      seed_(seed) {}

Site& World::add_site(core::Settings settings) {
    const base::SiteName name = settings.site;
    const Act act(inputs,
                  [&] { return "site " + name.text + differences(settings, support::settings_of(name.text, {}, {})); });
    const std::string host = "192.0.2." + std::to_string(sites_.size() + 1);
    settings.calls.listeners = {
        {base::Transport::udp, host, 5060}, {base::Transport::tcp, host, 5060}, {base::Transport::tls, host, 5061}};
    return *(sites_[name] = std::make_unique<Site>(*this, std::move(settings)));
}

void World::add_licences(const base::SiteName& site, core::LicencePool pool) {
    const Act act(inputs, [&] {
        return "licences " + site.text + ' ' + pool.name + ' ' + std::to_string(pool.capacity) +
               (pool.ends ? " until " + sentence_of_time(pool.ends->time_since_epoch()) : "");
    });
    sites_.at(site)->store.pools.push_back(std::move(pool));
}

Phone& World::add_phone(PhoneOrders orders) {
    const Act act(inputs, [&] { return sentence(orders); });
    backup::UserRecord user;
    user.aor = orders.aor;
    user.extension = orders.aor.user();
    user.settings = "{}";
    user.terminal = orders.terminal;
    user.priority = orders.priority;
    user.ha1 = canary_ha1(orders.aor);
    sites_.at(orders.home)->store.users.push_back(std::move(user));
    auth::Ha1 ha1 = canary_ha1(orders.aor);
    const auto number = static_cast<std::uint32_t>(phones_.size());
    phones_.push_back(std::make_unique<Phone>(*this, std::move(orders), number, std::move(ha1)));
    phone_of_[phones_.back()->orders().aor] = phones_.back().get();
    return *phones_.back();
}

LoginQueue& World::add_login_queue(const std::vector<Phone*>& accounts) {
    constexpr int failures_borne = 6;
    const Act act(inputs, [&] {
        std::string text = "telephone";
        for (const Phone* account : accounts) text += ' ' + std::string(account->orders().aor.user());
        return text;
    });
    return *login_queues_.emplace_back(std::make_unique<LoginQueue>(*this, accounts, failures_borne));
}

void World::add_voicemail(const base::Endpoint& address, const Place& place) {
    voicemails_.try_emplace(address, *this, address, place);
}

void World::start_sites() {
    const Act act(inputs, [] { return "start"; });
    for (const auto& [name, one] : sites_)
        for (const base::SiteName& peer : one->settings().peers) one->connect(*sites_.at(peer));
    for (const auto& [name, one] : sites_) one->start();
    tick();
}

void World::switch_on_phones() {
    for (const auto& phone : phones_) phone->switch_on();
}

void World::tick() {
    watch.tick();
    calendar.after(std::chrono::milliseconds(100), [this] { tick(); });
}

void World::show_clock(std::uint16_t minute_of_day) {
    const Act act(inputs, [&] {
        const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
        return "the clock shows " + two(minute_of_day / 60) + ':' + two(minute_of_day % 60);
    });
    const bool first = !midnight_;
    midnight_ = calendar.now() - std::chrono::minutes(minute_of_day);
    for (const auto& [name, one] : sites_) one->show_time(minute_of_day);
    if (first) calendar.after(std::chrono::minutes(1), [this] { tell_time(); });
}

void World::tell_time() {
    for (const auto& [name, one] : sites_) one->show_time(*minute_of_day());
    calendar.after(std::chrono::minutes(1), [this] { tell_time(); });
}

std::optional<std::uint16_t> World::minute_of_day() const {
    if (!midnight_) return std::nullopt;
    const auto minutes = std::chrono::floor<std::chrono::minutes>(calendar.now() - *midnight_).count();
    return static_cast<std::uint16_t>(minutes % core::DailyWindow::minutes_of_day);
}

void World::run_for(base::Duration duration) {
    calendar.run_until(calendar.now() + duration);
}

void World::paths_changed() {
    for (const auto& [name, one] : sites_) one->path_changed();
}

void World::cut(const Place& from, const Place& to) {
    const Act act(inputs, [&] { return "cut " + from + " to " + to; });
    note("network", "cut " + from + " -> " + to);
    network.cut(from, to);
}

void World::cut_both(const Place& one, const Place& other) {
    const Act act(inputs, [&] { return "cut " + one + " and " + other; });
    note("network", "cut " + one + " - " + other);
    network.cut_both(one, other);
}

void World::heal(const Place& from, const Place& to) {
    const Act act(inputs, [&] { return "heal " + from + " to " + to; });
    note("network", "heal " + from + " -> " + to);
    network.heal(from, to);
    paths_changed();
}

void World::heal_both(const Place& one, const Place& other) {
    const Act act(inputs, [&] { return "heal " + one + " and " + other; });
    note("network", "heal " + one + " - " + other);
    network.heal_both(one, other);
    paths_changed();
}

void World::heal_all() {
    const Act act(inputs, [] { return "heal"; });
    note("network", "heal all");
    network.heal_all();
    network.calm_all();
    paths_changed();
}

void World::disturb(const Place& from, const Place& to, Quality quality) {
    const Act act(inputs, [&] { return "path " + from + " to " + to + ' ' + sentence(quality); });
    network.disturb(from, to, quality);
}

void World::disturb_all(Quality quality) {
    const Act act(inputs, [&] { return "paths " + sentence(quality); });
    network.disturb_all(quality);
}

void World::calm_all() {
    disturb_all(Quality{});
}

void World::reset_link(const std::string& from, const std::string& to) {
    const Act act(inputs, [&] { return "reset " + from + " to " + to; });
    site(from).wire_to({to}).reset(std::chrono::milliseconds(1));
}

void World::plant(const std::function<void(Site&)>& fault) {
    const Act act(inputs, [] { return "plant"; });
    for (const auto& [name, one] : sites_) fault(*one);
}

Phone& World::phone(const std::string& user) {
    const auto has_it = [&](const auto& phone) { return phone->orders().aor.user() == user; };
    return **std::find_if(phones_.begin(), phones_.end(), has_it);
}

const Phone* World::phone_of(const base::Aor& aor) const {
    const auto known = phone_of_.find(aor);
    return known == phone_of_.end() ? nullptr : known->second;
}

Phone* World::phone_at(const base::Endpoint& address) const {
    const auto found =
        std::find_if(phones_.begin(), phones_.end(), [&](const auto& phone) { return phone->address() == address; });
    return found == phones_.end() ? nullptr : found->get();
}

const World::Door* World::door_at(const base::Endpoint& address) const {
    const auto found = doors_.find(address);
    return found == doors_.end() ? nullptr : &found->second;
}

}  // namespace innkeeper::world
