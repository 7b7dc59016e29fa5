// The AORs of phones that are in service here, registered with the first PBX on their behalf: Contact and Path lead
// here (RFC 3327), so that its calls to them come through us.
#include <algorithm>
#include <charconv>

#include "auth/challenge.h"
#include "calls/address_fields.h"
#include "core/call_listeners.h"
#include "core/gatekeeper_state.h"
#include "core/standby.h"

namespace innkeeper::core {
namespace {

constexpr std::size_t changes_per_turn = 1000;

std::optional<std::chrono::seconds> seconds_in(std::string_view text) {
    std::uint32_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() ? std::optional(std::chrono::seconds(value))
                                                                           : std::nullopt;
}

// What the PBX grants to our Contact (RFC 3261 section 10.2.4).
std::chrono::seconds granted_in(const calls::Message& answer, std::string_view our_contact) {
    for (const std::string_view entry : answer.all("Contact"))
        for (const std::string_view one : calls::split_list(entry)) {
            const auto contact = calls::NameAddr::parse(one);
            if (!contact || contact->uri != our_contact) continue;
            if (const auto expires = seconds_in(contact->parameters.value("expires"))) return *expires;
        }
    const std::string* header = answer.find("Expires");
    const auto expires = header != nullptr ? seconds_in(*header) : std::nullopt;
    return expires.value_or(Upstream::asked_for);
}

}  // namespace

bool Gatekeeper::State::registers_upstream() const {
    return settings_.calls.register_upstream && !settings_.calls.pbxs.empty();
}

// Whoever is in service is told by the log of changes, which knows of every way to come and to go.
void Gatekeeper::State::follow_registrations() {
    if (!registers_upstream()) return;
    const auto& changes = location_.changes();
    const bool incomplete = changes.latest() < upstream_seen_ || upstream_seen_ < changes.resumable_from();
    if (incomplete) {
        upstream_seen_ = {};
        for (const base::Aor& aor : upstream_.wanted()) {
            const LocationEntry* entry = location_.find(aor);
            if (entry == nullptr || !is_served(entry->bindings)) upstream_.release(now_, aor);
        }
    }
    upstream_seen_ = changes.visit_after(upstream_seen_, changes_per_turn,
                                         [this](const LocationEntry* entry, const base::Aor* gone) {
                                             if (entry != nullptr && is_served(entry->bindings))
                                                 upstream_.want(now_, *entry->aor);
                                             else
                                                 upstream_.release(now_, entry != nullptr ? *entry->aor : *gone);
                                         });
    while (const auto turn = upstream_.take_due(now_)) send_upstream(*turn, {});
}

void Gatekeeper::State::send_upstream(const Upstream::Turn& turn, std::string credentials) {
    const CallSettings::Pbx& pbx = settings_.calls.pbxs.front();
    const calls::Hop hop = calls::AddressHop{pbx.transport, pbx.endpoint};
    const CallSettings::Address* ours = listener_for(settings_, hop);
    if (ours == nullptr) return upstream_.failed(now_, turn.aor, "no listen of its transport", Upstream::after_refusal);
    const std::string who = uri_of(turn.aor);
    calls::Message request = own_requests_.make("REGISTER", "sip:" + std::string(turn.aor.domain()), who, who);
    request.set("Call-ID",
                "up" + std::to_string(epoch_.value) + "-" + std::to_string(turn.number) + "@" + settings_.site.text);
    request.set("CSeq", std::to_string(turn.cseq) + " REGISTER");
    request.set("Contact", "<" + contact_upstream(turn.aor, *ours) + ">");
    request.set("Path", "<" + uri_of(*ours) + ";lr>");
    request.set("Supported", "path");
    request.set("Expires", std::to_string(turn.leaving ? 0 : Upstream::asked_for.count()));
    const bool authorised = !credentials.empty();
    if (authorised) request.set("Authorization", std::move(credentials));
    if (!own_requests_.send(now_, std::move(request), hop, UpstreamRegister{turn.aor, authorised}, *out_))
        upstream_.failed(now_, turn.aor, "too many requests under way", Upstream::after_silence);
}

void Gatekeeper::State::settled(const UpstreamRegister& asked, const calls::Settled& outcome) {
    const calls::Message& answer = outcome.answer;
    const CallSettings::Pbx& pbx = settings_.calls.pbxs.front();
    const CallSettings::Address* ours = listener_for(settings_, calls::AddressHop{pbx.transport, pbx.endpoint});
    if (answer.status / 100 == 2)
        return upstream_.granted(now_, asked.aor, granted_in(answer, contact_upstream(asked.aor, *ours)));
    if (!outcome.answered) return upstream_.failed(now_, asked.aor, "no answer", Upstream::after_silence);
    const bool challenged = answer.status == 401 || answer.status == 407;
    if (challenged && !asked.authorised) {
        std::string credentials = credentials_upstream(asked.aor, answer);
        if (!credentials.empty()) return send_upstream(upstream_.again(asked.aor), std::move(credentials));
    }
    const std::string why = challenged ? (asked.authorised ? "it refuses the user's password"
                                                           : "it asks for a password of another realm or kind")
                                       : "it answers " + std::to_string(answer.status);
    announce(UpstreamRefused{asked.aor, why});
    upstream_.failed(now_, asked.aor, why, Upstream::after_refusal);
}

// In the user's name, with what the user's password has become; only in the realm for which that is. Empty: not ours to
// answer.
std::string Gatekeeper::State::credentials_upstream(const base::Aor& aor, const calls::Message& refusal) {
    const backup::UserRecord* record = identify(aor).record;
    if (record == nullptr) return {};
    const std::string uri = "sip:" + std::string(aor.domain());
    for (const std::string_view header :
         refusal.all(refusal.status == 401 ? "WWW-Authenticate" : "Proxy-Authenticate")) {
        const auto challenge = auth::read_challenge(header);
        if (!challenge || !calls::same_ignoring_case(challenge->realm, aor.domain())) continue;
        const std::string cnonce = std::to_string(salt()) + std::to_string(epoch_.value);
        std::string credentials = auth::answer(*challenge, aor.user(), "REGISTER", uri, cnonce, record->ha1);
        if (!credentials.empty()) return credentials;
    }
    return {};
}

// Ours, with the user in it. A user of another domain than the first carries that along.
std::string Gatekeeper::State::contact_upstream(const base::Aor& aor, const CallSettings::Address& ours) const {
    std::string uri = uri_of(ours);
    uri.insert(uri.find(':') + 1, user_of(aor) + "@");
    if (aor.domain() != settings_.matching.domains.front()) uri += ";domain=" + std::string(aor.domain());
    return uri;
}

}  // namespace innkeeper::core
