// The parts of a message that a proxy takes apart: SIP URIs (RFC 3261 section 19.1), name-addr with parameters (From,
// To, Contact, Route, Record-Route) and Via (section 20.42, RFC 3581). Values; text() writes what parse() read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"

namespace innkeeper::calls {

struct Parameter {
    std::string name;
    std::optional<std::string> value;  // as written, with its quotes
};

class Parameters {
public:
    // ";a;b=c", or nothing at all.
    static base::Expected<Parameters> parse(std::string_view text);
    // What parse() would say, and value() of what it would find, without keeping anything.
    static bool are_sound(std::string_view text);
    static std::string_view value_in(std::string_view text, std::string_view name);

    bool has(std::string_view name) const { return find(name) != nullptr; }
    std::string_view value(std::string_view name) const;  // empty: absent, or without a value
    void set(std::string_view name, std::optional<std::string> value);
    void remove(std::string_view name);
    std::string text() const;

private:
    const Parameter* find(std::string_view name) const;
    std::vector<Parameter> all_;
};

struct SipUri {
    bool secure = false;     // sips
    std::string user;        // as written, with a password if there is one
    std::string host;        // IPv6 in its brackets
    std::uint16_t port = 0;  // 0: none given
    Parameters parameters;
    std::string headers;  // behind the question mark

    static base::Expected<SipUri> parse(std::string_view text);
    std::string text() const;
};

// "sip:user@domain", with what must not stand in a user part escaped.
std::string uri_of(std::string_view user, std::string_view domain);

// A name-addr where it stands; the views are into what was read.
struct AddressView {
    std::string_view display;     // as written, with its quotes
    std::string_view uri;         // of any scheme
    std::string_view parameters;  // ";a;b=c"

    static base::Expected<AddressView> parse(std::string_view text);
    std::string_view tag() const { return Parameters::value_in(parameters, "tag"); }
};

// A name-addr to be changed.
struct NameAddr {
    std::string display;
    std::string uri;
    Parameters parameters;

    static base::Expected<NameAddr> parse(std::string_view text);
    std::string text() const;
    std::string_view tag() const { return parameters.value("tag"); }
};

struct Via {
    std::string transport;   // "UDP", "TCP", "TLS", ...
    std::string host;        // sent-by
    std::uint16_t port = 0;  // 0: none given
    Parameters parameters;

    static base::Expected<Via> parse(std::string_view text);
    std::string text() const;
    std::string sent_by() const;
    std::string_view branch() const { return parameters.value("branch"); }
};

struct CSeq {
    std::uint32_t number = 0;
    std::string method;

    static base::Expected<CSeq> parse(std::string_view text);
    std::string text() const;
};

}  // namespace innkeeper::calls
