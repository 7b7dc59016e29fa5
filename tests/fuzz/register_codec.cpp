// Whatever octets arrive, over UDP or on a stream, in whatever pieces: nothing breaks, what reaches the core is within
// limits, and what is answered is sound SIP of bounded size (R12, R13, R19).
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/limits.h"
#include "sip/parsed_message.h"
#include "sip/request_server.h"
#include "sip/stream_framer.h"

using namespace innkeeper;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check(const core::RegisterRequest& request) {
    using core::Limits;
    require(request.call_id.size() <= Limits::call_id_octets);
    require(request.path.size() <= Limits::path_octets);
    require(request.user_agent.size() <= Limits::user_agent_octets);
    for (const auto& contact : request.contacts) {
        require(!contact.uri.empty() && contact.uri.size() <= Limits::contact_octets);
        require(contact.instance.size() <= Limits::instance_octets);
        require(contact.q <= 1000);
    }
    for (const auto& given : request.credentials)
        if (given.qop_auth) require(given.nonce_count_text.size() == 8 && !given.cnonce.empty());
}

struct Server {
    sip::RequestServer server;
    core::Response response;
    char room[16384];

    Server()
        : server(
              [this](const core::RegisterRequest& request) {
                  check(request);
                  response = {};
                  response.to = request.id;
                  if (request.credentials.empty()) {
                      response.status = 401;
                      response.phrase = "Unauthorized";
                      response.challenge = core::Challenge{"eco.test", "0123456789abcdef", false};
                  }
                  for (const auto& contact : request.contacts)
                      response.contacts.push_back(
                          {contact.uri, contact.instance, contact.reg_id, contact.q, contact.expires.value_or(60)});
                  server.answer(response);
              },
              [this](const core::OptionsRequest& request) {
                  response = {};
                  response.to = request.id;
                  server.answer(response);
              },
              [](const core::SipReceived&) {}) {}

    void serve(std::string_view message, base::Transport transport) {
        const base::Flow source{transport, 0, *base::Endpoint::parse("192.0.2.7:5062"), 1};
        const auto served = server.serve(message, source, room);
        if (served.answer.empty()) return;
        require(served.registered_for || transport != base::Transport::udp ||
                served.answer.size() * 2 <= message.size() * 5);
        require(served.answer.substr(0, 8) == "SIP/2.0 ");
        require(served.answer.find("\r\n\r\n") == served.answer.size() - 4);
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Server server;
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    server.serve(octets, base::Transport::udp);

    sip::StreamFramer framer;
    const std::size_t step = size == 0 ? 1 : 1 + data[0] % 97;
    for (std::size_t start = 0; start < size; start += step) {
        framer.feed(octets.substr(start, step));
        for (;;) {
            const auto piece = framer.next();
            if (piece.kind == sip::StreamFramer::Kind::message)
                server.serve(piece.text, base::Transport::tcp);
            else if (piece.kind == sip::StreamFramer::Kind::more)
                break;
            else if (piece.kind != sip::StreamFramer::Kind::ping)
                return 0;
        }
    }
    return 0;
}
