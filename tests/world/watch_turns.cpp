// R11: who was told its turn gets in when it comes in it, and nobody waits in a queue without end.
#include <algorithm>

#include "core/limits.h"
#include "support/print.h"
#include "world/watch.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr base::Duration kept = 30s;  // a place, for whoever comes late

}  // namespace

void Watch::judge_turn(Site& site, const core::Effects& effects) {
    const core::RegisterJudged* judged = nullptr;
    const core::Response* response = nullptr;
    for (const core::Effect& effect : effects) {
        if (const auto* answer = std::get_if<core::Answer>(&effect)) response = &answer->response;
        if (const auto* announce = std::get_if<core::Announce>(&effect))
            if (const auto* one = std::get_if<core::RegisterJudged>(&announce->notice)) judged = one;
    }
    if (judged == nullptr || judged->aor.text().empty() || response == nullptr) return;
    std::map<base::Aor, Moment>& turns = ledgers_[site.name()].turns;
    if (judged->verdict == core::Verdict::admitted) turns.erase(judged->aor);
    if (judged->refusal != core::Refusal::paced) return;
    const Moment now = world_.calendar.now();
    const auto turn = turns.find(judged->aor);
    if (turn != turns.end() && now >= turn->second && now <= turn->second + kept)
        violated("who comes in its turn gets in", site.name().text + " sent " + std::string(judged->aor.text()) +
                                                      " away again, " + support::print(now - turn->second) +
                                                      " after its turn began");
    turns[judged->aor] = now + std::chrono::seconds(response->retry_after.value_or(0));
}

void Watch::judge_queue(Site& site) {
    const std::uint64_t waiting = site.census().status.admissions.waiting;
    if (waiting > core::Limits::admission_places || waiting > ledgers_[site.name()].turns.size())
        violated("the queue holds those who were told their turn", site.name().text + ": " + std::to_string(waiting));
}

}  // namespace innkeeper::world
