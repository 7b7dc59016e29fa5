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
    for (std::size_t i = 0; acknowledging && i < happened.size(); ++i) {
        const auto* send = std::get_if<SendToPeer>(&happened[i]);
        const auto* page = send != nullptr ? std::get_if<Changes>(&send->message) : nullptr;
        if (page == nullptr || page->dataset != Dataset::registrations) continue;
        const base::SiteName peer = send->to;
        const Position reached{Dataset::registrations, page->epoch, page->upto};
        keeper.step(now, PeerMessageReceived{peer, reached}, happened);
    }
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

Gate site_of(std::vector<std::string> users) {
    Gate gate;
    gate.started().with_users(std::move(users));
    return gate;
}

Settings quick() {
    Settings settings = support::settings_of("south", {"north", "west"}, {"north"});
    settings.failover.failback_after = 10s;
    settings.failover.failback_canaries = 0;
    settings.failover.homeless_grace = 30s;
    return settings;
}

// North, known and heard, with these users.
Gate backup_of(std::vector<std::string> users, Settings settings) {
    Gate gate(std::move(settings));
    gate.started().with_users({"alice"});
    gate.feed(StateLoaded{});
    gate.entrusted_by_north(std::move(users));
    gate.acknowledging = true;
    gate.hear(north, Position{});
    gate.beating = {north};
    gate.pass(1s);
    return gate;
}

// North is silent until it is lost.
void lose_north(Gate& gate) {
    gate.beating.clear();
    gate.pass(16s);
    REQUIRE(gate.phase_of(north) == Phase::allowed);
}

void north_returns(Gate& gate) {
    gate.beating = {north};
    gate.beaten = gate.now;
    gate.beat(north);
}

Refusal refused(Gate& gate, Phone& phone) {
    phone.call(gate);
    const auto judged = gate.notices<RegisterJudged>();
    REQUIRE(judged.size() == 1);
    REQUIRE(judged[0].refusal);
    const Response& answer = gate.answer();
    CHECK(answer.status == 503);
    CHECK(answer.retry_after.value_or(0) > 0);
    return *judged[0].refusal;
}

std::string fact(const ExplainReport& report, const std::string& name) {
    for (const auto& [one, value] : report.facts)
        if (one == name) return value;
    return "no such fact";
}

}  // namespace gate
