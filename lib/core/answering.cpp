// What a phone is told: the bindings it has, a challenge, or why not.
#include "core/gatekeeper_state.h"

namespace innkeeper::core {
namespace {

std::uint32_t seconds_left(base::Instant now, base::Instant expires) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(expires - now).count();
    return left > 0 ? static_cast<std::uint32_t>(left) : 0;
}

}  // namespace

void Gatekeeper::State::answer_with_bindings(const RegisterRequest& request, const LocationEntry& entry,
                                             bool outbound) {
    Response response;
    response.to = request.id;
    response.outbound = outbound;
    if (entry.stray) response.warning = "stray guest: its home serves but does not reach it";
    response.contacts.reserve(entry.bindings.size());
    for (const Binding& binding : entry.bindings)
        response.contacts.push_back(
            {binding.contact, binding.instance, binding.reg_id, binding.q, seconds_left(now_, binding.expires)});
    out_->push_back(Answer{std::move(response)});
}

void Gatekeeper::State::refuse(const RegisterRequest& request, Refusal refusal, Standing standing, const base::Aor& aor,
                               std::optional<std::chrono::seconds> wait) {
    const RefusalAnswer answer = answer_for(refusal);
    Response response;
    response.to = request.id;
    response.status = answer.status;
    response.phrase = answer.phrase;
    if (wait)
        response.retry_after = static_cast<std::uint32_t>(wait->count());
    else if (answer.status == 503)
        response.retry_after = retry_after(refusal, salt());
    if (refusal == Refusal::interval_too_brief)
        response.min_expires = static_cast<std::uint32_t>(settings_.expiry.min_expires.count());
    if (refusal == Refusal::unsupported_extension) response.unsupported = request.unsupported;
    out_->push_back(Answer{std::move(response)});
    announce(RegisterJudged{aor, request.source.remote.ip, standing, Verdict::refused, refusal});
}

void Gatekeeper::State::challenge(const RegisterRequest& request, const base::Aor& aor, std::string_view realm,
                                  bool stale, bool wrong) {
    Response response;
    response.to = request.id;
    response.status = 401;
    response.phrase = "Unauthorized";
    const LocationEntry* entry = location_.find(aor);
    const auth::ReplayWindow* used = entry == nullptr ? nullptr : &entry->replay;
    response.challenge = Challenge{realm, keyring_.issue(now_, aor, request.source.remote.ip, used), stale};
    out_->push_back(Answer{std::move(response)});
    announce(RegisterJudged{{},
                            request.source.remote.ip,
                            Standing::stranger,
                            wrong ? Verdict::refused : Verdict::challenged,
                            wrong ? std::optional(Refusal::wrong_credentials) : std::nullopt});
}

void Gatekeeper::State::on(OptionsRequest& request) {
    Response response;
    response.to = request.id;
    if (draining_ || !serving()) {
        response.status = 503;
        response.phrase = draining_ ? "In Maintenance" : "Not Ready";
        response.retry_after = retry_after(draining_ ? Refusal::draining : Refusal::users_not_loaded, salt());
    }
    out_->push_back(Answer{std::move(response)});
}

}  // namespace innkeeper::core
