#include "calls/message.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace innkeeper::calls {
namespace {

constexpr std::string_view version = "SIP/2.0";
constexpr std::size_t usual_headers = 16;  // a kilobyte: what is larger costs the allocator more

// RFC 3261 section 20 and the extensions that pass here.
constexpr std::pair<char, std::string_view> compact_names[] = {
    {'i', "Call-ID"},
    {'m', "Contact"},
    {'e', "Content-Encoding"},
    {'l', "Content-Length"},
    {'c', "Content-Type"},
    {'f', "From"},
    {'s', "Subject"},
    {'k', "Supported"},
    {'t', "To"},
    {'v', "Via"},
    {'o', "Event"},
    {'r', "Refer-To"},
    {'b', "Referred-By"},
    {'u', "Allow-Events"},
    {'x', "Session-Expires"},
    {'a', "Accept-Contact"},
    {'j', "Reject-Contact"},
    {'d', "Request-Disposition"},
    {'y', "Identity"},
};

std::string_view long_name(std::string_view name) {
    if (name.size() != 1) return name;
    const char letter = base::lower(name.front());
    for (const auto& [compact, full] : compact_names)
        if (compact == letter) return full;
    return name;
}

bool is_list_of_entries(std::string_view name) {
    return same_ignoring_case(name, "Via") || same_ignoring_case(name, "Route") ||
           same_ignoring_case(name, "Record-Route");
}

bool has_control_octet(std::string_view text) {
    static constexpr auto control = [] {
        base::Octets octets("\x7f");
        for (char octet = 0; octet < ' '; ++octet)
            if (octet != '\t') octets.add(octet);
        return octets;
    }();
    return control.contains_any(text);
}

// The next line without its end; false: none is complete.
bool take_line(std::string_view& text, std::string_view& line) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return false;
    line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    text.remove_prefix(end + 1);
    return true;
}

// The next line belongs to the one before (RFC 3261 section 7.3.1).
bool continues(std::string_view text) {
    return !text.empty() && (text.front() == ' ' || text.front() == '\t');
}

bool read_start_line(std::string_view line, Message& message) {
    const auto first = line.find(' ');
    if (first == std::string_view::npos) return false;
    if (line.substr(0, first) == version) {
        const std::string_view rest = line.substr(first + 1);
        const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), message.status);
        const auto digits = static_cast<std::size_t>(parsed.ptr - rest.data());
        if (parsed.ec != std::errc{} || digits != 3 || message.status < 100 || message.status > 699) return false;
        if (rest.size() > digits && rest[digits] != ' ') return false;
        message.phrase = rest.size() > digits ? rest.substr(digits + 1) : std::string_view{};
        return true;
    }
    const auto second = line.find(' ', first + 1);
    if (second == std::string_view::npos || line.substr(second + 1) != version) return false;
    message.method = line.substr(0, first);
    message.uri = line.substr(first + 1, second - first - 1);
    return is_token(message.method) && !message.uri.empty();
}

base::Expected<bool> add_header(std::string_view line, Message& message) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return base::error("a header without a colon");
    const std::string_view name = trimmed(line.substr(0, colon));
    if (!is_token(name)) return base::error("a header name that is no token");
    const std::string_view value = trimmed(line.substr(colon + 1));
    const std::string_view full = long_name(name);
    if (is_list_of_entries(full)) {
        for (const std::string_view entry : split_list(value))
            message.headers.push_back({std::string(full), std::string(entry)});
    } else {
        message.headers.push_back({std::string(full), std::string(value)});
    }
    if (message.headers.size() > Message::most_headers) return base::error("too many headers");
    return true;
}

// Content-Length says how much of the rest is meant; without one all of it is (RFC 3261 section 18.3).
base::Expected<bool> take_body(std::string_view rest, Message& message) {
    if (const std::string* announced = message.find("Content-Length")) {
        std::size_t length = 0;
        const char* const end = announced->data() + announced->size();
        const auto parsed = std::from_chars(announced->data(), end, length);
        if (parsed.ec != std::errc{} || parsed.ptr != end) return base::error("a Content-Length that is no number");
        if (length > rest.size()) return base::error("a body shorter than announced");
        rest = rest.substr(0, length);
    }
    message.body = rest;
    message.remove("Content-Length");
    return true;
}

}  // namespace

bool is_token(std::string_view text) {
    static constexpr base::Octets octets("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~");
    return !text.empty() && octets.contains_all(text);
}

std::vector<std::string_view> split_list(std::string_view value) {
    std::vector<std::string_view> entries;
    bool quoted = false;
    bool bracketed = false;
    std::size_t start = 0;
    const auto take = [&](std::size_t end) {
        const std::string_view entry = trimmed(value.substr(start, end - start));
        if (!entry.empty()) entries.push_back(entry);
        start = end + 1;
    };
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (quoted && c == '\\')
            ++i;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '<' || c == '>'))
            bracketed = c == '<';
        else if (!quoted && !bracketed && c == ',')
            take(i);
    }
    take(value.size());
    return entries;
}

base::Expected<Message> Message::parse(std::string_view octets) {
    if (octets.size() > most_octets) return base::error("a message longer than 64 KiB");
    Message message;
    message.headers.reserve(usual_headers);
    std::string_view line;
    if (!take_line(octets, line) || has_control_octet(line) || !read_start_line(line, message))
        return base::error("a start line that is none");
    if (continues(octets)) return base::error("a folded line without a header");
    std::string folded;
    while (take_line(octets, line)) {
        if (has_control_octet(line)) return base::error("a control octet in a header");
        if (line.empty()) {
            if (auto taken = take_body(octets, message); !taken) return base::Unexpected{taken.error()};
            return message;
        }
        if (continues(octets)) {
            folded = line;
            while (continues(octets) && take_line(octets, line)) {
                if (has_control_octet(line)) return base::error("a control octet in a header");
                folded.append(" ").append(trimmed(line));
            }
            line = folded;
        }
        if (auto added = add_header(line, message); !added) return base::Unexpected{added.error()};
    }
    return base::error("no end of headers");
}

const std::string* Message::find(std::string_view name) const {
    for (const Header& header : headers)
        if (same_ignoring_case(header.name, name)) return &header.value;
    return nullptr;
}

std::vector<std::string_view> Message::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const Header& header : headers)
        if (same_ignoring_case(header.name, name)) values.push_back(header.value);
    return values;
}

void Message::set(std::string_view name, std::string value) {
    for (Header& header : headers) {
        if (!same_ignoring_case(header.name, name)) continue;
        header.value = std::move(value);
        return;
    }
    headers.push_back({std::string(name), std::move(value)});
}

void Message::prepend(std::string_view name, std::string value) {
    const auto before = std::find_if(headers.begin(), headers.end(),
                                     [&](const Header& header) { return same_ignoring_case(header.name, name); });
    headers.insert(before == headers.end() ? headers.begin() : before, Header{std::string(name), std::move(value)});
}

void Message::remove_first(std::string_view name) {
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [&](const Header& header) { return same_ignoring_case(header.name, name); });
    if (found != headers.end()) headers.erase(found);
}

void Message::remove(std::string_view name) {
    std::erase_if(headers, [&](const Header& header) { return same_ignoring_case(header.name, name); });
}

std::string Message::text() const {
    std::size_t size = 128 + method.size() + uri.size() + phrase.size() + body.size();
    for (const Header& header : headers) size += header.name.size() + header.value.size() + 4;
    std::string out;
    out.reserve(size);
    if (is_request())
        out.append(method).append(" ").append(uri).append(" ").append(version);
    else
        out.append(version).append(" ").append(std::to_string(status)).append(" ").append(phrase);
    out.append("\r\n");
    for (const Header& header : headers) out.append(header.name).append(": ").append(header.value).append("\r\n");
    out.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    return out;
}

}  // namespace innkeeper::calls
