#include "calls/identity.h"

#include <algorithm>

namespace innkeeper::calls {

void forget_claims(Message& request) {
    for (const std::string_view header :
         {"P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID", "Diversion", "History-Info"})
        request.remove(header);
}

bool wants_privacy(const Message& request) {
    for (const std::string_view value : request.all("Privacy")) {
        std::string_view rest = value;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(';'), rest.size());
            const std::string_view word = trimmed(rest.substr(0, end));
            for (const std::string_view asks : {"id", "user", "header"})
                if (same_ignoring_case(word, asks)) return true;
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return false;
}

std::string identity_header(std::string_view display, std::string_view uri) {
    std::string text;
    for (const char letter : display) {
        if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f) continue;
        if (letter == '"' || letter == '\\') text += '\\';
        text += letter;
    }
    if (!text.empty()) text = '"' + text + "\" ";
    return text + "<" + std::string(uri) + ">";
}

std::vector<Header> for_phones(const Message& request) {
    if (!wants_privacy(request)) return {};
    return {{"P-Asserted-Identity", {}}, {"Remote-Party-ID", {}}};
}

}  // namespace innkeeper::calls
