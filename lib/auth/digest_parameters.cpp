#include "auth/digest_parameters.h"

#include <algorithm>

#include "base/ascii.h"

namespace innkeeper::auth {
namespace {

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

DigestParameters::DigestParameters(std::string_view header) : rest_(header) {
    constexpr std::string_view scheme = "Digest";
    skip_blanks(rest_);
    sound_ = base::same_ignoring_case(rest_.substr(0, scheme.size()), scheme);
    rest_.remove_prefix(sound_ ? scheme.size() : rest_.size());
}

std::optional<DigestParameters::Parameter> DigestParameters::next() {
    skip_blanks(rest_);
    if (!sound_ || rest_.empty()) return std::nullopt;
    const auto equals = rest_.find('=');
    sound_ = equals != std::string_view::npos;
    if (!sound_) return std::nullopt;
    std::string_view name = rest_.substr(0, equals);
    name = name.substr(0, name.find_last_not_of(" \t") + 1);
    rest_.remove_prefix(equals + 1);
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size()));
    return Parameter{name, take_value(rest_)};
}

}  // namespace innkeeper::auth
