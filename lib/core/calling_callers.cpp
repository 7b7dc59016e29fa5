// Calls: whose a URI is, and who calls.
#include <algorithm>

#include "auth/credentials_header.h"
#include "calls/header_fields.h"
#include "calls/identity.h"
#include "core/calling.h"

namespace innkeeper::core {
namespace {

using calls::Message;
using calls::SipUri;

bool is_anonymous(const Message& request) {
    const auto from = calls::address_in(request, "From");
    const auto uri = from ? SipUri::parse(from->uri) : base::Expected<SipUri>(base::error("no From"));
    return uri && calls::same_ignoring_case(uri->host, "anonymous.invalid");
}

}  // namespace

// Our addresses, our own Record-Route, and our domains.
bool Calling::is_ours(const SipUri& uri) const {
    if (uri.parameters.has("site")) return uri.parameters.value("site") == house_.settings.site.text;
    const auto& listeners = house_.settings.calls.listeners;
    const std::uint16_t port = uri.port == 0 ? static_cast<std::uint16_t>(uri.secure ? 5061 : 5060) : uri.port;
    return std::any_of(listeners.begin(), listeners.end(), [&](const CallSettings::Address& listener) {
        return (listener.port == port && calls::same_ignoring_case(listener.host, uri.host)) ||
               (!listener.name.empty() && calls::same_ignoring_case(listener.name, uri.host));
    });
}

// The user that a URI names, if it is of this network.
std::optional<base::Aor> Calling::aor_of(std::string_view uri) const {
    const auto parsed = SipUri::parse(uri);
    if (!parsed || parsed->user.empty()) return std::nullopt;
    const auto& domains = house_.settings.matching.domains;
    auto domain = std::find_if(domains.begin(), domains.end(),
                               [&](const std::string& one) { return calls::same_ignoring_case(one, parsed->host); });
    if (domain == domains.end() && !is_ours(*parsed)) return std::nullopt;
    // What we have registered with a PBX on a user's behalf (registering_upstream.cpp).
    const std::string_view named = parsed->parameters.value("domain");
    if (domain == domains.end())
        domain = std::find_if(domains.begin(), domains.end(),
                              [&](const std::string& one) { return calls::same_ignoring_case(one, named); });
    const std::string_view user = std::string_view(parsed->user).substr(0, parsed->user.find(':'));
    auto aor = base::Aor::from_parts(user, domain == domains.end() ? domains.front() : *domain);
    return aor ? std::optional(std::move(*aor)) : std::nullopt;
}

base::Aor Calling::aor_in(const Message& message, std::string_view header) const {
    const auto address = calls::address_in(message, header);
    const auto aor = address ? aor_of(address->uri) : std::nullopt;
    return aor.value_or(base::Aor{});
}

const backup::UserRecord* Calling::record_of(const base::Aor& aor) const {
    const backup::UserRecord* own = house_.directory.find(aor);
    return own != nullptr ? own : house_.vault.find(aor).record;
}

const CallSettings::Pbx* Calling::pbx_at(const calls::Hop& hop) const {
    const auto& pbxs = house_.settings.calls.pbxs;
    const auto found = std::find_if(pbxs.begin(), pbxs.end(), [&](const CallSettings::Pbx& pbx) {
        return calls::same_origin(hop, calls::AddressHop{pbx.transport, pbx.endpoint});
    });
    return found == pbxs.end() ? nullptr : &*found;
}

// The PBX whose address a Route shows.
const CallSettings::Pbx* Calling::pbx_named(const SipUri& uri) const {
    const auto ip = base::IpAddress::parse(uri.host);
    const auto& pbxs = house_.settings.calls.pbxs;
    const auto found = std::find_if(pbxs.begin(), pbxs.end(),
                                    [&](const CallSettings::Pbx& pbx) { return ip && *ip == pbx.endpoint.ip; });
    return found == pbxs.end() ? nullptr : &*found;
}

// Ours, or one that another site has named: it tells of messages that wait, also to that site's guests here.
bool Calling::is_voicemail(const calls::Hop& hop) const {
    const auto is_at = [&](const std::optional<VoicemailServer>& server) {
        return server && calls::same_origin(hop, calls::AddressHop{server->transport, server->endpoint});
    };
    if (is_at(house_.settings.calls.voicemail) || is_at(house_.settings.calls.voicemail_backup)) return true;
    return std::any_of(house_.peers.begin(), house_.peers.end(), [&](const auto& peer) {
        return is_at(peer.second.voicemail) || is_at(peer.second.voicemail_backup);
    });
}

CallOrigin Calling::origin_of(const calls::Hop& from) const {
    if (std::holds_alternative<calls::SiteHop>(from)) return CallOrigin::site;
    return pbx_at(from) != nullptr || is_voicemail(from) ? CallOrigin::pbx : CallOrigin::user;
}

// The user in From; of one that calls anonymously (RFC 3323 section 4.1) the one that it says it is to us. Inside a
// dialog the called side says in From whom the caller dialled: an extension or a hunt group. Then it is the user with
// that extension. Where nothing names a user it is the one whose phone speaks; that is a look at everybody.
base::Aor Calling::sender_of(const Message& request, const calls::Hop& from) {
    const bool anonymous = is_anonymous(request);
    const base::Aor aor = aor_in(request, anonymous ? "P-Preferred-Identity" : "From");
    const backup::UserRecord* record = record_of(aor);
    const bool is_user = record != nullptr && record->terminal != backup::TerminalKind::group;
    const bool may_be_another = anonymous || (!aor.empty() && calls::is_inside_dialog(request));
    if (is_user || !may_be_another) return aor;
    const base::Aor* user = house_.directory.find_extension(aor);
    if (user == nullptr) user = house_.vault.find_extension(aor);
    if (user != nullptr) return *user;
    base::Aor found = aor;
    if (!std::holds_alternative<base::Flow>(from) || !searches_.take(now_)) return found;
    house_.location.any_registered([&](const LocationEntry& entry) {
        const bool speaks = std::any_of(entry.bindings.begin(), entry.bindings.end(),
                                        [&](const Binding& binding) { return calls::Hop(binding.flow) == from; });
        if (speaks) found = *entry.aor;
        return speaks;
    });
    return found;
}

// In effect: of a guest those that were changed here.
std::string_view Calling::settings_of(const base::Aor& aor) const {
    if (const backup::UserRecord* own = house_.directory.find(aor)) return own->settings;
    const backup::Vault::Held held = house_.vault.find(aor);
    return held.settings != nullptr ? std::string_view(*held.settings) : std::string_view{};
}

// RFC 3325: who the caller is, from the record; never from the phone.
void Calling::vouch_for(Message& request, const backup::UserRecord& caller) const {
    const CallFeatures features = features_of(settings_of(caller.aor));
    std::string uri = calls::uri_of(caller.aor.user(), caller.aor.domain());
    if (!features.identity.empty())
        uri = features.identity.find('@') != std::string::npos ? "sip:" + features.identity
                                                               : calls::uri_of(features.identity, caller.aor.domain());
    request.set("P-Asserted-Identity", calls::identity_header(caller.display_name, uri));
}

// The user who speaks, by the password (RFC 3261 section 22.3); what it was proved with goes no further.
std::optional<base::Aor> Calling::prove(Message& request, const calls::Hop& from) {
    const auto* flow = std::get_if<base::Flow>(&from);
    if (flow == nullptr || request.find("Proxy-Authorization") == nullptr) return std::nullopt;
    const base::Aor aor = sender_of(request, from);
    if (aor.empty()) return std::nullopt;
    const backup::UserRecord* record = record_of(aor);
    if (record == nullptr || !record->enabled) return std::nullopt;
    for (const std::string_view header : request.all("Proxy-Authorization")) {
        const auto credentials = auth::read_credentials(header);
        if (!credentials || !calls::same_ignoring_case(credentials->realm, aor.domain())) continue;
        const auth::NonceCheck nonce =
            house_.keyring.check(now_, credentials->nonce, aor, flow->remote.ip, house_.settings.nonce_lifetime);
        if (nonce.state != auth::NonceState::good || credentials->username != aor.user()) continue;
        if (!auth::response_is_right(*credentials, request.method, record->ha1)) continue;
        if (!house_.location.obtain(aor).replay.accept(nonce.identity, credentials->nonce_count)) continue;
        request.remove("Proxy-Authorization");
        return aor;
    }
    return std::nullopt;
}

void Calling::challenge(calls::ContextId id, calls::ProxyEffects& more) {
    const Message& request = *proxy_.request(id);
    const auto* flow = std::get_if<base::Flow>(proxy_.origin(id));
    const base::Aor aor = sender_of(request, *proxy_.origin(id));
    // Nobody relays through us for strangers: who is not of this network is told nothing.
    if (flow == nullptr || aor.empty()) return proxy_.reject(id, 403, "Not A User Of This Network", {}, more);
    const LocationEntry* entry = house_.location.find(aor);
    const std::string nonce =
        house_.keyring.issue(now_, aor, flow->remote.ip, entry == nullptr ? nullptr : &entry->replay);
    std::vector<calls::Header> challenges;
    const auto offer = [&](std::string_view algorithm) {
        challenges.push_back({"Proxy-Authenticate", "Digest realm=\"" + std::string(aor.domain()) + "\", nonce=\"" +
                                                        nonce + "\", algorithm=" + std::string(algorithm) +
                                                        ", qop=\"auth\""});
    };
    offer("MD5");
    const std::string* user_agent = request.find("User-Agent");
    if (!house_.settings.phone_profiles.of(user_agent != nullptr ? *user_agent : "").md5_only) offer("SHA-256");
    proxy_.reject(id, 407, "Proxy Authentication Required", std::move(challenges), more);
}

}  // namespace innkeeper::core
