// Calls through the whole gatekeeper: site south with its phones ann and bob, site north next to it.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "calls/message.h"
#include "gate.h"

namespace calls_house {

using namespace gate;

using calls::Message;

inline Settings with_listeners(std::size_t pbxs) {
    Settings settings = quick();
    settings.calls.listeners = {{base::Transport::udp, "192.0.2.1", 5060}, {base::Transport::tcp, "192.0.2.1", 5060}};
    settings.calls.pbxs = {{"main", base::Transport::udp, *base::Endpoint::parse("192.0.2.20:5060")},
                           {"spare", base::Transport::udp, *base::Endpoint::parse("192.0.2.21:5060")}};
    settings.calls.pbxs.resize(pbxs);
    return settings;
}

inline const calls::Hop pbx = calls::AddressHop{base::Transport::udp, *base::Endpoint::parse("192.0.2.20:5060")};
inline const calls::Hop spare_pbx = calls::AddressHop{base::Transport::udp, *base::Endpoint::parse("192.0.2.21:5060")};
inline const base::Flow pbx_speaks{base::Transport::udp, 0, *base::Endpoint::parse("192.0.2.20:5060"), 0};

struct Invite {
    std::string from = "ann";
    std::string to = "bob";
    std::string uri = {};  // else sip:TO@example.test
    std::string branch = "z9hG4bK-1";
    std::string method = "INVITE";
    std::string to_tag = {};
    std::string more = {};

    std::string text() const {
        const std::string target = uri.empty() ? "sip:" + to + "@example.test" : uri;
        return method + " " + target + " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5060;branch=" + branch +
               "\r\nMax-Forwards: 70\r\nFrom: <sip:" + from + "@example.test>;tag=a\r\nTo: <sip:" + to +
               "@example.test>" + (to_tag.empty() ? "" : ";tag=" + to_tag) + "\r\nCall-ID: c1\r\nCSeq: 1 " + method +
               "\r\nContact: <sip:" + from + "@192.0.2.7:5060>\r\n" + more + "\r\n";
    }
};

struct House : Gate {
    explicit House(std::size_t pbxs = 1) : Gate(with_listeners(pbxs)) {
        started().with_users({"ann", "bob"});
        link(north);
        beat(north);
    }
    void register_phone(const std::string& name) {
        Phone phone(name);
        REQUIRE(phone.call(*this).status == 200);
        flows[name] = phone.request.source;
    }
    void receive(const std::string& octets, const calls::Hop& from) { feed(SipReceived{from, *calls::Message::parse(octets)}); }
    // What the last step sent to phones and the PBX.
    std::vector<std::pair<calls::Hop, Message>> sips() const {
        std::vector<std::pair<calls::Hop, Message>> found;
        for (const Effect& effect : happened)
            if (const auto* send = std::get_if<SendSip>(&effect))
                found.emplace_back(send->to, *Message::parse(send->octets));
        return found;
    }
    std::optional<Message> sip_to(const calls::Hop& to, std::string_view method) const {
        for (const auto& [hop, message] : sips())
            if (hop == to && message.method == method) return message;
        return std::nullopt;
    }
    std::uint16_t status() const {
        std::uint16_t last = 0;
        for (const auto& [hop, message] : sips())
            if (!message.is_request()) last = message.status;
        return last;
    }
    // Ann's request with her password.
    void call_as(const std::string& name, Invite invite) {
        receive(invite.text(), flows.at(name));
        REQUIRE(status() == 407);
        const std::string challenge = *sips().back().second.find("Proxy-Authenticate");
        const auto start = challenge.find("nonce=\"") + 7;
        support::DigestSession session;
        session.take(support::domain, challenge.substr(start, challenge.find('"', start) - start));
        invite.branch += "-again";
        const std::string uri = invite.uri.empty() ? "sip:" + invite.to + "@example.test" : invite.uri;
        invite.more += "Proxy-Authorization: " +
                       session.header(name, auth::make_ha1(name, support::domain, name), invite.method, uri) + "\r\n";
        receive(invite.text(), flows.at(name));
    }
    // Two questions are refused; what follows from that adds up in `happened`.
    void goes_away(const calls::Hop& hop) {
        Effects all;
        for (int round = 0; round < 3; ++round) {
            feed(HopLost{hop});
            std::move(happened.begin(), happened.end(), std::back_inserter(all));
            happened.clear();
            pass(PbxWatch::interval_in_doubt);
            std::move(happened.begin(), happened.end(), std::back_inserter(all));
        }
        happened = std::move(all);
    }
    std::map<std::string, base::Flow> flows;
};

// What the phone that got `request` says, its To tag and its Contact with it.
inline Message said(const Message& request, std::uint16_t status, const std::string& tag) {
    Message answer;
    answer.status = status;
    answer.phrase = "Said";
    for (const calls::Header& header : request.headers)
        for (const std::string_view name : {"Via", "From", "To", "Call-ID", "CSeq", "Record-Route"})
            if (header.name == name) answer.headers.push_back(header);
    answer.set("To", *request.find("To") + ";tag=" + tag);
    answer.set("Contact", "<sip:bob@192.0.2.8>");
    return answer;
}

}  // namespace calls_house
