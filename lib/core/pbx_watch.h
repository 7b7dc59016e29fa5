// Are the PBXs of this site there? Each is asked by OPTIONS and judged as a phone judges its servers (SR1, SR2): it is
// there when it answers anything but 503, doubted when one question fails, away when the next one fails too. Calls pass
// by a PBX that is away; a site all of whose PBXs are away for pbx-lost-after does not serve, says so with the reason,
// and its backups take its phones although the daemon lives. A site without a PBX misses none. Pure; a value of the
// gatekeeper.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "core/settings.h"

namespace innkeeper::core {

enum class PbxState : std::uint8_t { unknown, there, doubted, away };
std::string_view to_text(PbxState state);

class PbxWatch {
public:
    // Often enough to know of a death before most callers do: a call that finds a dead PBX by itself waits for 32 s.
    static constexpr base::Duration interval = std::chrono::seconds(3);
    static constexpr base::Duration interval_in_doubt = std::chrono::milliseconds(500);
    // Three copies over UDP; a PBX that needs longer for OPTIONS is of no use to a caller either.
    static constexpr base::Duration patience = std::chrono::seconds(2);

    struct Seen {
        std::string name;
        PbxState state = PbxState::unknown;
        std::string detail;                         // in words, of one that is doubted or away
        std::optional<base::Instant> silent_since;  // when the first question was asked that failed
        base::Instant ask_at;
        bool asked = false;  // a question is under way
        base::Instant asked_at;
    };

    explicit PbxWatch(const std::vector<CallSettings::Pbx>& pbxs);

    // Whose turn it is to be asked; until on_answer() it is not asked again. Until nothing.
    std::optional<std::size_t> take_due(base::Instant now);
    void not_asked(base::Instant now, std::size_t pbx);  // it could not be: it has a turn again soon
    // Answered: the status of a real answer; else why there is none. True: it is away now and was not, or the reverse.
    bool on_answer(base::Instant now, std::size_t pbx, std::uint16_t status, bool answered);
    // What was sent to it could not be delivered: it is asked at once.
    void doubt(base::Instant now, std::size_t pbx);
    // Time in which we did not run is not the PBX's absence.
    void forgive(base::Instant now, base::Duration stall);
    // True when the verdict on the site is another one than at the last call.
    bool review(base::Instant now, base::Duration lost_after);

    bool lost() const { return lost_; }
    bool is_away(std::size_t pbx) const { return all_[pbx].state == PbxState::away; }
    bool any_there() const;
    std::string detail() const;  // why each of them is away; empty when one is there
    const std::vector<Seen>& all() const { return all_; }
    // When take_due() or review() may say something else without being told anything.
    base::Instant next_deadline(base::Duration lost_after) const;

private:
    std::optional<base::Instant> all_silent_since() const;

    std::vector<Seen> all_;
    bool lost_ = false;
};

}  // namespace innkeeper::core
