#include "auth/credentials_header.h"

#include <algorithm>
#include <charconv>
#include "base/ascii.h"

namespace innkeeper::auth {
namespace {

bool read_nonce_count(std::string_view text, Credentials& out) {
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out.nonce_count, 16);
    out.nonce_count_text = text;
    return text.size() == 8 && failed == std::errc{} && end == text.data() + text.size();
}

bool read_algorithm(std::string_view text, Credentials& out) {
    if (base::same_ignoring_case(text, "SHA-256")) {
        out.algorithm = Algorithm::sha256;
        return true;
    }
    return base::same_ignoring_case(text, "MD5");
}

void skip_blanks(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t,"), text.size()));
}

// The value up to the next comma, or what stands in quotes; takes it off.
std::string_view take_value(std::string_view& text) {
    if (text.empty() || text.front() != '"') {
        const std::string_view value = text.substr(0, text.find_first_of(", \t"));
        text.remove_prefix(value.size());
        return value;
    }
    std::size_t end = 1;
    bool escaped = false;
    while (end < text.size() && text[end] != '"') {
        if (text[end] == '\\') {
            escaped = true;
            ++end;
        }
        ++end;
    }
    end = std::min(end, text.size());
    const std::string_view value = text.substr(1, end - 1);
    text.remove_prefix(std::min(end + 1, text.size()));
    return escaped ? std::string_view{} : value;
}

}  // namespace

void CredentialsReader::take(std::string_view name, std::string_view value) {
    Credentials& out = credentials_;
    if (base::same_ignoring_case(name, "username"))
        out.username = value;
    else if (base::same_ignoring_case(name, "realm"))
        out.realm = value;
    else if (base::same_ignoring_case(name, "nonce"))
        out.nonce = value;
    else if (base::same_ignoring_case(name, "uri"))
        out.uri = value;
    else if (base::same_ignoring_case(name, "response"))
        out.response = value;
    else if (base::same_ignoring_case(name, "cnonce"))
        out.cnonce = value;
    else if (base::same_ignoring_case(name, "qop"))
        usable_ = usable_ && (out.qop_auth = base::same_ignoring_case(value, "auth"));
    else if (base::same_ignoring_case(name, "nc"))
        usable_ = usable_ && read_nonce_count(value, out);
    else if (base::same_ignoring_case(name, "algorithm"))
        usable_ = usable_ && read_algorithm(value, out);
}

std::optional<Credentials> CredentialsReader::finish() {
    if (!credentials_.qop_auth)
        credentials_.nonce_count = 0;
    else if (credentials_.nonce_count_text.empty() || credentials_.cnonce.empty())
        usable_ = false;  // RFC 7616 section 3.4
    return usable_ ? std::optional(credentials_) : std::nullopt;
}

std::optional<Credentials> read_credentials(std::string_view header) {
    constexpr std::string_view scheme = "Digest";
    skip_blanks(header);
    if (!base::same_ignoring_case(header.substr(0, scheme.size()), scheme)) return std::nullopt;
    header.remove_prefix(scheme.size());
    CredentialsReader reader;
    for (skip_blanks(header); !header.empty(); skip_blanks(header)) {
        const auto equals = header.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        std::string_view name = header.substr(0, equals);
        name = name.substr(0, name.find_last_not_of(" \t") + 1);
        header.remove_prefix(equals + 1);
        header.remove_prefix(std::min(header.find_first_not_of(" \t"), header.size()));
        reader.take(name, take_value(header));
    }
    return reader.finish();
}

}  // namespace innkeeper::auth
