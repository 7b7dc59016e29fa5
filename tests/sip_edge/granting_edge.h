// A phone edge on a loop of its own, in front of a core that grants what is asked.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/loop.h"
#include "sip/phone_edge.h"
#include "support/run_until.h"

namespace innkeeper::support {

struct GrantingEdge {
    host::Loop loop;
    std::unique_ptr<sip::PhoneEdge> edge;
    int registers = 0;
    int options = 0;
    std::vector<base::Flow> sources;  // of the REGISTERs
    std::vector<core::PhoneProbed> probed;
    std::vector<std::pair<calls::Hop, std::string>> passed;  // what belongs to calls
    std::vector<calls::Hop> lost;
    std::string greeting;  // sent to whoever has registered, when the answer has been given

    explicit GrantingEdge(std::vector<std::string_view> listeners, sip::PhoneEdgeSettings settings = {});

    base::Endpoint address(std::size_t listener = 0) const { return edge->listeners().at(listener).local; }
    const sip::EdgeCounters& counters() const { return edge->counters(); }

    template <class Phone>
    std::string answer_to(Phone& phone, std::string_view text) {
        phone.send(text);
        return next_answer(phone);
    }
    template <class Phone>
    std::string next_answer(Phone& phone) {
        std::string answer;
        run_until(loop, [&] {
            if (answer.empty()) answer = phone.receive();
            return !answer.empty();
        });
        return answer;
    }
    template <class Phone>
    bool is_closed(Phone& phone, base::Duration at_most = std::chrono::seconds(10)) {
        return run_until(
            loop, [&] { return phone.receive().empty() && phone.closed(); }, at_most);
    }
};

}  // namespace innkeeper::support
