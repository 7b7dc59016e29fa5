// Octets of phones as PostgreSQL text, and back without loss. A database refuses NUL and broken UTF-8, and one row it
// refuses would hold up all others; so octets that are no text are written \xHH, and a backslash is doubled.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace innkeeper::store {

// UTF-8 without control octets: stored as it is, but for backslashes.
// Between the sentences of a failover's evidence, which never contain it.
inline const std::string evidence_separator = "; ";

bool is_printable(std::string_view octets);
std::string stored_text(std::string_view octets);
std::string octets_of(std::string_view stored);

// An array literal ({"...","..."}) of PostgreSQL, the parameter of an unnest(): one round trip for many rows.
class ArrayLiteral {
public:
    void add(std::string_view text);
    void add_null();
    template <class Number>
    void add_number(Number number) {
        add(std::to_string(number));
    }
    std::string text() const { return body_.empty() ? "{}" : body_ + '}'; }

private:
    void begin_element();
    std::string body_;  // without the closing brace; empty: no element yet
};

}  // namespace innkeeper::store
