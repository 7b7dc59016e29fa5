// Address of record, sip:user@domain (RFC 3261 section 6 and 10.3 step 5): what a phone registers, what calls are for.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "base/expected.h"
#include "base/text.h"

namespace innkeeper::base {

// Value type. Canonical: escapes in the user part undone, domain in lower case, no scheme, port, parameters or
// password, so that equal AORs have equal text. Made by parse only; a default one is empty and equals no parsed one.
class Aor {
public:
    static constexpr std::size_t longest = 255;  // octets of "user@domain"; longer ones are refused

    Aor() = default;
    // Accepts "sip:user@domain[...]", "sips:...", and bare "user@domain". Refuses control octets and empty parts.
    static Expected<Aor> parse(std::string_view uri);
    // From the parts of a URI that a SIP parser has already taken apart; `user` may carry %-escapes.
    static Expected<Aor> from_parts(std::string_view user, std::string_view domain);

    std::string_view text() const { return text_; }  // "user@domain"
    std::string_view user() const;
    std::string_view domain() const;
    bool empty() const { return text_.empty(); }

    auto operator<=>(const Aor&) const = default;

private:
    Text text_;
};

}  // namespace innkeeper::base

template <>
struct std::hash<innkeeper::base::Aor> {
    // Not noexcept: libstdc++ then keeps the hash beside each key instead of hashing neighbours again at every look-up.
    std::size_t operator()(const innkeeper::base::Aor& aor) const { return std::hash<std::string_view>{}(aor.text()); }
};
