#include "sip/request_server.h"

#include <sofia-sip/sip.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>

#include "calls/header_fields.h"
#include "host/clock.h"
#include "sip/answer_writer.h"
#include "sip/parsed_message.h"

namespace innkeeper::sip {
namespace {

bool answerable(const sip_t& message) {
    return message.sip_via != nullptr && message.sip_via->v_host != nullptr && message.sip_from != nullptr &&
           message.sip_to != nullptr && message.sip_call_id != nullptr && message.sip_cseq != nullptr;
}

// RFC 3261 section 7.2: nobody could have meant a message whose body is shorter than announced.
bool body_is_whole(const sip_t& message) {
    if (message.sip_content_length == nullptr) return true;
    const std::uint64_t present = message.sip_payload != nullptr ? message.sip_payload->pl_len : 0;
    return message.sip_content_length->l_length <= present;
}

std::uint64_t mix(std::uint64_t hash, const char* text) {
    for (; text != nullptr && *text != '\0'; ++text)
        hash = (hash ^ static_cast<unsigned char>(*text)) * 0x100000001b3u;  // FNV-1a
    return hash;
}

std::uint64_t random_seed() {
    std::uint64_t seed = 0;
    [[maybe_unused]] const auto got = getrandom(&seed, sizeof seed, 0);
    return seed;
}

// RFC 3261 section 7.1: single blanks between method, URI and version, none elsewhere; the parser takes more.
bool blanks_are_sound(std::string_view message) {
    const auto line = message.substr(0, message.find_first_of("\r\n"));
    return std::count(line.begin(), line.end(), ' ') == 2 && line.find('\t') == std::string_view::npos;
}

bool is_scheme(const char* text) {
    return text != nullptr && std::isalpha(static_cast<unsigned char>(*text)) != 0;
}

// A request whose first line the parser refuses, with a line that it takes instead: the answer does not need the first
// line. Empty: it does not even look like a request of this protocol.
std::string with_a_sound_request_line(std::string_view message) {
    constexpr std::string_view version = " SIP/2.0";
    const auto end = message.find("\r\n");
    if (end == std::string_view::npos || end < version.size()) return {};
    if (message.substr(0, 4) == "SIP/" || message.substr(0, 4) == "ACK ") return {};  // these are never answered
    if (message.substr(end - version.size(), version.size()) != version) return {};
    return "OPTIONS sip:invalid SIP/2.0" + std::string(message.substr(end));
}

// What this server answers itself: registrations, and probes of it that name nobody.
bool ends_here(const calls::Message& request) {
    if (request.method == "REGISTER") return true;
    return request.method == "OPTIONS" && request.uri.find('@') == std::string::npos &&
           request.find("Route") == nullptr && !calls::is_inside_dialog(request);
}

// All else belongs to calls, if it can be read there. Nothing: it ends here, or is malformed.
std::optional<calls::Message> of_calls(std::string_view octets) {
    if (octets.substr(0, 9) == "REGISTER ") return std::nullopt;
    auto message = calls::Message::parse(octets);
    if (!message || message->find("Via") == nullptr || message->find("CSeq") == nullptr) return std::nullopt;
    if (!message->is_request()) return std::move(*message);
    for (const std::string_view name : {"From", "To", "Call-ID"})
        if (message->find(name) == nullptr) return std::nullopt;
    if (ends_here(*message) || !message->find("CSeq")->ends_with(message->method)) return std::nullopt;
    return std::move(*message);
}

// R19: 2.5 octets out per octet in.
constexpr std::size_t most_octets_out(std::size_t octets_in) {
    return octets_in * 5 / 2;
}

}  // namespace

RequestServer::RequestServer(OnRegister on_register, OnOptions on_options, OnSip on_sip)
    : on_register_(std::move(on_register)),
      on_options_(std::move(on_options)),
      on_sip_(std::move(on_sip)),
      tag_seed_(random_seed()) {}

RequestServer::Served RequestServer::serve(std::string_view message, const base::Flow& source, std::span<char> room,
                                           Framing framing) {
    MessageCounters& count = counters_.of(source.transport);
    ++count.received;
    while (message.substr(0, 2) == "\r\n") message.remove_prefix(2);  // RFC 3261 section 7.5
    if (framing == Framing::whole) {
        if (auto of_call = of_calls(message)) {
            pass_on({source, std::move(*of_call)});
            return {};
        }
    }
    std::optional<ParsedMessage> parsed(std::in_place, message);
    const auto is_request = [&] { return parsed->sip() != nullptr && parsed->sip()->sip_request != nullptr; };
    if (!is_request()) {
        framing = Framing::broken;
        parsed.emplace(with_a_sound_request_line(message));
    }
    if (!is_request() || !answerable(*parsed->sip())) {
        ++count.malformed;
        return {};
    }
    const sip_t* sip = parsed->sip();
    Exchange exchange{*sip, source, room, message, base::RequestId{++last_id_}, {}};
    current_ = &exchange;
    dispatch(exchange, parsed->sound() && blanks_are_sound(message) && framing == Framing::whole);
    current_ = nullptr;
    if (!exchange.served.answer.empty()) ++count.answered;
    return exchange.served;
}

void RequestServer::pass_on(core::SipReceived received) {
    const calls::Message& message = received.message;
    if (on_answer_ && !message.is_request() && message.find("CSeq")->ends_with("OPTIONS"))
        if (const auto via = calls::Via::parse(*message.find("Via")); via && on_answer_(via->branch())) return;
    on_sip_(std::move(received));
}

std::optional<Rejection> RequestServer::protocol_fault(const sip_s& request, bool sound) {
    const sip_request_t& line = *request.sip_request;
    if (strcasecmp(line.rq_version, "SIP/2.0") != 0) return Rejection{505, "Version Not Supported"};
    if (!sound || !body_is_whole(request)) return Rejection{400, "Bad Request"};
    if (std::strcmp(line.rq_method_name, request.sip_cseq->cs_method_name) != 0)
        return Rejection{400, "CSeq Of Another Method"};
    if (!is_scheme(line.rq_url->url_scheme)) return Rejection{400, "Bad Request-URI"};
    if (line.rq_url->url_type != url_sip && line.rq_url->url_type != url_sips)
        return Rejection{416, "Unsupported URI Scheme"};
    return std::nullopt;
}

void RequestServer::dispatch(Exchange& exchange, bool sound) {
    const sip_t& request = exchange.request;
    const sip_request_t& line = *request.sip_request;
    const bool known = line.rq_method == sip_method_register ||
                       (line.rq_method == sip_method_options && line.rq_url->url_user == nullptr);
    auto fault = protocol_fault(request, sound);
    // What belongs to calls and could not be read there is malformed, whatever the parser makes of it.
    if (!fault && !known) fault = Rejection{400, "Bad Request"};
    if (line.rq_method == sip_method_ack && fault) {  // an ACK is never answered
        ++counters_.of(exchange.source.transport).malformed;
        return;
    }
    if (fault) {
        reject(exchange, *fault);
        return;
    }
    if (line.rq_method == sip_method_options) {
        const auto unknown = decoder_.unknown_requirements(request);
        if (!unknown.empty())
            reject(exchange, {420, "Bad Extension", unknown});
        else
            on_options_(decode_options(request, exchange.id, exchange.source));
        return;
    }
    const auto decoded = decoder_.decode(request, exchange.id, exchange.source);
    if (decoded)
        on_register_(*decoded);
    else
        reject(exchange, decoded.error());
}

void RequestServer::reject(Exchange& exchange, const Rejection& rejection) {
    if (rejection.status == 400) ++counters_.of(exchange.source.transport).malformed;
    core::Response response;
    response.to = exchange.id;
    response.status = rejection.status;
    response.phrase = rejection.phrase;
    response.unsupported = rejection.unsupported;
    write(exchange, response);
}

void RequestServer::answer(const core::Response& response) {
    if (current_ == nullptr || current_->id != response.to || !current_->served.answer.empty()) return;
    write(*current_, response);
}

void RequestServer::write(Exchange& exchange, const core::Response& response) {
    const AnswerFrame frame{exchange.request, exchange.source, to_tag(exchange.request), date()};
    const bool granted = response.status / 100 == 2 && exchange.request.sip_request->rq_method == sip_method_register;
    // A connection proves where it comes from, and so does a granted REGISTER, whose nonce was sent to this address.
    const bool source_is_proved = granted || exchange.source.transport != base::Transport::udp;
    const std::size_t most = source_is_proved ? exchange.room.size() : most_octets_out(exchange.message.size());
    auto text = write_answer(frame, response, Detail::full, exchange.room);
    if (text.size() > most) text = write_answer(frame, response, Detail::lean, exchange.room);
    if (text.empty() || text.size() > most) {
        ++counters_.of(exchange.source.transport).withheld;
        return;
    }
    exchange.served.answer = text;
    if (granted) {
        std::uint32_t longest = 0;
        for (const auto& contact : response.contacts) longest = std::max(longest, contact.expires);
        exchange.served.registered_for = std::chrono::seconds(longest);
    }
}

// RFC 3261 section 8.2.7: the same for a repeated request, different from what others give to it.
std::string_view RequestServer::to_tag(const sip_s& request) {
    auto hash = mix(tag_seed_, request.sip_call_id->i_id);
    hash = mix(hash, request.sip_from->a_tag);
    const auto end = std::to_chars(tag_, tag_ + sizeof tag_, hash, 16).ptr;
    return {tag_, static_cast<std::size_t>(end - tag_)};
}

std::string_view RequestServer::date() {
    const auto second = std::chrono::floor<std::chrono::seconds>(host::wall_now());
    if (second != date_second_ || date_length_ == 0) {
        date_second_ = second;
        const std::time_t when = std::chrono::system_clock::to_time_t(second);
        tm parts{};
        gmtime_r(&when, &parts);
        date_length_ = strftime(date_, sizeof date_, "%a, %d %b %Y %H:%M:%S GMT", &parts);  // no locale is set
    }
    return {date_, date_length_};
}

}  // namespace innkeeper::sip
