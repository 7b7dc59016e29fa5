#include "support/sip_text.h"

#include <strings.h>

#include <cstdlib>

namespace innkeeper::support {

std::string crlf(std::string_view text) {
    std::string out;
    for (const char octet : text) {
        if (octet == '\n') out += '\r';
        out += octet;
    }
    return out;
}

std::vector<std::string> headers(std::string_view message, std::string_view name) {
    std::vector<std::string> out;
    while (!message.empty()) {
        const auto end = message.find("\r\n");
        const auto line = message.substr(0, end);
        if (line.empty() || end == std::string_view::npos) break;
        if (line.size() > name.size() && line[name.size()] == ':' &&
            strncasecmp(line.data(), name.data(), name.size()) == 0) {
            const auto start = line.find_first_not_of(' ', name.size() + 1);
            out.emplace_back(start == std::string_view::npos ? std::string_view() : line.substr(start));
        }
        message.remove_prefix(end + 2);
    }
    return out;
}

std::string header(std::string_view message, std::string_view name) {
    const auto all = headers(message, name);
    return all.empty() ? std::string() : all.front();
}

int status_of(std::string_view answer) {
    if (answer.substr(0, 8) != "SIP/2.0 ") return 0;
    return std::atoi(std::string(answer.substr(8, 3)).c_str());
}

std::string RegisterText::text() const {
    return crlf(method + " " + request_uri + " SIP/2.0\nVia: " + via + "\nMax-Forwards: 70\nFrom: " + from +
                "\nTo: " + to + "\nCall-ID: " + call_id + "\nCSeq: " + cseq + "\nUser-Agent: Yealink SIP-T46S\n" +
                more + "Content-Length: " + content_length + "\n\n");
}

}  // namespace innkeeper::support
