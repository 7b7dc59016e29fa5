#include "core/own_requests.h"

#include <utility>

#include "core/call_listeners.h"

namespace innkeeper::core {

void OwnRequests::begin(std::uint64_t seed) {
    seed_ = seed;
    calls::RequesterSettings settings;
    settings.seed = seed;
    requester_ = calls::Requester(settings);
}

calls::Message OwnRequests::make(std::string_view method, std::string uri, std::string_view from, std::string_view to) {
    const std::string unique = std::to_string(seed_) + "-" + std::to_string(++made_);
    calls::Message request;
    request.method = method;
    request.uri = std::move(uri);
    request.headers = {{"From", "<" + std::string(from) + ">;tag=ik" + std::to_string(made_)},
                       {"To", "<" + std::string(to) + ">"},
                       {"Call-ID", "ik" + unique + "@" + settings_.site.text},
                       {"CSeq", "1 " + std::string(method)}};
    return request;
}

bool OwnRequests::send(base::Instant now, calls::Message request, const calls::Hop& to, Purpose purpose, Effects& out,
                       base::Duration patience) {
    calls::RequesterEffects effects;
    const auto id = requester_.send(now, std::move(request), to, sent_by(settings_, to), effects, patience);
    if (!id) return false;
    purposes_.emplace(*id, std::move(purpose));
    carry_out(std::move(effects), out);
    return true;
}

bool OwnRequests::receive(base::Instant now, const calls::Message& answer, const calls::Hop& from, Effects& out) {
    calls::RequesterEffects effects;
    const bool ours = requester_.receive(now, answer, from, effects);
    carry_out(std::move(effects), out);
    return ours;
}

void OwnRequests::lost(const calls::Hop& hop, Effects& out) {
    calls::RequesterEffects effects;
    requester_.lost(hop, effects);
    carry_out(std::move(effects), out);
}

void OwnRequests::on_time(base::Instant now, Effects& out) {
    calls::RequesterEffects effects;
    requester_.on_time(now, effects);
    carry_out(std::move(effects), out);
}

void OwnRequests::carry_out(calls::RequesterEffects effects, Effects& out) {
    for (calls::RequesterEffect& effect : effects) {
        if (auto* transmit = std::get_if<calls::Transmit>(&effect)) {
            push_sip(std::move(*transmit), out);
        } else {
            auto& settled = std::get<calls::Settled>(effect);
            auto purpose = purposes_.extract(settled.id);
            settled_.push_back({std::move(purpose.mapped()), std::move(settled)});
        }
    }
}

}  // namespace innkeeper::core
