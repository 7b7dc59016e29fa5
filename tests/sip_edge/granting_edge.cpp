#include "sip_edge/granting_edge.h"

#include <csignal>

namespace innkeeper::support {

GrantingEdge::GrantingEdge(std::vector<std::string_view> listeners, sip::PhoneEdgeSettings settings) {
    std::signal(SIGPIPE, SIG_IGN);
    for (const auto text : listeners) settings.listeners.push_back(*base::Listener::parse(text));
    edge = std::make_unique<sip::PhoneEdge>(
        loop, settings,
        [this](const core::RegisterRequest& request) {
            ++registers;
            sources.push_back(request.source);
            core::Response response;
            response.to = request.id;
            for (const auto& contact : request.contacts) {
                const auto expires = contact.expires.value_or(request.expires.value_or(300));
                if (expires != 0)
                    response.contacts.push_back({contact.uri, contact.instance, contact.reg_id, contact.q, expires});
            }
            edge->answer(response);
            if (!greeting.empty()) edge->send(request.source, greeting);
        },
        [this](const core::OptionsRequest& request) {
            ++options;
            core::Response response;
            response.to = request.id;
            edge->answer(response);
        },
        [this](const core::SipReceived& received) { passed.emplace_back(received.from, received.message.text()); },
        [this](const core::HopLost& gone) { lost.push_back(gone.hop); },
        [this](const core::PhoneProbed& report) { probed.push_back(report); });
}

}  // namespace innkeeper::support
