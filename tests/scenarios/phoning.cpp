// What users do with their telephones besides registering: they call each other.
#include <stdexcept>

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

// caller shown to 101: by the latest call there, as its site vouches for (RFC 3325)
Stage::Answer Stage::ask_caller(const world::Phone& phone) {
    const world::Call* call = phone.calls().latest();
    const std::string* identity = call != nullptr ? call->invite.find("P-Asserted-Identity") : nullptr;
    return {identity != nullptr ? *identity : "nobody"};
}

// ---- what users have set

// set-user 100={"dnd":true} at north
Stage::Answer Stage::set_user(const Words& words) {
    const auto equals = words.size() < 4 ? std::string::npos : words[1].find('=');
    if (equals == std::string::npos) throw std::runtime_error("set-user USER=JSON at SITE");
    std::string changes = words[1].substr(equals + 1);
    for (std::size_t at = 2; at + 2 < words.size(); ++at) changes += ' ' + words[at];
    const core::SetUser change{words[1].substr(0, equals), changes};
    if (retold_) return site(words.back()).command(change, [](const core::Report&) {}), Answer{};
    const core::Report report = command(site(words.back()), change);
    settle(200ms);
    if (const auto* declined = std::get_if<core::Declined>(&report)) return {"declined: " + declined->text};
    return {"done: " + std::get<core::Done>(report).text};
}

// failover-changes of north at south
Stage::Answer Stage::ask_failover_changes(const base::SiteName& home, world::Site& at) {
    const core::Report report = command(at, core::ShowFailoverChanges{home});
    const auto& changes = std::get<core::FailoverChangesReport>(report);
    Answer lines;
    for (const auto& [aor, change] : changes.settings)
        lines.push_back(std::string(aor.user()) + ' ' + change.key + ": " + change.before + " -> " + change.after);
    for (const core::CallReport& call : changes.calls)
        lines.push_back(call.record.caller + " called " + call.record.callee + ": " +
                        std::to_string(call.record.status) + " by " + call.record.route);
    return lines.empty() ? Answer{"none"} : lines;
}

// ---- voicemail servers

// voicemail 192.0.2.91:5060 at north, voicemail 192.0.2.91:5060 away, voicemail 192.0.2.91:5060 back
Stage::Answer Stage::voicemail(const Words& words) {
    const auto address = base::Endpoint::parse(words.size() < 3 ? "" : words[1]);
    if (!address) throw std::runtime_error(address.error().text);
    if (words.size() == 4 && words[2] == "at")
        world_.add_voicemail(*address, words[3]);
    else
        world_.voicemail(*address).set_there(words[2] == "back");
    return {};
}

// calls at 192.0.2.91:5060: since the last time
Stage::Answer Stage::ask_voicemail(const std::string& address) {
    const Answer heard = world_.voicemail(base::Endpoint::parse(address).value()).heard();
    return heard.empty() ? Answer{"none"} : heard;
}

}  // namespace innkeeper::scenarios
