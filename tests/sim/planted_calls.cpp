// Faults in how a site carries calls.
#include "sim/planted_calls.h"

#include <map>
#include <memory>

namespace innkeeper::sim {
namespace {

using core::Effects;
using world::Site;

bool is_invite(const core::Effect& effect) {
    const auto* sip = std::get_if<core::SendSip>(&effect);
    const auto* send = std::get_if<core::SendToPeer>(&effect);
    const auto* relay = send != nullptr ? std::get_if<core::SipRelay>(&send->message) : nullptr;
    return (sip != nullptr && sip->octets.starts_with("INVITE ")) ||
           (relay != nullptr && relay->octets.starts_with("INVITE "));
}

// Where each user's phone was when it last asked this site, over UDP.
using Flows = std::map<std::string, base::Flow>;

void note_flow(Flows& flows, const core::Event& event) {
    const auto* request = std::get_if<core::RegisterRequest>(&event);
    if (request != nullptr && request->source.transport == base::Transport::udp)
        flows[std::string(request->to_user)] = request->source;
}

std::string user_called(const std::string& octets) {
    const auto start = octets.find("sip:") + 4;
    return octets.substr(start, octets.find('@') - start);
}

}  // namespace

void answer_no_call(Site& site) {
    site.tamper = [](Effects& effects) {
        std::erase_if(effects, [](const core::Effect& effect) {
            const auto* sip = std::get_if<core::SendSip>(&effect);
            return sip != nullptr && sip->octets.starts_with("SIP/2.0 ");
        });
    };
}

void put_nobody_through(Site& site) {
    site.tamper = [](Effects& effects) { std::erase_if(effects, is_invite); };
}

void ring_somebody_else(Site& site) {
    const auto flows = std::make_shared<Flows>();
    site.swallow = [flows](const core::Event& event) { return note_flow(*flows, event), false; };
    site.tamper = [flows](Effects& effects) {
        for (core::Effect& effect : effects) {
            auto* sip = std::get_if<core::SendSip>(&effect);
            if (sip == nullptr || !is_invite(effect)) continue;
            for (const auto& [user, flow] : *flows)
                if (calls::Hop(flow) != sip->to) sip->to = flow;
        }
    };
}

void trust_strangers(Site& site) {
    const auto flows = std::make_shared<Flows>();
    const auto invite = std::make_shared<std::string>();
    site.swallow = [flows, invite](const core::Event& event) {
        note_flow(*flows, event);
        const auto* sip = std::get_if<core::SipReceived>(&event);
        if (sip != nullptr && sip->message.method == "INVITE") *invite = sip->message.text();
        return false;
    };
    site.tamper = [flows, invite](Effects& effects) {
        Effects more;
        for (const core::Effect& effect : effects) {
            const auto* sip = std::get_if<core::SendSip>(&effect);
            const bool asked = sip != nullptr && sip->octets.starts_with("SIP/2.0 407 ") && !invite->empty();
            if (!asked || sip->octets.find(" INVITE\r") == std::string::npos) continue;
            const auto flow = flows->find(user_called(*invite));
            if (flow != flows->end()) more.emplace_back(core::SendSip{flow->second, *invite});
        }
        std::move(more.begin(), more.end(), std::back_inserter(effects));
    };
}

void ring_by_every_site(Site& site) {
    const auto flows = std::make_shared<Flows>();
    site.swallow = [flows](const core::Event& event) { return note_flow(*flows, event), false; };
    site.tamper = [flows](Effects& effects) {
        Effects more;
        for (const core::Effect& effect : effects) {
            const auto* send = std::get_if<core::SendToPeer>(&effect);
            if (send == nullptr || !is_invite(effect)) continue;
            const std::string& octets = std::get<core::SipRelay>(send->message).octets;
            const auto flow = flows->find(user_called(octets));
            if (flow != flows->end()) more.emplace_back(core::SendSip{flow->second, octets});
        }
        std::move(more.begin(), more.end(), std::back_inserter(effects));
    };
}

void fork_for_ever(Site& site) {
    site.tamper = [](Effects& effects) {
        Effects more;
        for (const core::Effect& effect : effects) {
            const auto* sip = std::get_if<core::SendSip>(&effect);
            if (sip == nullptr || !is_invite(effect)) continue;
            for (int copy = 0; copy < 20; ++copy) {
                core::SendSip again = *sip;
                again.octets.replace(again.octets.find("branch=") + 7, 7, "z9hG4bK" + std::to_string(copy));
                more.emplace_back(std::move(again));
            }
        }
        std::move(more.begin(), more.end(), std::back_inserter(effects));
    };
}

void charge_for_calls(Site& site) {
    site.tamper = [](Effects& effects) {
        for (const core::Effect& effect : effects)
            if (is_invite(effect)) return effects.emplace_back(core::WriteRow{core::BindingsRow{}}), void();
    };
}

void lose_calls_outside(Site& site) {
    site.tamper = [](Effects& effects) {
        std::erase_if(effects, [](const core::Effect& effect) {
            const auto* sip = std::get_if<core::SendSip>(&effect);
            return sip != nullptr && is_invite(effect) && std::holds_alternative<calls::AddressHop>(sip->to);
        });
    };
}

void keep_requests(Site& site) {
    site.miscount = [](core::Census& census) { census.call_requests += 500; };
}

void keep_dialogs(Site& site) {
    site.miscount = [](core::Census& census) { census.dialogs += 100; };
}

}  // namespace innkeeper::sim
