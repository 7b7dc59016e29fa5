// What a phone is told: the bindings it has, a challenge, or why not.
#include "core/gatekeeper_state.h"
#include "core/standby.h"

namespace innkeeper::core {
namespace {

std::uint32_t seconds_left(base::Instant now, base::Instant expires) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(expires - now).count();
    return left > 0 ? static_cast<std::uint32_t>(left) : 0;
}

}  // namespace

// What a trace shows of a 200 that is no plain service at home (design decision 10).
std::string_view Gatekeeper::State::warning_of(const LocationEntry& entry) {
    const Peer* home = entry.guest_of.text.empty() || entry.bindings.empty() ? nullptr : find_peer(entry.guest_of);
    if (home == nullptr) return {};
    if (entry.stray) return stray_warning();
    return is_served(entry.bindings) ? guest_warning(home->failover.phase) : standby_warning();
}

void Gatekeeper::State::answer_with_bindings(const RegisterRequest& request, const LocationEntry& entry,
                                             bool outbound) {
    Response response;
    response.to = request.id;
    response.outbound = outbound;
    response.warning = warning_of(entry);
    response.contacts.reserve(entry.bindings.size());
    for (const Binding& binding : entry.bindings)
        response.contacts.push_back(
            {binding.contact, binding.instance, binding.reg_id, binding.q, seconds_left(now_, binding.expires)});
    out_->push_back(Answer{std::move(response)});
}

void Gatekeeper::State::refuse(const RegisterRequest& request, Refusal refusal, Standing standing, const base::Aor& aor,
                               std::optional<std::chrono::seconds> wait) {
    const std::uint64_t salted = salt();
    const auto seconds = wait ? static_cast<std::uint32_t>(wait->count()) : retry_after(refusal, salted);
    const PhoneAnswer answer = answer_for(settings_.phone_profiles.of(request.user_agent), refusal, seconds, salted);
    Response response;
    response.to = request.id;
    response.status = answer.status;
    response.phrase = answer.phrase;
    response.retry_after = answer.retry_after;
    response.headers = answer.headers;
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
    response.challenge = Challenge{realm, keyring_.issue(now_, aor, request.source.remote.ip, used), stale,
                                   settings_.phone_profiles.of(request.user_agent).md5_only};
    out_->push_back(Answer{std::move(response)});
    announce(RegisterJudged{{},
                            request.source.remote.ip,
                            Standing::stranger,
                            wrong ? Verdict::refused : Verdict::challenged,
                            wrong ? std::optional(Refusal::wrong_credentials) : std::nullopt});
}

}  // namespace innkeeper::core
