// Steps of a call's plan as text.
#pragma once

#include <chrono>
#include <string>

#include "core/call_plan.h"

namespace innkeeper::core {

// A step in words.
inline std::string said(const CallStep& step) {
    struct Teller {
        std::string operator()(const RingPhones& ring) const {
            return ring.each == base::Duration::max()
                       ? "ring"
                       : "ring " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(ring.each).count());
        }
        std::string operator()(const RingMembers& ring) const {
            std::string text = "members";
            for (const HuntTarget& member : ring.stage.members) text += " " + std::string(member.aor.user());
            return text;
        }
        std::string operator()(const PassToSite& pass) const { return "site " + pass.site.text; }
        std::string operator()(const PassToPbx&) const { return "pbx"; }
        std::string operator()(const PassToVoicemail& pass) const {
            return "voicemail " + std::to_string(pass.server) +
                   (pass.reason ? " " + std::string(to_text(*pass.reason)) : "");
        }
        std::string operator()(const Divert& divert) const {
            return "divert " + divert.to + " " + std::string(to_text(divert.reason));
        }
        std::string operator()(const GiveUp& end) const {
            return end.status == 0 ? "best" : std::to_string(end.status) + " " + std::string(end.phrase);
        }
    };
    return std::visit(Teller{}, step);
}

}  // namespace innkeeper::core
