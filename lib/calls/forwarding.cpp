#include "calls/forwarding.h"

#include <algorithm>
#include <charconv>

namespace innkeeper::calls {
namespace {

constexpr std::string_view cookie = "z9hG4bK";
constexpr std::string_view mark = "-ik-";  // between our branch's seed and the loop hash

std::uint64_t mix(std::uint64_t hash, std::string_view text) {
    for (const char octet : text) hash = (hash ^ static_cast<unsigned char>(octet)) * 0x100000001b3U;  // FNV-1a
    return (hash ^ 0xff) * 0x100000001b3U;
}

std::string hexadecimal(std::uint64_t value) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, 16).ptr;
    return {digits, static_cast<std::size_t>(end - digits)};
}

bool is_number(std::string_view text, std::uint32_t most) {
    std::uint32_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    return !text.empty() && parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() && value <= most;
}

bool is_zero(const std::string* value) {
    return value != nullptr && value->find_first_not_of('0') == std::string::npos;
}

std::string own_branch_start(std::uint64_t seed) {
    return std::string(cookie) + hexadecimal(seed) + std::string(mark);
}

std::optional<Fault> find_missing(const Message& request) {
    static constexpr std::string_view once[] = {"From", "To", "Call-ID", "CSeq", "Max-Forwards"};
    const auto count = [&](std::string_view name) {
        return std::count_if(request.headers.begin(), request.headers.end(),
                             [&](const Header& header) { return same_ignoring_case(header.name, name); });
    };
    if (request.find("Via") == nullptr) return Fault{400, "Missing Via", {}};
    for (const std::string_view name : once) {
        const auto times = count(name);
        if (times == 0 && name != "Max-Forwards") return Fault{400, "Missing " + std::string(name), {}};
        if (times > 1) return Fault{400, "More Than One " + std::string(name), {}};
    }
    for (const std::string_view name : {"From", "To"})
        if (!AddressView::parse(*request.find(name))) return Fault{400, "Bad " + std::string(name), {}};
    const auto cseq = CSeq::parse(*request.find("CSeq"));
    if (!cseq || cseq->method != request.method) return Fault{400, "Bad CSeq", {}};
    return std::nullopt;
}

}  // namespace

std::optional<Fault> find_fault(const Message& request) {
    if (auto missing = find_missing(request)) return missing;
    if (const std::string* hops = request.find("Max-Forwards"); hops != nullptr && !is_number(*hops, 255))
        return Fault{400, "Bad Max-Forwards", {}};
    else if (is_zero(hops))
        return Fault{483, "Too Many Hops", {}};
    if (const std::string* breadth = request.find("Max-Breadth"); breadth != nullptr && !is_number(*breadth, 65535))
        return Fault{400, "Bad Max-Breadth", {}};
    else if (is_zero(breadth))
        return Fault{440, "Max-Breadth Exceeded", {}};
    for (const std::string_view required : request.all("Proxy-Require"))
        if (!required.empty()) return Fault{420, "Bad Extension", std::string(required)};
    if (!SipUri::parse(request.uri))
        return request.uri.find(':') == std::string::npos ? Fault{400, "Bad Request-URI", {}}
                                                          : Fault{416, "Unsupported URI Scheme", {}};
    return std::nullopt;
}

bool take_own_routes(Message& request, const IsOurs& is_ours) {
    bool taken = false;
    if (const auto uri = SipUri::parse(request.uri); uri && uri->parameters.has("lr") && is_ours(*uri)) {
        const auto routes = request.all("Route");
        if (!routes.empty()) {
            if (const auto last = AddressView::parse(routes.back())) {
                request.uri = last->uri;
                const auto from_behind =
                    std::find_if(request.headers.rbegin(), request.headers.rend(),
                                 [](const Header& header) { return same_ignoring_case(header.name, "Route"); });
                request.headers.erase(std::next(from_behind).base());
                taken = true;
            }
        }
    }
    while (const std::string* top = request.find("Route")) {
        const auto entry = AddressView::parse(*top);
        const auto uri = entry ? SipUri::parse(entry->uri) : base::Expected<SipUri>(base::error("no address"));
        if (!uri || !is_ours(*uri)) break;
        request.remove_first("Route");
        taken = true;
    }
    return taken;
}

std::string loop_hash(const Message& request) {
    std::uint64_t hash = mix(0xcbf29ce484222325U, request.uri);
    for (const std::string_view name : {"From", "To", "Call-ID", "CSeq", "Proxy-Require", "Proxy-Authorization"})
        if (const std::string* value = request.find(name)) hash = mix(hash, *value);
    for (const std::string_view route : request.all("Route")) hash = mix(hash, route);
    std::string text = hexadecimal(hash & 0xffffffffU);
    return std::string(8 - text.size(), '0') + text;
}

std::string make_branch(std::string_view loop, std::uint64_t unique, std::uint64_t seed) {
    return own_branch_start(seed) + std::string(loop) + hexadecimal(unique);
}

bool is_loop(const Message& request, std::string_view loop, std::uint64_t seed) {
    const std::string start = own_branch_start(seed) + std::string(loop);
    for (const std::string_view entry : request.all("Via")) {
        if (entry.find(start) == std::string_view::npos) continue;
        const auto via = Via::parse(entry);
        if (via && via->branch().substr(0, start.size()) == start) return true;
    }
    return false;
}

void note_source(Message& request, Via via, const base::Endpoint& source) {
    const std::string ip = source.ip.text();
    const bool asks = via.parameters.has("rport");
    if (asks) via.parameters.set("rport", std::to_string(source.port));
    if (!asks && via.host == ip) return;
    via.parameters.set("received", ip);
    request.set("Via", via.text());
}

Message make_answer(const Message& request, std::uint16_t status, std::string_view phrase, std::string_view to_tag) {
    Message answer;
    answer.status = status;
    answer.phrase = phrase;
    for (const Header& header : request.headers)
        for (const std::string_view name : {"Via", "From", "To", "Call-ID", "CSeq"})
            if (same_ignoring_case(header.name, name)) answer.headers.push_back(header);
    if (status > 100) {
        const std::string* to = answer.find("To");
        if (auto address = to != nullptr ? NameAddr::parse(*to) : base::Expected<NameAddr>(base::error("no To"));
            address && address->tag().empty()) {
            address->parameters.set("tag", std::string(to_tag));
            answer.set("To", address->text());
        }
    } else if (const std::string* stamp = request.find("Timestamp")) {
        answer.headers.push_back({"Timestamp", *stamp});
    }
    return answer;
}

bool take_own_via(Message& answer, const Message& request) {
    answer.remove_first("Via");
    const auto left = answer.all("Via");
    if (left.empty()) return false;
    if (left == request.all("Via")) return true;
    answer.remove("Via");
    std::vector<Header> vias;
    for (const std::string_view entry : request.all("Via")) vias.push_back({"Via", std::string(entry)});
    answer.headers.insert(answer.headers.begin(), vias.begin(), vias.end());
    return true;
}

namespace {

// The skeleton that CANCEL and ACK share with the INVITE that was sent.
Message of_same_transaction(const Message& sent, std::string_view method) {
    Message request;
    request.method = method;
    request.uri = sent.uri;
    request.headers.push_back({"Via", *sent.find("Via")});
    for (const std::string_view route : sent.all("Route")) request.headers.push_back({"Route", std::string(route)});
    for (const std::string_view name : {"From", "To", "Call-ID"})
        request.headers.push_back({std::string(name), *sent.find(name)});
    auto cseq = CSeq::parse(*sent.find("CSeq"));
    cseq->method = method;
    request.headers.push_back({"CSeq", cseq->text()});
    request.headers.push_back({"Max-Forwards", std::to_string(usual_max_forwards)});
    return request;
}

}  // namespace

Message make_cancel(const Message& sent) {
    return of_same_transaction(sent, "CANCEL");
}

Message make_ack(const Message& sent, const Message& refusal) {
    Message ack = of_same_transaction(sent, "ACK");
    if (const std::string* to = refusal.find("To")) ack.set("To", *to);
    return ack;
}

}  // namespace innkeeper::calls
