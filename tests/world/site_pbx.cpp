// The PBX beside a site: it takes every call and answers what it is asked, or is away in one of the ways in which a
// PBX can be.
#include <algorithm>

#include "calls/message.h"
#include "world/machines.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;
constexpr base::Duration there_and_back = 1ms;  // it stands in the same rack: no path of the network leads there

std::string_view to_text(PbxState state) {
    switch (state) {
        case PbxState::there:
            return "back";
        case PbxState::silent:
            return "away";
        case PbxState::unreachable:
            return "unreachable";
        case PbxState::overloaded:
            return "overloaded";
    }
    return "";
}

}  // namespace

std::optional<PbxState> pbx_state_from(std::string_view text) {
    for (const PbxState state : {PbxState::there, PbxState::silent, PbxState::unreachable, PbxState::overloaded})
        if (text == to_text(state)) return state;
    return std::nullopt;
}

void Site::set_pbx(PbxState state) {
    const Act act(world_.inputs, [&] { return "pbx of " + name().text + ' ' + std::string(to_text(state)); });
    pbx_ = state;
}

bool Site::is_pbx(const calls::AddressHop& address) const {
    const auto& pbxs = settings_.calls.pbxs;
    return std::any_of(pbxs.begin(), pbxs.end(), [&](const core::CallSettings::Pbx& pbx) {
        return pbx.transport == address.transport && pbx.endpoint == address.endpoint;
    });
}

void Site::send_to_pbx(const calls::AddressHop& to, const std::string& octets) {
    if (pbx_ == PbxState::silent) return;
    const auto tell = [this, life = life_](std::function<core::Event()> what) {
        world_.calendar.after(there_and_back, [this, life, what] {
            when_awake([this, life, what] {
                if (life == life_) step(what(), {"pbx"});
            });
        });
    };
    if (pbx_ == PbxState::unreachable) return tell([to] { return core::HopLost{to}; });
    const auto request = calls::Message::parse(octets);
    if (!request || !request->is_request()) return;
    const bool there = pbx_ == PbxState::there;
    if (there && request->method == "INVITE") world_.watch.calls.taken_by_pbx(*this, *request);
    const auto answer = answer_of_machine(*request, there ? 200 : 503, to.endpoint);
    if (!answer) return;
    tell([to, back = *calls::Message::parse(*answer)] {
        return core::SipReceived{base::Flow{to.transport, 0, to.endpoint, 0}, back};
    });
}

}  // namespace innkeeper::world
