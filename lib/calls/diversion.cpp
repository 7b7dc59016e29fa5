#include "calls/diversion.h"

#include <algorithm>

#include "calls/address_fields.h"

namespace innkeeper::calls {
namespace {

constexpr std::size_t most_entries = 20;  // of either header; earlier ones say nothing that is still of use

std::vector<std::string> entries_of(const Message& request, std::string_view header) {
    std::vector<std::string> entries;
    for (const std::string_view value : request.all(header))
        for (const std::string_view entry : split_list(value))
            if (entries.size() < most_entries) entries.emplace_back(entry);
    return entries;
}

std::string joined(const std::vector<std::string>& entries) {
    std::string text;
    for (const std::string& entry : entries) text += (text.empty() ? "" : ", ") + entry;
    return text;
}

// Index of the last entry (RFC 7044 section 10.3); "1" where nothing was said that can be gone on from.
std::string last_index(const std::vector<std::string>& history) {
    if (history.empty()) return {};
    const auto entry = AddressView::parse(history.back());
    const std::string index(entry ? Parameters::value_in(entry->parameters, "index") : std::string_view{});
    const bool sound =
        !index.empty() && index.size() <= 64 && index.find_first_not_of("0123456789.") == std::string::npos;
    return sound ? index : "1";
}

std::string with_cause(const std::string& target, std::uint16_t cause) {
    auto uri = SipUri::parse(target);
    if (!uri) return target;
    uri->parameters.set("cause", std::to_string(cause));
    return uri->text();
}

}  // namespace

std::vector<std::string> diverted_before(const Message& request) {
    std::vector<std::string> uris;
    for (const std::string& entry : entries_of(request, "Diversion"))
        if (const auto address = AddressView::parse(entry)) uris.emplace_back(address->uri);
    return uris;
}

std::vector<Header> diversion_headers(const Message& request, const std::vector<Diverted>& steps,
                                      const std::string& target) {
    std::vector<std::string> diversions = entries_of(request, "Diversion");
    std::vector<std::string> history = entries_of(request, "History-Info");
    std::string index = last_index(history);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Diverted& step = steps[i];
        diversions.insert(diversions.begin(),
                          "<" + step.uri + ">;reason=" + std::string(step.reason) + ";counter=1;privacy=off");
        if (i == 0) {  // the first says that it was tried; each later one was told of as the target of the one before
            index = index.empty() ? "1" : index + ".1";
            history.push_back("<" + step.uri + ">;index=" + index);
        }
        const std::string next = i + 1 < steps.size() ? steps[i + 1].uri : target;
        history.push_back("<" + with_cause(next, step.cause) + ">;index=" + index + ".1;mp=" + index);
        index += ".1";
    }
    return {{"Diversion", joined(diversions)}, {"History-Info", joined(history)}};
}

}  // namespace innkeeper::calls
