// Requests inside and outside of dialogs, as a phone, a PBX or another site sends them to a gatekeeper, and a whole
// call to one of its phones.
#pragma once

#include "calls/forwarding.h"
#include "gate.h"

namespace gate {

// One request; `from` and `to` are users.
struct Said {
    std::string method = "INVITE";
    std::string from = "nora", from_tag = "a";
    std::string to = "ned", to_tag = {};
    std::string uri = {};   // else sip:TO@example.test
    std::string more = {};  // header lines, each with its end
    std::string call_id = "talk";
    std::uint32_t cseq = 1;
    std::string body = {};
    std::string from_host = "example.test";

    std::string target() const { return uri.empty() ? "sip:" + to + "@example.test" : uri; }
    std::string text() const {
        static int branches = 0;
        const auto address = [](const std::string& user, const std::string& host, const std::string& tag) {
            return "<sip:" + user + '@' + host + '>' + (tag.empty() ? "" : ";tag=" + tag);
        };
        return method + ' ' + target() + " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK-said-" +
               std::to_string(++branches) + "\r\nMax-Forwards: 70\r\nFrom: " + address(from, from_host, from_tag) +
               "\r\nTo: " + address(to, "example.test", to_tag) + "\r\nCall-ID: " + call_id +
               "\r\nCSeq: " + std::to_string(cseq) + ' ' + method + "\r\n" + more +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
};

using Sent = std::pair<calls::Hop, calls::Message>;

// What the last step sent, to phones and to sites.
inline std::vector<Sent> sips(const Gate& gate) {
    std::vector<Sent> found;
    for (const Effect& effect : gate.happened) {
        if (const auto* send = std::get_if<SendSip>(&effect))
            found.emplace_back(send->to, *calls::Message::parse(send->octets));
        else if (const auto* to_site = std::get_if<SendToPeer>(&effect))
            if (const auto* relay = std::get_if<SipRelay>(&to_site->message))
                found.emplace_back(calls::SiteHop{to_site->to}, *calls::Message::parse(relay->octets));
    }
    return found;
}

inline std::optional<Sent> sent(const Gate& gate, std::string_view method) {
    for (const Sent& one : sips(gate))
        if (one.second.method == method) return one;
    return std::nullopt;
}

inline std::uint16_t status(const Gate& gate) {  // of the last answer; 0: none
    std::uint16_t last = 0;
    for (const auto& [hop, message] : sips(gate))
        if (!message.is_request()) last = message.status;
    return last;
}

inline void say(Gate& gate, const std::string& octets, const calls::Hop& from) {
    if (const auto* site = std::get_if<calls::SiteHop>(&from))
        gate.hear(site->site, SipRelay{octets});
    else
        gate.feed(SipReceived{from, *calls::Message::parse(octets)});
}

// The request that was sent on is answered by whom it was sent to.
inline void answer(Gate& gate, const Sent& request, std::uint16_t status, std::string_view tag = "b",
                   const std::string& more = {}) {
    std::string octets = calls::make_answer(request.second, status, "Said", tag).text();
    octets.insert(octets.find("\r\n") + 2, more);
    say(gate, octets, request.first);
}

// As a phone whose password is its user's name; what the last step did is what became of it. `user`: else the one in
// From.
inline void say_with_password(Gate& gate, Said said, const base::Flow& from, std::string user = {}) {
    if (user.empty()) user = said.from;
    say(gate, said.text(), from);
    REQUIRE(status(gate) == 407);
    const std::string challenge = *sips(gate).back().second.find("Proxy-Authenticate");
    const auto start = challenge.find("nonce=\"") + 7;
    support::DigestSession session;
    session.take(support::domain, challenge.substr(start, challenge.find('"', start) - start));
    said.more += "Proxy-Authorization: " +
                 session.header(user, auth::make_ha1(user, support::domain, user), said.method, said.target()) + "\r\n";
    say(gate, said.text(), from);
}

// Somebody of west calls a phone here.
struct CallFromWest {
    CallFromWest(Gate& house, std::string to, std::string id) : gate(house), callee(std::move(to)), call_id(id) {}

    void begin() {
        Said invite{"INVITE", "wes", "a", callee, {}, {}, "Contact: <sip:wes@192.0.2.99>\r\n", call_id};
        say(gate, invite.text(), calls::SiteHop{west});
        const auto rings = sent(gate, "INVITE");
        REQUIRE(rings);
        if (contact.empty()) contact = rings->second.uri;
        answer(gate, *rings, 200, "b", "Contact: <" + contact + ">\r\n");
        REQUIRE(status(gate) == 200);
    }
    void end() {
        Said bye{"BYE", "wes", "a", callee, "b", contact, {}, call_id, 2};
        say(gate, bye.text(), calls::SiteHop{west});
        const auto rings = sent(gate, "BYE");
        REQUIRE(rings);
        answer(gate, *rings, 200);
        CHECK(status(gate) == 200);
    }

    Gate& gate;
    std::string callee;
    std::string call_id;
    std::string contact = {};  // of the phone; else the one that it registered
};

}  // namespace gate
