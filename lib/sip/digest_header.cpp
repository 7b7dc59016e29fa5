#include "sip/digest_header.h"

#include <sofia-sip/msg_types.h>

#include <optional>

#include "auth/credentials_header.h"
#include "base/ascii.h"

namespace innkeeper::sip {
namespace {

constexpr std::size_t most_credentials = 4;  // two algorithms of two realms; more is no phone

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

std::optional<auth::Credentials> read(const msg_auth_t& header, TextPool& pool) {
    auth::CredentialsReader reader;
    for (const msg_param_t* param = header.au_params; param != nullptr && *param != nullptr; ++param) {
        const std::string_view whole(*param);
        const auto equals = whole.find('=');
        if (equals != std::string_view::npos)
            reader.take(whole.substr(0, equals), unquoted(whole.substr(equals + 1), pool));
    }
    return reader.finish();
}

}  // namespace

void read_credentials(const msg_auth_s* first, TextPool& pool, std::vector<auth::Credentials>& out) {
    for (const msg_auth_t* header = first; header != nullptr; header = header->au_next) {
        if (out.size() == most_credentials) return;
        if (header->au_scheme == nullptr || !base::same_ignoring_case(header->au_scheme, "Digest")) continue;
        if (auto credentials = read(*header, pool)) out.push_back(*credentials);
    }
}

}  // namespace innkeeper::sip
