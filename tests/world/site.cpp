#include "world/site.h"

#include <algorithm>
#include <utility>

#include "peer/codec.h"
#include "support/print.h"
#include "world/settings_text.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t wall_at_start = 1'700'000'000;  // seconds since 1970 when the world begins

base::SecretBytes<32> key_drawn(Random& random) {
    std::array<std::uint8_t, 32> bytes{};
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
    return base::SecretBytes<32>(bytes);
}

SeenResponse seen(const core::Response& response) {
    SeenResponse copy;
    copy.status = response.status;
    copy.phrase = response.phrase;
    for (const core::ContactAnswer& contact : response.contacts)
        copy.contacts.emplace_back(contact.uri, contact.expires);
    if (response.challenge) {
        copy.realm = response.challenge->realm;
        copy.nonce = response.challenge->nonce;
    }
    copy.retry_after = response.retry_after;
    copy.min_expires = response.min_expires;
    copy.warning = response.warning;
    return copy;
}

}  // namespace

Site::Site(World& world, core::Settings settings)
    : world_(world), settings_(std::move(settings)), boot_(world.nature.between(1min, 1000h)) {}

base::Instant Site::local(Moment moment) const {
    const base::Duration drift(moment.count() / million * clock_error_ +
                               moment.count() % million * clock_error_ / million);
    return base::Instant(boot_ + moment + drift);
}

Moment Site::world_moment(base::Instant instant) const {
    const base::Duration since = instant.time_since_epoch() - boot_;
    const double rate = 1.0 + static_cast<double>(clock_error_) / static_cast<double>(million);
    return base::Duration(static_cast<std::int64_t>(static_cast<double>(since.count()) / rate));
}

void Site::set_clock_error(std::int64_t parts_per_million) {
    const Act act(world_.inputs,
                  [&] { return "clock of " + name().text + " error " + std::to_string(parts_per_million); });
    const base::Instant before = local(world_.calendar.now());
    clock_error_ = parts_per_million;
    boot_ += before - local(world_.calendar.now());
}

void Site::set_wall_error(std::chrono::seconds error) {
    const Act act(world_.inputs,
                  [&] { return "wall clock of " + name().text + " wrong by " + std::to_string(error.count()); });
    wall_error_ = error;
    if (running()) observe_self();
}

void Site::connect(Site& peer) {
    wires_[peer.name()] = std::make_unique<Wire>(world_, *this, peer);
}

Wire& Site::wire_to(const base::SiteName& peer) {
    return *wires_.at(peer);
}

void Site::path_changed() {
    for (const auto& [peer, wire] : wires_) wire->path_changed();
}

base::Duration Site::frozen_for() const {
    return world_.calendar.now() - frozen_since_;
}

base::Duration Site::store_available_for() const {
    return store.available() ? world_.calendar.now() - store_since_ : base::Duration{};
}

core::Census Site::census() const {
    core::Census census = gatekeeper_->census(local(world_.calendar.now()));
    if (miscount) miscount(census);
    return census;
}

base::Instant Site::next_deadline() const {
    return gatekeeper_->next_deadline();
}

// ---- the process

void Site::start() {
    const Act act(world_.inputs, [&] { return "start " + name().text; });
    if (process_ != Process::off) return;
    if (!powered_) boot_ = world_.nature.between(5s, 60s) - world_.calendar.now();
    powered_ = true;
    process_ = Process::running;
    loaded_ = false;
    ++life_;
    world_.note(name().text, "starts, life " + std::to_string(life_));
    gatekeeper_.emplace(settings_);
    world_.watch.started(*this);
    const auto wall = static_cast<std::uint64_t>(wall_at_start + (world_.calendar.now() + wall_error_) / 1s);
    step(core::Started{wall}, {"start"});
    recall();
    const auto id = static_cast<std::uint32_t>(world_.nature.next());
    step(core::NonceKeyMade{{id, local(world_.calendar.now()), key_drawn(world_.nature)}}, {"nonce key"});
    observe_self();
    if (const auto minute = world_.minute_of_day()) show_time(*minute);
    for (const auto& [peer, wire] : wires_) wire->open();
    load_from_store();
}

void Site::observe_self() {
    const auto seconds = static_cast<std::uint64_t>(wall_at_start + (world_.calendar.now() + wall_error_) / 1s);
    step(core::SelfObserved{"1.0", seconds, certificate_ends_in, true}, {"self"});
}

void Site::start_with(core::Settings settings) {
    const Act act(world_.inputs, [&] { return "start " + name().text + differences(settings, settings_); });
    settings_ = std::move(settings);
    start();
}

void Site::end_process() {
    world_.watch.ended(*this);
    process_ = Process::off;
    gatekeeper_.reset();
    requests_.clear();
    commands_.clear();
    held_back_.clear();
    store.forget_pending();
    armed_for_ = base::Instant::max();
    ++alarm_;
    flush_planned_ = false;
}

void Site::kill() {
    const Act act(world_.inputs, [&] { return "kill " + name().text; });
    if (process_ == Process::off) return;
    world_.note(name().text, "is killed");
    end_process();
    tear_memory();
    for (const auto& [peer, wire] : wires_) {
        wire->end();
        if (world_.network.open(name().text, peer.text))
            world_.site(peer.text).wire_to(name()).reset(world_.network.delay(name().text, peer.text));
    }
    for (const auto& phone : world_.phones()) phone->connection_ended(*this);
}

void Site::lose_power() {
    const Act act(world_.inputs, [&] { return "power off " + name().text; });
    if (process_ != Process::off) {
        world_.note(name().text, "loses power");
        end_process();
    }
    powered_ = false;
    memory_.clear();
    world_.watch.memory_lost(*this);
    for (const auto& [peer, wire] : wires_) wire->vanish();
}

void Site::freeze() {
    const Act act(world_.inputs, [&] { return "freeze " + name().text; });
    if (process_ != Process::running) return;
    world_.note(name().text, "freezes");
    process_ = Process::frozen;
    frozen_since_ = world_.calendar.now();
}

void Site::thaw() {
    const Act act(world_.inputs, [&] { return "thaw " + name().text; });
    if (process_ != Process::frozen) return;
    world_.note(name().text, "thaws");
    process_ = Process::running;
    world_.watch.thawed(*this);
    for (const auto& [peer, wire] : wires_) world_.site(peer.text).wire_to(name()).other_side_woke();
    const bool timer_first = world_.nature.chance(0.5);
    if (timer_first) wake(alarm_);
    while (running() && !held_back_.empty()) {
        const auto what = std::move(held_back_.front());
        held_back_.pop_front();
        what();
    }
    if (running() && !timer_first) wake(alarm_);
}

void Site::stop_as_planned() {
    const Act act(world_.inputs, [&] { return "stop " + name().text; });
    command(core::Drain{"stop"}, [](const core::Report&) {});
    const std::uint64_t life = life_;
    world_.calendar.after(1s, [this, life] {
        if (life_ != life) return;
        kill();
        memory_.clear();  // a supervisor keeps it through restarts, not through stops
        world_.watch.memory_lost(*this);
    });
}

// ---- inputs

void Site::when_awake(std::function<void()> what) {
    if (process_ == Process::running) return what();
    if (process_ == Process::frozen) held_back_.push_back(std::move(what));
}

void Site::receive(std::shared_ptr<support::OwnedRegister> request, std::function<void(SeenResponse)> back) {
    if (process_ == Process::frozen && held_back_.size() > socket_buffer) return;
    when_awake([this, request = std::move(request), back = std::move(back)] {
        request->id.value = ++last_id_;
        requests_[last_id_] = back;
        step(request->shown(), {"REGISTER", request.get()});
    });
}

void Site::probe(base::Flow source, std::string user, std::function<void(SeenResponse)> back) {
    const Act act(world_.inputs, [&] { return "options " + name().text; });
    when_awake([this, source, user = std::move(user), back = std::move(back)] {
        requests_[++last_id_] = back;
        core::OptionsRequest request{{last_id_}, source};
        request.from_user = user;
        request.from_domain = settings_.matching.domains.front();
        step(request, {"OPTIONS"});
    });
}

void Site::command(core::Command command, std::function<void(const core::Report&)> back) {
    const Act act(world_.inputs, [&] { return sentence(name(), command); });
    if (const auto* settings = std::get_if<core::SetUser>(&command)) world_.watch.calls.settings_change(settings->aor);
    when_awake([this, command = std::move(command), back = std::move(back)] {
        commands_[++last_id_] = back;
        step(core::OperatorCommand{{last_id_}, command}, {"command"});
    });
}

void Site::measure_lag(base::Duration lag) {
    const Act act(world_.inputs, [&] { return "late " + name().text + ' ' + sentence_of_time(lag); });
    when_awake([this, lag] { step(core::LoopLagMeasured{lag}, {"lag"}); });
}

void Site::show_time(std::uint16_t minute_of_day) {
    when_awake([this, minute_of_day] { step(core::WallClock{minute_of_day}, {"clock"}); });
}

void Site::message(const base::SiteName& from, const std::string& bytes) {
    when_awake([this, from, bytes] {
        auto message = peer::decode(bytes, local(world_.calendar.now()));
        if (!message) return world_.watch.violated("messages decode", message.error().text);
        step(core::PeerMessageReceived{from, std::move(*message)}, {"message"});
    });
}

void Site::link_changed(const base::SiteName& peer, core::LinkState state, std::string detail) {
    when_awake([this, peer, state, detail = std::move(detail)] {
        step(core::PeerLinkChanged{peer, state, detail}, {"link"});
    });
}

// ---- the fold

void Site::step(core::Event event, const Occasion& occasion) {
    if (swallow && swallow(event)) return;
    if (occasion.request) world_.note(name().text, "<- " + support::print(std::get<core::RegisterRequest>(event)));
    effects_.clear();
    gatekeeper_->step(local(world_.calendar.now()), std::move(event), effects_);
    if (tamper) tamper(effects_);
    const core::Effects wanted = std::move(effects_);
    effects_.clear();
    for (const core::Effect& effect : wanted) perform(effect);
    arm();
    world_.watch.stepped(*this, occasion, wanted);
}

void Site::perform(const core::Effect& effect) {
    const auto* message_to_peer = std::get_if<core::SendToPeer>(&effect);
    const auto* sip = std::get_if<core::SendSip>(&effect);
    const bool to_pbx = sip != nullptr && std::holds_alternative<calls::AddressHop>(sip->to);
    const bool told = message_to_peer != nullptr && !std::holds_alternative<core::Hello>(message_to_peer->message) &&
                      !std::holds_alternative<core::SipRelay>(message_to_peer->message);
    const bool routine = !world_.transcript.verbose && (to_pbx || told);
    const bool judged = std::holds_alternative<core::Announce>(effect) &&
                        std::holds_alternative<core::RegisterJudged>(std::get<core::Announce>(effect).notice);
    if (!routine && !judged) {
        const std::string text = support::print(effect);
        world_.watch.printed(*this, text);
        world_.note(name().text, "-> " + text);
    }
    if (const auto* one = std::get_if<core::Answer>(&effect)) {
        answer(one->response);
    } else if (sip != nullptr) {
        send_sip(*sip);
    } else if (const auto* send = std::get_if<core::SendToPeer>(&effect)) {
        const auto bytes = peer::encode(send->message, local(world_.calendar.now()));
        const std::string copy(bytes.begin(), bytes.end());
        world_.watch.sent(*this, *send, copy);
        wires_.at(send->to)->send(copy);
    } else if (const auto* redial = std::get_if<core::RedialPeer>(&effect)) {
        wires_.at(redial->site)->redial();
    } else if (const auto* probe = std::get_if<core::ProbePhone>(&effect)) {
        ask_phone(*probe);
    } else if (const auto* row = std::get_if<core::WriteRow>(&effect)) {
        write(row->row);
    } else if (const auto* keep = std::get_if<core::KeepInMemory>(&effect)) {
        if (keep->anew) memory_.clear();
        memory_.append(keep->frames);
    } else if (const auto* reply = std::get_if<core::ReplyToOperator>(&effect)) {
        const auto back = commands_.extract(reply->to.value);
        if (back.empty()) return world_.watch.violated("commands are answered once", support::print(effect));
        back.mapped()(reply->report);
    }
}

void Site::answer(const core::Response& response) {
    const auto back = requests_.extract(response.to.value);
    if (back.empty()) return world_.watch.violated("requests are answered once", support::print(response));
    back.mapped()(seen(response));
}

void Site::arm() {
    const base::Instant deadline = gatekeeper_->next_deadline();
    if (deadline == armed_for_) return;
    armed_for_ = deadline;
    const std::uint64_t alarm = ++alarm_;
    if (deadline > local(world_.calendar.now() + 24h)) return;
    const base::Duration lateness = world_.nature.between(2us, 800us);
    world_.calendar.after(world_moment(deadline) - world_.calendar.now() + lateness, [this, alarm] { wake(alarm); });
}

void Site::wake(std::uint64_t alarm) {
    if (alarm != alarm_ || process_ != Process::running) return;  // thaw() wakes a frozen one
    armed_for_ = base::Instant::max();
    step(core::TimePassed{}, {"time", nullptr, true});
}

}  // namespace innkeeper::world
