#include "base/aor.h"

#include <algorithm>
#include <cctype>
#include "base/ascii.h"

namespace innkeeper::base {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_printable(char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) != 0x7f;
}

bool is_domain_octet(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' || c == '[' || c == ']' ||
           c == ':';
}

// Room for one AOR on its way to be one.
struct Draft {
    char octets[3 * Aor::longest + 1 + Aor::longest];
    std::size_t size = 0;
    void append(char octet) { octets[size++] = octet; }
};

// False on a broken escape or an octet that must not stand in a user part, so that no log line or row can be forged.
bool append_unescaped(std::string_view user, Draft& out) {
    for (std::size_t i = 0; i < user.size(); ++i) {
        char c = user[i];
        if (c == '%') {
            if (i + 2 >= user.size()) return false;
            const int high = hex_value(user[i + 1]);
            const int low = hex_value(user[i + 2]);
            if (high < 0 || low < 0) return false;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (!is_printable(c) || c == '@') return false;
        out.append(c);
    }
    return true;
}

std::string_view without_scheme(std::string_view uri) {
    for (const std::string_view scheme : {"sips:", "sip:"})
        if (uri.size() > scheme.size() && starts_ignoring_case(uri, scheme)) return uri.substr(scheme.size());
    return uri;
}

std::string_view without_port(std::string_view host) {
    if (!host.empty() && host.front() == '[') {
        const auto close = host.find(']');
        return close == std::string_view::npos ? std::string_view{} : host.substr(0, close + 1);
    }
    return host.substr(0, host.find(':'));
}

}  // namespace

Expected<Aor> Aor::from_parts(std::string_view user, std::string_view domain) {
    if (user.empty() || domain.empty())
        return error("an address of record needs a user and a domain, as in user@domain");
    if (user.size() > 3 * longest || domain.size() > longest)
        return error("an address of record has at most 255 octets");
    Draft draft;
    if (!append_unescaped(user, draft)) return error("an address of record has an unusable octet in its user part");
    draft.append('@');
    for (const char c : domain) {
        if (!is_domain_octet(c)) return error("an address of record has an unusable octet in its domain");
        draft.append(lower(c));
    }
    if (draft.size > longest) return error("an address of record has at most 255 octets");
    Aor aor;
    aor.text_ = std::string_view(draft.octets, draft.size);
    return aor;
}

Expected<Aor> Aor::parse(std::string_view uri) {
    const std::string_view address = without_scheme(uri);
    const auto at = address.rfind('@');
    if (at == std::string_view::npos) return error("an address of record needs a user and a domain, as in user@domain");
    std::string_view user = address.substr(0, at);
    std::string_view host = address.substr(at + 1);
    user = user.substr(0, user.find(':'));  // a password in a URI is no part of the address
    host = host.substr(0, host.find_first_of(";?"));
    return from_parts(user, without_port(host));
}

std::string_view Aor::user() const {
    return text().substr(0, text().rfind('@'));
}

std::string_view Aor::domain() const {
    const auto at = text().rfind('@');
    return at == std::string_view::npos ? std::string_view{} : text().substr(at + 1);
}

}  // namespace innkeeper::base
