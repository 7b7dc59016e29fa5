#include "sip/digest_header.h"

#include <sofia-sip/msg_types.h>
#include <strings.h>

#include <charconv>
#include <optional>

namespace innkeeper::sip {
namespace {

constexpr std::size_t most_credentials = 4;  // two algorithms of two realms; more is no phone

bool same(std::string_view left, std::string_view right) {
    return left.size() == right.size() && strncasecmp(left.data(), right.data(), left.size()) == 0;
}

// The value without its quotes. Escapes are rare: only then a copy is made.
std::string_view unquoted(std::string_view value, TextPool& pool) {
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') return value;
    value = value.substr(1, value.size() - 2);
    if (value.find('\\') == std::string_view::npos) return value;
    const auto room = pool.rest();
    if (value.size() > room.size()) return {};
    std::size_t length = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\\' && i + 1 < value.size()) ++i;
        room[length++] = value[i];
    }
    return pool.keep(length);
}

bool read_nonce_count(std::string_view text, auth::Credentials& out) {
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out.nonce_count, 16);
    out.nonce_count_text = text;
    return text.size() == 8 && failed == std::errc{} && end == text.data() + text.size();
}

bool read_algorithm(std::string_view text, auth::Credentials& out) {
    if (same(text, "SHA-256")) {
        out.algorithm = auth::Algorithm::sha256;
        return true;
    }
    return same(text, "MD5");
}

std::optional<auth::Credentials> read(const msg_auth_t& header, TextPool& pool) {
    auth::Credentials out;
    bool usable = true;
    for (const msg_param_t* param = header.au_params; param != nullptr && *param != nullptr; ++param) {
        const std::string_view whole(*param);
        const auto equals = whole.find('=');
        if (equals == std::string_view::npos) continue;
        const auto name = whole.substr(0, equals);
        const auto value = unquoted(whole.substr(equals + 1), pool);
        if (same(name, "username"))
            out.username = value;
        else if (same(name, "realm"))
            out.realm = value;
        else if (same(name, "nonce"))
            out.nonce = value;
        else if (same(name, "uri"))
            out.uri = value;
        else if (same(name, "response"))
            out.response = value;
        else if (same(name, "cnonce"))
            out.cnonce = value;
        else if (same(name, "qop"))
            usable = usable && (out.qop_auth = same(value, "auth"));
        else if (same(name, "nc"))
            usable = usable && read_nonce_count(value, out);
        else if (same(name, "algorithm"))
            usable = usable && read_algorithm(value, out);
    }
    if (!out.qop_auth)
        out.nonce_count = 0;
    else if (out.nonce_count_text.empty() || out.cnonce.empty())
        usable = false;  // RFC 7616 section 3.4
    if (!usable) return std::nullopt;
    return out;
}

}  // namespace

void read_credentials(const msg_auth_s* first, TextPool& pool, std::vector<auth::Credentials>& out) {
    for (const msg_auth_t* header = first; header != nullptr; header = header->au_next) {
        if (out.size() == most_credentials) return;
        if (header->au_scheme == nullptr || !same(header->au_scheme, "Digest")) continue;
        if (auto credentials = read(*header, pool)) out.push_back(*credentials);
    }
}

}  // namespace innkeeper::sip
