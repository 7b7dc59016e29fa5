#include "auth/credentials_header.h"

#include <charconv>

#include "auth/digest_parameters.h"
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
    DigestParameters parameters(header);
    CredentialsReader reader;
    while (const auto parameter = parameters.next()) reader.take(parameter->name, parameter->value);
    return parameters.sound() ? reader.finish() : std::nullopt;
}

}  // namespace innkeeper::auth
