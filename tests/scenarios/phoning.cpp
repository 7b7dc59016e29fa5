// What users do with their telephones besides registering: they call each other.
#include "scenarios/stage.h"
#include "world/phone_text.h"

namespace innkeeper::scenarios {
namespace {

using namespace std::chrono_literals;
constexpr base::Duration longest_set_up = 40s;  // a phone gives a silent server up after 32 s

std::string how_it_stands(const world::Phone& phone) {
    const world::Call* call = phone.calls().current();
    if (call == nullptr) call = phone.calls().latest();
    return call == nullptr ? "no call" : to_text(*call);
}

}  // namespace

std::optional<Stage::Answer> Stage::phone_calls(world::Phone& phone, const Words& words) {
    const std::string what = words.size() > 1 ? words[1] : "";
    const auto shown = [&](base::Duration after) {
        settle(after);
        return retold_ ? Answer{} : Answer{how_it_stands(phone)};
    };
    if (what == "calls") return dial(phone, words);
    if (what == "picks") return phone.pick_up(), shown(100ms);
    if (what == "hangs") return phone.hang_up(), shown(100ms);
    if (what == "refreshes") {  // 100 refreshes its call
        const world::Call* call = phone.calls().current();
        const int before = call != nullptr ? call->refreshed : 0;
        phone.refresh_call();
        settle(1s);
        const bool done = call != nullptr && call->refreshed > before;
        return retold_ ? Answer{} : Answer{done ? "refreshed" : how_it_stands(phone) + ", not refreshed"};
    }
    if (what == "lets") return phone.answer_after(std::nullopt), Answer{};  // 100 lets its calls ring
    if (what == "answers" && words.size() == 4)                             // 100 answers after 2s
        return phone.answer_after(retold_ ? world::time_in(words[3]) : world::duration_in(words[3])), Answer{};
    if (what == "refuses" && words.size() == 5)  // 100 refuses calls with 603
        return phone.refuse_calls_with(static_cast<std::uint16_t>(std::stoul(words[4]))), Answer{};
    if (what == "takes" && words.size() == 3) return phone.refuse_calls_with(0), Answer{};  // 100 takes calls
    return std::nullopt;
}

// 100 calls 101 [by south] [without credentials]: answers when it rings, or has failed
Stage::Answer Stage::dial(world::Phone& phone, const Words& words) {
    phone.call(words.at(2), {world::after(words, "by")}, words.back() != "credentials");
    if (retold_) return {};
    world_.run_until(
        [&] {
            const world::Call* call = phone.calls().latest();
            return call == nullptr || call->state != world::Call::State::calling;
        },
        longest_set_up);
    return {how_it_stands(phone)};
}

// call of 100
Stage::Answer Stage::ask_call(const Words& words) {
    return {how_it_stands(world_.phone(words.at(2)))};
}

}  // namespace innkeeper::scenarios
