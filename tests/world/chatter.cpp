#include "world/chatter.h"

#include <algorithm>

#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr double answering = 0.75;  // of the telephones; half of the others refuse, the rest ring until the caller ends
constexpr double strangers = 0.06;  // of the calls, without credentials
constexpr double elsewhere = 0.08;  // to numbers of nobody here
constexpr double emergencies = 0.04;
constexpr double for_groups = 0.25;
constexpr base::Duration shortest_call = 1s;  // from the first digit until somebody hangs up
constexpr base::Duration longest_call = 45s;

}  // namespace

Chatter::Chatter(World& world) : world_(world), random_(0) {}

void Chatter::begin(base::Duration every) {
    const Act act(world_.inputs, [&] { return "people call each other every " + sentence_of_time(every); });
    every_ = every;
    random_ = Random(world_.seed() ^ 0xca11ca11ca11ca11U);
    for (const auto& phone : world_.phones()) {
        const bool answers = random_.chance(answering);
        const bool refuses = random_.chance(0.5);
        const base::Duration after = random_.between(200ms, 4s);
        if (answers)
            phone->answer_after(after);
        else if (refuses)
            phone->refuse_calls_with(after < 2s ? 486 : 603);
    }
    if (!std::exchange(calling_, true)) plan();
}

void Chatter::end() {
    if (!calling_) return;
    const Act act(world_.inputs, [] { return "people call nobody any more"; });
    calling_ = false;
}

void Chatter::plan() {
    const base::Duration pause = random_.between(every_ / 5, every_ * 9 / 5);
    world_.calendar.after(pause, [this] {
        if (!calling_) return;
        call_somebody();
        plan();
    });
}

std::string Chatter::number_for(const Phone& caller) {
    const auto& phones = world_.phones();
    const auto& callee = phones[random_.below(phones.size())];
    const bool outside = random_.chance(elsewhere);
    const bool emergency = random_.chance(emergencies);
    const bool group = random_.chance(for_groups);
    const std::uint64_t which = random_.next();
    if (emergency) return world_.site(caller.orders().home.text).settings().calls.emergency_numbers.front();
    const std::vector<std::string> known = groups();
    if (group && !known.empty()) return known[which % known.size()];
    return outside ? "0049301234" : std::string(callee->orders().aor.user());
}

std::vector<std::string> Chatter::groups() const {
    std::vector<std::string> numbers;
    for (const auto& [name, site] : world_.sites())
        for (const backup::UserRecord& record : site->store.users)
            if (record.terminal == backup::TerminalKind::group) numbers.emplace_back(record.aor.user());
    return numbers;
}

// None: a PBX has it, or nobody.
Phone* Chatter::other_side_of(const Call& call) const {
    const auto talks = [&](const auto& phone) {
        const Call* its = phone->calls().current();
        return its != nullptr && its->id == call.id && !its->outgoing && its->state == Call::State::talking;
    };
    const auto& phones = world_.phones();
    const auto found = std::find_if(phones.begin(), phones.end(), talks);
    return found == phones.end() ? nullptr : found->get();
}

void Chatter::call_somebody() {
    const auto& phones = world_.phones();
    Phone& caller = *phones[random_.below(phones.size())];
    const std::string number = number_for(caller);
    const bool stranger = random_.chance(strangers);
    const base::Duration until = random_.between(shortest_call, longest_call);
    const bool refreshed = random_.chance(0.2);
    const bool caller_ends = random_.chance(0.6);
    if (!caller.on() || caller.calls().busy()) return;
    caller.call(number, {}, !stranger);
    const std::string id = caller.calls().latest()->id;
    const auto still = [&caller, id] {
        const Call* call = caller.calls().current();
        return call != nullptr && call->id == id ? call : nullptr;
    };
    if (refreshed)
        world_.calendar.after(until / 2, [&caller, still] {
            if (const Call* call = still(); call != nullptr && call->state == Call::State::talking)
                caller.refresh_call();
        });
    world_.calendar.after(until, [this, &caller, still, caller_ends] {
        const Call* call = still();
        if (call == nullptr) return;
        Phone* callee = call->state == Call::State::talking ? other_side_of(*call) : nullptr;
        (caller_ends || callee == nullptr ? caller : *callee).hang_up();
    });
}

}  // namespace innkeeper::world
