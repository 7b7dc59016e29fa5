#include "gate.h"

#include <algorithm>
#include <array>

namespace gate {

backup::UserRecord user(const std::string& name, backup::TerminalKind terminal) {
    backup::UserRecord record;
    record.aor = aor(name);
    record.display_name = name;
    record.settings = R"({"of":"home"})";
    record.terminal = terminal;
    record.ha1 = auth::make_ha1(name, support::domain, name);
    return record;
}

auth::NonceKey nonce_key(std::uint8_t octet, base::Instant born) {
    std::array<std::uint8_t, 32> octets{};
    octets.fill(octet);
    return {octet, born, base::SecretBytes<32>(octets)};
}

Gate::Gate(Settings settings) : keeper(settings), matching_(settings.matching) {
    heartbeat.epoch = {500};
}

Gate& Gate::started() {
    feed(Started{700});
    feed(NonceKeyMade{nonce_key(1, now)});
    return *this;
}

Gate& Gate::with_users(std::vector<std::string> names) {
    UsersLoaded page;
    for (const std::string& name : names) page.users.push_back(user(name));
    page.restart = page.complete = true;
    feed(std::move(page));
    return *this;
}

void Gate::feed(Event event) {
    happened.clear();
    keeper.step(now, std::move(event), happened);
}

void Gate::pass(base::Duration duration) {
    const base::Instant end = now + duration;
    Effects all;
    const auto keep = [&] {
        std::move(happened.begin(), happened.end(), std::back_inserter(all));
        happened.clear();
    };
    for (;;) {
        const base::Instant next_beat = beating.empty() ? base::Instant::max() : beaten + 500ms;
        const base::Instant next = std::max(now, std::min(keeper.next_deadline(), next_beat));
        if (next > end) break;
        now = next;
        if (now >= next_beat) {
            beaten = now;
            for (const base::SiteName& peer : beating) {
                beat(peer);
                keep();
            }
        }
        tick();
        keep();
        REQUIRE(keeper.next_deadline() > now);
    }
    now = end;
    happened = std::move(all);
}

void Gate::beat(const base::SiteName& peer) {
    Heartbeat said = heartbeat;
    if (peer == north) said.records.sequence.value = records_of_north_;
    hear(peer, std::move(said));
}

void Gate::entrusted_by_north(std::vector<std::string> names) {
    link(north);
    Hello hello;
    hello.epoch = heartbeat.epoch;
    hello.matching = matching_;
    hello.you_are_my_backup = true;
    hear(north, std::move(hello));
    Changes page;
    page.dataset = Dataset::records;
    page.epoch = heartbeat.epoch;
    page.restart = page.complete = true;
    for (const std::string& name : names) page.records.push_back({aor(name), user(name)});
    page.upto = {page.records.size()};
    hear(north, std::move(page));
    beaten = now;
    beat(north);
}

Report Gate::command(Command command) {
    OperatorCommand order;
    order.id.value = 7;
    order.command = std::move(command);
    feed(std::move(order));
    for (Effect& effect : happened)
        if (auto* reply = std::get_if<ReplyToOperator>(&effect)) {
            CHECK(reply->to.value == 7);
            return std::move(reply->report);
        }
    FAIL("a command without a reply");
    return Declined{};
}

ExplainReport Gate::explain(const std::string& who) {
    return std::get<ExplainReport>(command(Explain{who}));
}

const Response& Gate::answer() const {
    const Response* found = nullptr;
    for (const Effect& effect : happened)
        if (const auto* answer = std::get_if<Answer>(&effect)) {
            REQUIRE(found == nullptr);
            found = &answer->response;
        }
    REQUIRE(found != nullptr);
    return *found;
}

Phase Gate::phase_of(const base::SiteName& home) {
    for (const HomeStatus& one : status().homes)
        if (one.home == home) return one.phase;
    FAIL("no such home");
    return {};
}

PeerHealth Gate::health_of(const base::SiteName& peer) {
    for (const HomeStatus& one : status().homes)
        if (one.home == peer) return one.health;
    FAIL("no such peer");
    return {};
}

Phone::Phone(const std::string& name, const std::string& user_agent, auth::Algorithm algorithm)
    : request(support::register_of(name, user_agent)),
      session(algorithm),
      ha1(auth::make_ha1(name, support::domain, name)) {
    request.cseq = 0;
}

const Response& Phone::send(Gate& gate) {
    ++request.cseq;
    session.authorise(request, request.to_user, ha1);
    return repeat(gate);
}

const Response& Phone::call(Gate& gate) {
    const Response& first = send(gate);
    if (first.status != 401) return first;
    REQUIRE(first.challenge);
    session.take(first.challenge->realm, first.challenge->nonce);
    return send(gate);
}

const Response& Phone::repeat(Gate& gate) {
    gate.feed(request.shown());
    return gate.answer();
}

}  // namespace gate
