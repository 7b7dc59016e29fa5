// The rules about calls to the PBX: what is nobody's number here goes there, if whoever calls has proved who it is.
#include "world/watch_calls.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
// A PBX that has come back is asked every three seconds and given two to answer, and calls pass it by until it has.
constexpr base::Duration return_noticed = 6s;

}  // namespace

void CallWatch::taken_by_pbx(const Site& from, const calls::Message& invite) {
    Attempt* attempt = find(*invite.find("Call-ID"));
    if (attempt == nullptr) return;
    attempt->put_through = true;
    const std::string told = from.name().text + " sends a call to " + attempt->number + " to its PBX";
    if (!attempt->with_credentials && !is_emergency(*attempt))
        world_.watch.violated("nobody is put through without credentials", told);
}

void CallWatch::note_pbxs() {
    for (const auto& [name, site] : world_.sites()) {
        if (site->running() && site->has_pbx())
            pbx_since_.try_emplace(name, world_.calendar.now());
        else
            pbx_since_.erase(name);
    }
}

bool CallWatch::goes_outside(const Attempt& attempt) const {
    const bool nobodys = attempt.callee == nullptr && !attempt.hunt && !attempt.number.starts_with('*');
    return nobodys && attempt.with_credentials && !is_emergency(attempt);
}

// And the caller in service at its site, which can ask the others at once: one that has just come may have to wait for
// each that is silent.
bool CallWatch::pbx_is_there(const Attempt& attempt) const {
    const Moment now = world_.calendar.now();
    const auto pbx = pbx_since_.find(attempt.by);
    if (pbx == pbx_since_.end() || now - pbx->second < return_noticed || !server_in_reach(attempt)) return false;
    const auto caller = served_.find(attempt.caller->orders().aor);
    return caller != served_.end() && caller->second.at == attempt.by && now - caller->second.since > settled;
}

void CallWatch::judge_outside(const Attempt& attempt, const std::string& told) const {
    if (attempt.outside && !attempt.put_through && known_to_its_server(attempt))
        world_.watch.violated("a call outside goes to the PBX", told);
}

}  // namespace innkeeper::world
