#include "sip/stream_framer.h"

#include <charconv>
#include <optional>
#include "base/ascii.h"

namespace innkeeper::sip {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view ping = "\r\n\r\n";
constexpr std::string_view headers_end = "\r\n\r\n";

// Where the header that starts at `from` ends; a line that starts with a blank continues it.
std::size_t end_of_header(std::string_view headers, std::size_t from) {
    for (;;) {
        const auto end = headers.find(line_end, from);
        if (end == std::string_view::npos) return headers.size();
        const auto next = end + line_end.size();
        if (next >= headers.size() || (headers[next] != ' ' && headers[next] != '\t')) return end;
        from = next;
    }
}

// None unless the headers say it once, or the same several times.
std::optional<std::size_t> content_length(std::string_view headers) {
    std::optional<std::size_t> found;
    for (std::size_t start = 0; start < headers.size();) {
        const auto end = end_of_header(headers, start);
        const auto line = headers.substr(start, end - start);
        start = end + line_end.size();
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const auto name = base::trimmed(line.substr(0, colon));
        if (!base::same_ignoring_case(name, "Content-Length") && !base::same_ignoring_case(name, "l")) continue;
        const auto value = base::trimmed(line.substr(colon + 1));
        std::size_t length = 0;
        const auto [last, failed] = std::from_chars(value.data(), value.data() + value.size(), length);
        if (failed != std::errc{} || last != value.data() + value.size()) return std::nullopt;
        if (found && *found != length) return std::nullopt;
        found = length;
    }
    return found;
}

}  // namespace

void StreamFramer::feed(std::string_view octets) {
    buffer_.erase(0, consumed_);
    consumed_ = 0;
    buffer_.append(octets);
}

bool StreamFramer::in_message() const {
    return buffer_.find_first_not_of("\r\n", consumed_) != std::string::npos;
}

StreamFramer::Piece StreamFramer::next() {
    std::string_view rest = std::string_view(buffer_).substr(consumed_);
    if (rest.substr(0, ping.size()) == ping) {
        consumed_ += ping.size();
        return {Kind::ping, {}};
    }
    while (rest.size() > line_end.size() && rest.substr(0, line_end.size()) == line_end && rest[2] != '\r') {
        consumed_ += line_end.size();  // RFC 3261 section 7.5: line ends before a message mean nothing
        rest.remove_prefix(line_end.size());
    }
    if (rest.empty()) {
        std::string().swap(buffer_);  // an idle connection holds no memory here
        consumed_ = searched_ = 0;
        return {};
    }
    if (whole_ > rest.size()) return {};
    const auto end = rest.find(headers_end, searched_);
    if (end == std::string_view::npos) {
        searched_ = rest.size() < headers_end.size() ? 0 : rest.size() - headers_end.size() + 1;
        if (rest.size() >= longest_message) return {Kind::too_long, {}};
        return {};
    }
    const auto head = end + headers_end.size();
    searched_ = end;
    const auto body = content_length(rest.substr(0, end));
    if (!body) return {Kind::malformed, rest.substr(0, head)};
    if (head > longest_message || *body > longest_message - head) return {Kind::too_long, {}};
    whole_ = head + *body;
    if (rest.size() < whole_) return {};
    const auto message = rest.substr(0, whole_);
    consumed_ += whole_;
    searched_ = whole_ = 0;
    return {Kind::message, message};
}

}  // namespace innkeeper::sip
