#include "sip/register_codec.h"

#include <sofia-sip/sip.h>
#include <sofia-sip/url.h>

#include <charconv>
#include <optional>

#include "base/ascii.h"
#include "core/limits.h"
#include "sip/digest_header.h"
#include "sip/wire_fields.h"

namespace innkeeper::sip {
namespace {

using core::Limits;

// One more than an AOR may have, and as many again to remove: what goes beyond is no phone.
constexpr std::size_t most_contacts = 2 * Limits::bindings_per_aor + 1;

std::string_view view(const char* text) {
    return text != nullptr ? std::string_view(text) : std::string_view();
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    return failed == std::errc{} && end == text.data() + text.size();
}

// qvalue (RFC 3261 section 25.1): "0" or "1" with up to three decimals, at most 1.
bool read_q(std::string_view text, std::uint16_t& out) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return false;
    if (text.size() > 1 && text[1] != '.') return false;
    std::uint16_t thousandths = text[0] == '1' ? 1000 : 0;
    std::uint16_t weight = 100;
    for (const char digit : text.substr(text.size() > 1 ? 2 : 1)) {
        if (digit < '0' || digit > '9') return false;
        thousandths = static_cast<std::uint16_t>(thousandths + (digit - '0') * weight);
        weight /= 10;
    }
    out = thousandths;
    return thousandths <= 1000;
}

bool is_sip(const url_t& url) {
    return (url.url_type == url_sip || url.url_type == url_sips) && url.url_host != nullptr && *url.url_host != '\0';
}

bool has_option(const msg_list_t* list, std::string_view option) {
    for (; list != nullptr; list = list->k_next)
        for (const msg_param_t* item = list->k_items; item != nullptr && *item != nullptr; ++item)
            if (base::same_ignoring_case(*item, option)) return true;
    return false;
}

// Contact parameters that sofia leaves as they are (RFC 5626 sections 4.1 and 4.2, and Cisco's).
const char* read_other_parameters(const sip_contact_t& contact, core::ContactRequest& out) {
    for (const msg_param_t* param = contact.m_params; param != nullptr && *param != nullptr; ++param) {
        const std::string_view whole(*param);
        const auto equals = whole.find('=');
        if (equals == std::string_view::npos) {
            if (base::same_ignoring_case(whole, "cisco-keep-alive")) out.keep_alive = true;
            continue;
        }
        const auto name = whole.substr(0, equals);
        const auto value = whole.substr(equals + 1);
        if (base::same_ignoring_case(name, "+sip.instance")) {
            if (value.size() < 4 || value.front() != '"' || value.back() != '"') return "Bad Instance Id";
            out.instance = value.substr(1, value.size() - 2);
            if (out.instance.size() > Limits::instance_octets) return "Instance Id Too Long";
        } else if (base::same_ignoring_case(name, "reg-id")) {
            if (!read_number(value, out.reg_id) || out.reg_id == 0) return "Bad Reg-Id";
        }
    }
    return nullptr;
}

const char* read_contact(const sip_contact_t& contact, TextPool& pool, core::ContactRequest& out) {
    if (!is_sip(*contact.m_url)) return "Contact Is Not A SIP URI";
    if (pool.rest().size() < Limits::contact_octets) return "Contact Too Long";
    WireWriter uri(pool.rest().first(Limits::contact_octets));
    write_url(uri, contact.m_url);
    if (uri.full()) return "Contact Too Long";
    out.uri = pool.keep(uri.text().size());
    if (contact.m_q != nullptr && !read_q(contact.m_q, out.q)) return "Bad q";
    if (contact.m_expires != nullptr) {
        std::uint32_t seconds = 0;
        if (!read_number(std::string_view(contact.m_expires), seconds)) return "Bad Expires";
        out.expires = seconds;
    }
    return read_other_parameters(contact, out);
}

// Most hosts are names: only what begins like an address is parsed.
std::optional<base::IpAddress> address_of(std::string_view host) {
    if (host.empty() || (host[0] != '[' && host.find_first_not_of("0123456789.") != std::string_view::npos))
        return std::nullopt;
    const auto address = base::IpAddress::parse(host);
    return address ? std::optional(*address) : std::nullopt;
}

}  // namespace

const char* RegisterDecoder::read_contacts(const sip_s& message, core::RegisterRequest& out) {
    for (const sip_contact_t* contact = message.sip_contact; contact != nullptr; contact = contact->m_next) {
        if (contact->m_url->url_type == url_any) {
            out.star = true;
            continue;
        }
        if (contacts_.size() == most_contacts) return "Too Many Contacts";
        if (const char* fault = read_contact(*contact, pool_, contacts_.emplace_back())) return fault;
    }
    // RFC 3261 section 10.2.2: the star stands alone and only with Expires: 0.
    if (out.star && (!contacts_.empty() || message.sip_contact->m_next != nullptr || out.expires != 0u))
        return "Star Must Stand Alone With Expires 0";
    out.contacts = contacts_;
    return nullptr;
}

const char* RegisterDecoder::read_path(const sip_s& message, core::RegisterRequest& out) {
    WireWriter text(pool_.rest().first(Limits::path_octets));
    for (const sip_path_t* path = message.sip_path; path != nullptr; path = path->r_next) {
        if (!is_sip(*path->r_url)) return "Bad Path";
        if (!text.text().empty()) text.own(", ");
        write_name_addr(text, path->r_display, path->r_url, path->r_params);
    }
    if (text.full()) return "Path Too Long";
    out.path = pool_.keep(text.text().size());
    return nullptr;
}

std::string_view RegisterDecoder::join_unknown_requirements(const sip_s& message) {
    WireWriter text(pool_.rest());
    for (const sip_require_t* list = message.sip_require; list != nullptr; list = list->k_next)
        for (const msg_param_t* item = list->k_items; item != nullptr && *item != nullptr; ++item) {
            if (base::same_ignoring_case(*item, "path") || base::same_ignoring_case(*item, "outbound")) continue;
            if (!text.text().empty()) text.own(", ");
            text.foreign(*item);
        }
    return pool_.keep(text.text().size());
}

std::string_view RegisterDecoder::unknown_requirements(const sip_s& message) {
    pool_.clear();
    return join_unknown_requirements(message);
}

core::OptionsRequest decode_options(const sip_s& message, base::RequestId id, const base::Flow& source) {
    core::OptionsRequest out;
    out.id = id;
    out.source = source;
    if (message.sip_user_agent != nullptr)
        out.user_agent = view(message.sip_user_agent->g_string).substr(0, Limits::user_agent_octets);
    const url_t& from = *message.sip_from->a_url;
    if (!is_sip(from)) return out;
    out.from_user = view(from.url_user);
    out.from_domain = view(from.url_host);
    out.from_domain_is_address = address_of(out.from_domain).has_value();
    return out;
}

base::Expected<core::RegisterRequest, Rejection> RegisterDecoder::decode(const sip_s& message, base::RequestId id,
                                                                         const base::Flow& source) {
    pool_.clear();
    contacts_.clear();
    credentials_.clear();
    const auto malformed = [](const char* phrase) { return base::Unexpected<Rejection>{{400, phrase}}; };

    core::RegisterRequest out;
    out.id = id;
    out.source = source;
    const url_t& to = *message.sip_to->a_url;
    if (!is_sip(to)) return malformed("To Is Not A SIP URI");
    out.to_user = view(to.url_user);
    out.to_domain = view(to.url_host);
    out.to_domain_is_address = address_of(out.to_domain).has_value();
    out.behind_nat = address_of(view(message.sip_via->v_host)) != source.remote.ip;
    out.call_id = view(message.sip_call_id->i_id);
    if (out.call_id.size() > Limits::call_id_octets) return malformed("Call-ID Too Long");
    out.cseq = message.sip_cseq->cs_seq;
    if (out.cseq > 0x7fffffffu) return malformed("CSeq Too Large");  // RFC 3261 section 8.1.1.5
    if (message.sip_user_agent != nullptr)
        out.user_agent = view(message.sip_user_agent->g_string).substr(0, Limits::user_agent_octets);
    out.supports_path = has_option(message.sip_supported, "path") || has_option(message.sip_require, "path");
    out.supports_outbound =
        has_option(message.sip_supported, "outbound") || has_option(message.sip_require, "outbound");
    if (message.sip_expires != nullptr) {
        const auto seconds = message.sip_expires->ex_delta;
        if (message.sip_expires->ex_date != 0 || seconds > 0xffffffffu) return malformed("Bad Expires");
        out.expires = static_cast<std::uint32_t>(seconds);
    }
    if (const char* fault = read_contacts(message, out)) return malformed(fault);
    if (const char* fault = read_path(message, out)) return malformed(fault);
    out.unsupported = join_unknown_requirements(message);
    read_credentials(message.sip_authorization, pool_, credentials_);
    out.credentials = credentials_;
    return out;
}

}  // namespace innkeeper::sip
