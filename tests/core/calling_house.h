// A gatekeeper that carries calls: site south with its phones and its PBX, north and west next to it. Whatever it sends
// is kept, so that a test can look for it and answer it.
#pragma once

#include <iterator>
#include <map>

#include "calls/message.h"
#include "gate.h"

namespace calling {

using namespace gate;

using calls::Message;

inline base::Endpoint endpoint(const std::string& text) {
    return *base::Endpoint::parse(text);
}

inline Settings with_calls(std::size_t pbxs = 1) {
    Settings settings = quick();
    settings.calls.listeners = {{base::Transport::udp, "192.0.2.1", 5060}, {base::Transport::tcp, "192.0.2.1", 5060}};
    settings.calls.pbxs = {{"main", base::Transport::udp, endpoint("192.0.2.20:5060")},
                           {"spare", base::Transport::udp, endpoint("192.0.2.21:5060")}};
    settings.calls.pbxs.resize(pbxs);
    return settings;
}

inline const calls::Hop pbx = calls::AddressHop{base::Transport::udp, endpoint("192.0.2.20:5060")};
inline const calls::Hop spare_pbx = calls::AddressHop{base::Transport::udp, endpoint("192.0.2.21:5060")};
inline const base::Flow pbx_speaks{base::Transport::udp, 0, endpoint("192.0.2.20:5060"), 0};
inline const calls::Hop at_north = calls::SiteHop{north}, at_west = calls::SiteHop{west};

struct Invite {
    std::string from = "ann";
    std::string to = "bob";
    std::string uri = {};  // else sip:TO@example.test
    std::string branch = "z9hG4bK-1";
    std::string method = "INVITE";
    std::string to_tag = {};
    std::string more = {};
    std::string call_id = "c1";

    std::string target() const { return uri.empty() ? "sip:" + to + "@example.test" : uri; }
    std::string text() const {
        return method + " " + target() + " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5060;branch=" + branch +
               "\r\nMax-Forwards: 70\r\nFrom: <sip:" + from + "@example.test>;tag=a\r\nTo: <sip:" + to +
               "@example.test>" + (to_tag.empty() ? "" : ";tag=" + to_tag) + "\r\nCall-ID: " + call_id +
               "\r\nCSeq: 1 " + method + "\r\nContact: <sip:" + from + "@192.0.2.7:5060>\r\n" + more + "\r\n";
    }
};

// What whoever got `request` says, with a To tag and a Contact.
inline Message said(const Message& request, std::uint16_t status, std::string_view tag) {
    Message answer;
    answer.status = status;
    answer.phrase = "Said";
    for (const calls::Header& header : request.headers)
        for (const std::string_view name : {"Via", "From", "To", "Call-ID", "CSeq", "Record-Route"})
            if (header.name == name) answer.headers.push_back(header);
    if (request.find("To")->find(";tag=") == std::string::npos)
        answer.set("To", *request.find("To") + ";tag=" + std::string(tag));
    answer.set("Contact", "<sip:bob@192.0.2.8>");
    return answer;
}

struct House : Gate {
    explicit House(std::size_t pbxs) : House(with_calls(pbxs)) {}
    explicit House(Settings settings = with_calls()) : Gate(std::move(settings)) {
        started().with_users({"ann", "bob"});
        link(north);
        beat(north);
    }
    void register_phone(const std::string& name, const std::string& user_agent = "Grandstream GXP2170") {
        Phone phone(name, user_agent);
        phone.request.source.remote = endpoint("192.0.2." + std::to_string(40 + flows.size()) + ":5060");
        REQUIRE(phone.call(*this).status == 200);
        flows[name] = phone.request.source;
    }
    // An own user with these settings, loaded anew.
    void set(const std::string& name, const std::string& settings, const std::string& extension = {}) {
        UsersChanged page;
        page.changed.push_back(user(name));
        page.changed.back().settings = settings;
        page.changed.back().extension = extension;
        feed(std::move(page));
    }
    void receive(const std::string& octets, const calls::Hop& from) {
        if (const auto* site = std::get_if<calls::SiteHop>(&from))
            hear(site->site, SipRelay{octets});
        else
            feed(SipReceived{from, *calls::Message::parse(octets)});
        collect();
    }
    void wait(base::Duration time) {
        pass(time);
        collect();
    }
    // What the last step sent to phones, the PBX and other sites.
    std::vector<std::pair<calls::Hop, Message>> sips() const {
        std::vector<std::pair<calls::Hop, Message>> found;
        for (const Effect& effect : happened) {
            if (const auto* send = std::get_if<SendSip>(&effect))
                found.emplace_back(send->to, *Message::parse(send->octets));
            if (const auto* send = std::get_if<SendToPeer>(&effect))
                if (const auto* relay = std::get_if<SipRelay>(&send->message))
                    found.emplace_back(calls::SiteHop{send->to}, *Message::parse(relay->octets));
        }
        return found;
    }
    std::optional<Message> sip_to(const calls::Hop& to, std::string_view method) const {
        for (const auto& [hop, message] : sips())
            if (hop == to && message.method == method) return message;
        return std::nullopt;
    }
    // The last answer that the last step sent.
    std::optional<Message> answer() const {
        std::optional<Message> last;
        for (auto& [hop, message] : sips())
            if (!message.is_request()) last = message;
        return last;
    }
    std::uint16_t status() const { return answer() ? answer()->status : std::uint16_t{0}; }
    std::string phrase() const { return answer() ? answer()->phrase : std::string{}; }
    // Whoever was sent the last request answers it.
    void say(const calls::Hop& who, std::uint16_t status, std::string_view tag = "b") {
        REQUIRE(asked.contains(who));
        receive(said(asked.at(who), status, tag).text(), who);
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
    // The user's request, with their password.
    void call_as(const std::string& name, Invite invite) {
        receive(proved(name, std::move(invite), name).text(), flows.at(name));
    }
    // The user's request, after it was asked for a password, with what this one makes of it.
    Invite proved(const std::string& name, Invite invite, const std::string& password) {
        invite.from = name;
        receive(invite.text(), flows.at(name));
        REQUIRE(status() == 407);
        const std::string challenge = *sips().back().second.find("Proxy-Authenticate");
        const auto start = challenge.find("nonce=\"") + 7;
        support::DigestSession session;
        session.take(support::domain, challenge.substr(start, challenge.find('"', start) - start));
        invite.branch += "-again";
        const auth::Ha1 ha1 = auth::make_ha1(name, support::domain, password);
        invite.more += "Proxy-Authorization: " + session.header(name, ha1, invite.method, invite.target()) + "\r\n";
        return invite;
    }
    // Every call is another one.
    void call(const std::string& from, const std::string& to, const std::string& more = {}) {
        Invite invite;
        invite.to = to;
        invite.more = more;
        invite.branch += "-" + std::to_string(++calls_made);
        invite.call_id = "call-" + std::to_string(calls_made);
        call_as(from, invite);
    }
    // North or west says that this user has a phone there.
    void registered_at(const base::SiteName& site, const std::string& name) {
        Changes page;
        page.epoch = {500};
        page.upto = {++told_by_others};
        page.restart = page.complete = true;
        Binding binding;
        binding.contact = std::string_view("sip:phone@192.0.2.9");
        binding.registered = now;
        binding.expires = binding.promised = now + 600s;
        page.registrations.push_back({aor(name), {}, {binding}});
        hear(site, std::move(page));
    }

    std::map<std::string, base::Flow> flows;
    std::map<calls::Hop, Message> asked;  // the last INVITE or other request to each

private:
    void collect() {
        for (auto& [hop, message] : sips())
            if (message.is_request() && message.method != "ACK" && message.method != "CANCEL")
                asked.insert_or_assign(hop, message);
    }
    std::size_t calls_made = 0;
    std::uint64_t told_by_others = 0;
};

}  // namespace calling
