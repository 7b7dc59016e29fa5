#include "core/contact_uri.h"

#include <algorithm>
#include "base/ascii.h"

namespace innkeeper::core {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Takes one octet off the front. An escaped one equals its plain form, except where the plain form has a meaning in a
// URI.
int take_octet(std::string_view& text) {
    constexpr int escaped = 256;
    const auto plain = static_cast<unsigned char>(text.front());
    const int high = text.size() > 2 && plain == '%' ? hex_value(text[1]) : -1;
    const int low = high >= 0 ? hex_value(text[2]) : -1;
    text.remove_prefix(low >= 0 ? 3 : 1);
    if (low < 0) return plain;
    const int octet = high * 16 + low;
    return std::string_view(";/?:@&=+$,%").find(static_cast<char>(octet)) == std::string_view::npos ? octet
                                                                                                    : octet + escaped;
}

bool same_unescaped(std::string_view a, std::string_view b) {
    while (!a.empty() && !b.empty())
        if (take_octet(a) != take_octet(b)) return false;
    return a.empty() && b.empty();
}

struct Parts {
    std::string_view scheme, user, host, parameters, headers;
};

Parts take_apart(std::string_view uri) {
    Parts parts;
    const auto colon = uri.find(':');
    if (colon == std::string_view::npos) return {{}, {}, uri, {}, {}};
    parts.scheme = uri.substr(0, colon);
    uri.remove_prefix(colon + 1);
    if (const auto at = uri.find('@'); at != std::string_view::npos) {
        parts.user = uri.substr(0, at);
        uri.remove_prefix(at + 1);
    }
    if (const auto question = uri.find('?'); question != std::string_view::npos) {
        parts.headers = uri.substr(question + 1);
        uri = uri.substr(0, question);
    }
    const auto semicolon = uri.find(';');
    parts.host = uri.substr(0, semicolon);
    if (semicolon != std::string_view::npos) parts.parameters = uri.substr(semicolon + 1);
    return parts;
}

// Calls visit(name, value) for each parameter.
template <class Visit>
void each_parameter(std::string_view parameters, char separator, Visit visit) {
    while (!parameters.empty()) {
        const auto end = parameters.find(separator);
        const std::string_view parameter = parameters.substr(0, end);
        const auto equals = parameter.find('=');
        visit(parameter.substr(0, equals),
              equals == std::string_view::npos ? std::string_view{} : parameter.substr(equals + 1));
        if (end == std::string_view::npos) return;
        parameters.remove_prefix(end + 1);
    }
}

// Parameters that count when only one side has them; others are compared only where both have them.
bool matters_alone(std::string_view name) {
    for (const std::string_view special : {"user", "ttl", "method", "maddr", "transport"})
        if (base::same_ignoring_case(name, special)) return true;
    return false;
}

bool parameters_fit(std::string_view one, std::string_view other) {
    bool fit = true;
    each_parameter(one, ';', [&](std::string_view name, std::string_view value) {
        bool found = false;
        each_parameter(other, ';', [&](std::string_view other_name, std::string_view other_value) {
            if (!base::same_ignoring_case(name, other_name)) return;
            found = true;
            if (!base::same_ignoring_case(value, other_value)) fit = false;
        });
        if (!found && matters_alone(name)) fit = false;
    });
    return fit;
}

// Every header of one stands in the other, as often; their order does not matter.
bool same_headers(std::string_view one, std::string_view other) {
    if (one == other) return true;
    if (one.size() != other.size()) return false;
    bool same = true;
    each_parameter(one, '&', [&](std::string_view name, std::string_view value) {
        const auto times_in = [&](std::string_view headers) {
            std::size_t times = 0;
            each_parameter(headers, '&', [&](std::string_view other_name, std::string_view other_value) {
                if (base::same_ignoring_case(name, other_name) && value == other_value) ++times;
            });
            return times;
        };
        if (times_in(one) != times_in(other)) same = false;
    });
    return same;
}

}  // namespace

bool same_contact(std::string_view one, std::string_view other) {
    if (one == other) return true;
    const Parts a = take_apart(one);
    const Parts b = take_apart(other);
    return base::same_ignoring_case(a.scheme, b.scheme) && same_unescaped(a.user, b.user) &&
           base::same_ignoring_case(a.host, b.host) && same_headers(a.headers, b.headers) &&
           parameters_fit(a.parameters, b.parameters) && parameters_fit(b.parameters, a.parameters);
}

}  // namespace innkeeper::core
