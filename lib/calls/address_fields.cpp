#include "calls/address_fields.h"

#include <algorithm>
#include <charconv>

#include "calls/message.h"

namespace innkeeper::calls {
namespace {

constexpr std::size_t usual_parameters = 3;

template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return !text.empty() && parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
}

// "host", "host:port", "[v6]:port".
bool read_host_and_port(std::string_view text, std::string& host, std::uint16_t& port) {
    std::size_t end = text.find(':');
    if (!text.empty() && text.front() == '[') {
        const auto bracket = text.find(']');
        if (bracket == std::string_view::npos) return false;
        end = bracket + 1 < text.size() ? bracket + 1 : std::string_view::npos;
        if (end != std::string_view::npos && text[end] != ':') return false;
    }
    host = trimmed(text.substr(0, end));
    static constexpr base::Octets of_no_host(" \t<>\"");
    if (host.empty() || of_no_host.contains_any(host)) return false;
    return end == std::string_view::npos || (read_number(trimmed(text.substr(end + 1)), port) && port != 0);
}

std::string host_and_port(const std::string& host, std::uint16_t port) {
    return port == 0 ? host : host + ":" + std::to_string(port);
}

// Where the parameters begin: at the first semicolon outside of quotes.
std::size_t first_semicolon(std::string_view text) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (quoted && text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && text[i] == ';')
            return i;
    }
    return text.size();
}

// What is put behind it stays outside of its quotes.
bool is_closed(std::string_view value) {
    bool quoted = false;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (quoted && value[i] == '\\')
            ++i;
        else if (value[i] == '"')
            quoted = !quoted;
    }
    return !quoted;
}

struct ParameterView {
    std::string_view name;
    std::optional<std::string_view> value;
};

// Calls `take` with each parameter until it says false; the error says what is wrong with the next one.
template <class Take>
base::Expected<bool> each_parameter(std::string_view text, const Take& take) {
    text = trimmed(text);
    while (!text.empty()) {
        if (text.front() != ';') return base::error("parameters that do not begin with a semicolon");
        text.remove_prefix(1);
        const std::size_t end = first_semicolon(text);
        const std::string_view parameter = trimmed(text.substr(0, end));
        text.remove_prefix(end);
        if (parameter.empty()) continue;
        const auto equals = parameter.find('=');
        ParameterView one{trimmed(parameter.substr(0, equals)), std::nullopt};
        if (!is_token(one.name)) return base::error("a parameter whose name is no token");
        if (equals != std::string_view::npos) one.value = trimmed(parameter.substr(equals + 1));
        if (one.value && !is_closed(*one.value)) return base::error("a parameter with a quote that never ends");
        if (!take(one)) break;
    }
    return true;
}

}  // namespace

base::Expected<Parameters> Parameters::parse(std::string_view text) {
    Parameters parameters;
    const auto read = each_parameter(text, [&](const ParameterView& one) {
        if (parameters.all_.empty()) parameters.all_.reserve(usual_parameters);
        parameters.all_.push_back({std::string(one.name), std::nullopt});
        if (one.value) parameters.all_.back().value = std::string(*one.value);
        return true;
    });
    if (!read) return base::Unexpected{read.error()};
    return parameters;
}

std::string_view Parameters::value_in(std::string_view text, std::string_view name) {
    std::string_view value;
    const auto read = each_parameter(text, [&](const ParameterView& one) {
        const bool found = same_ignoring_case(one.name, name);
        if (found) value = one.value.value_or(std::string_view{});
        return !found;
    });
    return read ? value : std::string_view{};
}

bool Parameters::are_sound(std::string_view text) {
    return each_parameter(text, [](const ParameterView&) { return true; }).has_value();
}

const Parameter* Parameters::find(std::string_view name) const {
    const auto found = std::find_if(all_.begin(), all_.end(),
                                    [&](const Parameter& one) { return same_ignoring_case(one.name, name); });
    return found == all_.end() ? nullptr : &*found;
}

std::string_view Parameters::value(std::string_view name) const {
    const Parameter* found = find(name);
    return found != nullptr && found->value ? std::string_view(*found->value) : std::string_view{};
}

void Parameters::set(std::string_view name, std::optional<std::string> value) {
    for (Parameter& one : all_) {
        if (!same_ignoring_case(one.name, name)) continue;
        one.value = std::move(value);
        return;
    }
    all_.push_back({std::string(name), std::move(value)});
}

void Parameters::remove(std::string_view name) {
    std::erase_if(all_, [&](const Parameter& one) { return same_ignoring_case(one.name, name); });
}

std::string Parameters::text() const {
    std::string out;
    for (const Parameter& one : all_) {
        out.append(";").append(one.name);
        if (one.value) out.append("=").append(*one.value);
    }
    return out;
}

base::Expected<SipUri> SipUri::parse(std::string_view text) {
    SipUri uri;
    const auto colon = text.find(':');
    const std::string_view scheme = text.substr(0, colon);
    uri.secure = same_ignoring_case(scheme, "sips");
    if (colon == std::string_view::npos || (!uri.secure && !same_ignoring_case(scheme, "sip")))
        return base::error("a URI that is neither sip nor sips");
    text.remove_prefix(colon + 1);
    if (const auto at = text.find('@'); at != std::string_view::npos) {
        uri.user = text.substr(0, at);
        if (uri.user.empty()) return base::error("a URI with an empty user");
        text.remove_prefix(at + 1);
    }
    if (const auto question = text.find('?'); question != std::string_view::npos) {
        uri.headers = text.substr(question + 1);
        text = text.substr(0, question);
    }
    const std::size_t end = std::min(text.find(';'), text.size());
    auto parameters = Parameters::parse(text.substr(end));
    if (!parameters) return base::Unexpected{parameters.error()};
    uri.parameters = std::move(*parameters);
    if (!read_host_and_port(text.substr(0, end), uri.host, uri.port))
        return base::error("a URI whose host and port cannot be read");
    return uri;
}

std::string uri_of(std::string_view user, std::string_view domain) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text = "sip:";
    for (const char letter : user) {
        const bool plain = (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                           (letter >= 'A' && letter <= 'Z') ||
                           std::string_view("-_.!~*'()&=+$,;?/").find(letter) != std::string_view::npos;
        if (plain) {
            text += letter;
            continue;
        }
        text += '%';
        text += digits[static_cast<unsigned char>(letter) >> 4];
        text += digits[static_cast<unsigned char>(letter) & 15];
    }
    return text.append("@").append(domain);
}

std::string SipUri::text() const {
    std::string out = secure ? "sips:" : "sip:";
    if (!user.empty()) out.append(user).append("@");
    out.append(host_and_port(host, port)).append(parameters.text());
    if (!headers.empty()) out.append("?").append(headers);
    return out;
}

base::Expected<AddressView> AddressView::parse(std::string_view text) {
    static constexpr base::Octets of_no_uri("\"<> \t");
    AddressView address;
    text = trimmed(text);
    bool quoted = false;
    std::size_t open = std::string_view::npos;
    for (std::size_t i = 0; i < text.size() && open == std::string_view::npos; ++i) {
        if (quoted && text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && text[i] == '<')
            open = i;
    }
    if (open == std::string_view::npos) {
        // Without brackets what follows a semicolon belongs to the header, not to the URI (RFC 3261 section 20.10).
        const std::size_t end = first_semicolon(text);
        address.uri = trimmed(text.substr(0, end));
        address.parameters = text.substr(end);
    } else {
        const auto close = text.find('>', open);
        if (close == std::string_view::npos) return base::error("an address without its closing bracket");
        address.display = trimmed(text.substr(0, open));
        address.uri = trimmed(text.substr(open + 1, close - open - 1));
        address.parameters = text.substr(close + 1);
    }
    if (address.uri.empty() || of_no_uri.contains_any(address.uri))
        return base::error("an address without a sound URI");
    if (!Parameters::are_sound(address.parameters)) return base::error("an address whose parameters cannot be read");
    return address;
}

base::Expected<NameAddr> NameAddr::parse(std::string_view text) {
    const auto view = AddressView::parse(text);
    if (!view) return base::Unexpected{view.error()};
    return NameAddr{std::string(view->display), std::string(view->uri), *Parameters::parse(view->parameters)};
}

std::string NameAddr::text() const {
    return (display.empty() ? "" : display + " ") + "<" + uri + ">" + parameters.text();
}

base::Expected<Via> Via::parse(std::string_view text) {
    Via via;
    const std::size_t end = first_semicolon(text);
    // "SIP / 2.0 / UDP host:port": blanks may stand around the slashes.
    std::string_view rest = text.substr(0, end);
    for (const std::string_view expected : {"SIP", "2.0"}) {
        const auto slash = rest.find('/');
        if (slash == std::string_view::npos || !same_ignoring_case(trimmed(rest.substr(0, slash)), expected))
            return base::error("a Via of another protocol");
        rest.remove_prefix(slash + 1);
    }
    rest = trimmed(rest);
    const auto blank = rest.find_first_of(" \t");
    if (blank == std::string_view::npos) return base::error("a Via without sent-by");
    via.transport = rest.substr(0, blank);
    if (!read_host_and_port(trimmed(rest.substr(blank)), via.host, via.port))
        return base::error("a Via whose sent-by cannot be read");
    auto parameters = Parameters::parse(text.substr(end));
    if (!parameters) return base::Unexpected{parameters.error()};
    via.parameters = std::move(*parameters);
    return via;
}

std::string Via::sent_by() const {
    return host_and_port(host, port);
}

std::string Via::text() const {
    return "SIP/2.0/" + transport + " " + sent_by() + parameters.text();
}

base::Expected<CSeq> CSeq::parse(std::string_view text) {
    CSeq cseq;
    const auto blank = text.find_first_of(" \t");
    if (blank == std::string_view::npos || !read_number(text.substr(0, blank), cseq.number))
        return base::error("a CSeq without a number");
    cseq.method = trimmed(text.substr(blank));
    if (cseq.number > 0x7fffffff) return base::error("a CSeq above 2^31");
    return cseq;
}

std::string CSeq::text() const {
    return std::to_string(number) + " " + method;
}

}  // namespace innkeeper::calls
