// The parameters of a header with scheme Digest (RFC 7616 section 3), of a challenge or of its answer. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace innkeeper::auth {

class DigestParameters {
public:
    explicit DigestParameters(std::string_view header);  // the whole value, scheme first
    struct Parameter {
        std::string_view name;
        std::string_view value;  // without its quotes; one with escapes is left empty, so that it proves nothing
    };
    // Until nothing. Views into the header.
    std::optional<Parameter> next();
    // False: another scheme, or what was left is no parameter.
    bool sound() const { return sound_; }

private:
    std::string_view rest_;
    bool sound_ = true;
};

}  // namespace innkeeper::auth
