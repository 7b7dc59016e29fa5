// Faults in how a site carries calls to hunt groups.
#include "sim/planted_groups.h"

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "calls/forwarding.h"

namespace innkeeper::sim {
namespace {

using calls::Message;
using core::Effects;
using world::Site;

const std::string* octets_in(const core::Effect& effect) {
    if (const auto* sip = std::get_if<core::SendSip>(&effect)) return &sip->octets;
    const auto* send = std::get_if<core::SendToPeer>(&effect);
    const auto* relay = send != nullptr ? std::get_if<core::SipRelay>(&send->message) : nullptr;
    return relay != nullptr ? &relay->octets : nullptr;
}

std::optional<Message> message_in(const core::Event& event) {
    if (const auto* sip = std::get_if<core::SipReceived>(&event)) return sip->message;
    const auto* message = std::get_if<core::PeerMessageReceived>(&event);
    const auto* relay = message != nullptr ? std::get_if<core::SipRelay>(&message->message) : nullptr;
    auto parsed = Message::parse(relay != nullptr ? std::string_view(relay->octets) : std::string_view{});
    return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

bool answers_an_invite(const std::optional<Message>& message, std::uint16_t status) {
    return message && message->status == status && message->find("CSeq")->ends_with(" INVITE");
}

// Those that are taken out go out never again.
class Silencer {
public:
    bool silences(const core::Effect& effect, bool from_now_on) {
        const std::string* octets = octets_in(effect);
        if (octets == nullptr || !octets->starts_with("INVITE ")) return false;
        const auto request = Message::parse(*octets);
        const std::string branch = request ? *request->find("Via") : std::string{};
        if (from_now_on) branches_.insert(branch);
        return branches_.contains(branch);
    }

private:
    std::set<std::string> branches_;
};

}  // namespace

void stop_at_the_first_busy_member(Site& site) {
    const auto busy = std::make_shared<bool>(false);
    const auto silencer = std::make_shared<Silencer>();
    site.swallow = [busy](const core::Event& event) {
        *busy = answers_an_invite(message_in(event), 486);
        return false;
    };
    site.tamper = [busy, silencer](Effects& effects) {
        std::erase_if(effects, [&](const core::Effect& effect) { return silencer->silences(effect, *busy); });
    };
}

// Nobody is told that another one was faster, and each is thanked.
void keep_all_who_pick_up(Site& site) {
    const auto thanks = std::make_shared<Effects>();
    site.swallow = [thanks](const core::Event& event) {
        const auto* sip = std::get_if<core::SipReceived>(&event);
        const auto answer = message_in(event);
        if (sip == nullptr || !answers_an_invite(answer, 200)) return false;
        Message ack;
        ack.method = "ACK";
        ack.uri = "sip:planted@192.0.2.1";
        ack.headers = answer->headers;
        ack.set("CSeq", "1 ACK");
        thanks->emplace_back(core::SendSip{sip->from, ack.text()});
        return false;
    };
    site.tamper = [thanks](Effects& effects) {
        std::erase_if(effects, [](const core::Effect& effect) {
            const std::string* octets = octets_in(effect);
            const bool ends = octets != nullptr && (octets->starts_with("CANCEL ") || octets->starts_with("BYE "));
            return ends;
        });
        std::move(thanks->begin(), thanks->end(), std::back_inserter(effects));
        thanks->clear();
    };
}

// Calls to groups of another home are let ring nowhere; members here whom another site rings are rung.
void leave_groups_to_lost_homes(Site& site) {
    const auto as_member = std::make_shared<std::set<std::string>>();  // Call-IDs
    const auto silencer = std::make_shared<Silencer>();
    site.swallow = [as_member](const core::Event& event) {
        const auto request = message_in(event);
        if (request && request->find("X-Innkeeper-Hunt") != nullptr) as_member->insert(*request->find("Call-ID"));
        return false;
    };
    site.tamper = [&site, as_member, silencer](Effects& effects) {
        std::erase_if(effects, [&](const core::Effect& effect) {
            const std::string* octets = octets_in(effect);
            const auto request = octets != nullptr ? Message::parse(*octets) : Message::parse("");
            const std::string* diverted = request ? request->find("Diversion") : nullptr;
            const bool of_another = diverted != nullptr && !as_member->contains(*request->find("Call-ID")) &&
                                    (*diverted)[diverted->find("sip:") + 4] != site.name().text[0];
            return silencer->silences(effect, of_another);
        });
    };
}

void refuse_without_a_reason(Site& site) {
    site.tamper = [](Effects& effects) {
        for (core::Effect& effect : effects)
            if (auto* sip = std::get_if<core::SendSip>(&effect))
                for (const std::string_view reason : {"480 No Member Answered", "486 All Members Busy"})
                    if (const auto at = sip->octets.find(reason); at == std::string("SIP/2.0 ").size())
                        sip->octets.replace(at, reason.size(), "500 Oh");
    };
}

}  // namespace innkeeper::sim
