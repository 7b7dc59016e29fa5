// Site south with its user alice and a listener, which backs up north, whose users are nora and ned; west looks on.
#pragma once

#include <map>

#include "talk.h"

namespace gate {

inline base::Flow flow_at(const std::string& address, base::Transport transport = base::Transport::udp) {
    return {transport, 0, *base::Endpoint::parse(address), transport == base::Transport::udp ? 0U : 77U};
}

inline const std::string of_north = "Route: <sip:192.0.2.50:5060;transport=udp;lr;site=north>\r\n";
inline const std::string of_west = "Route: <sip:192.0.2.60:5060;transport=udp;lr;site=west>\r\n";

struct South : Gate {
    South() : Gate(with_listener()) {
        started().with_users({"alice"});
        feed(StateLoaded{});
        entrusted_by_north({"nora", "ned"});
        acknowledging = true;
        hear(north, Position{});
        beating = {north, west};
        link(west);
        pass(1s);
    }
    static Settings with_listener() {
        Settings settings = quick();
        settings.calls.listeners = {{base::Transport::udp, "192.0.2.1", 5060}};
        settings.calls.voicemail = *VoicemailServer::parse("sip:messages@192.0.2.30");
        return settings;
    }
    void lose_north() {
        link(north, LinkState::lost);
        beating = {west};
        pass(16s);
        REQUIRE(phase_of(north) == Phase::allowed);
    }
    void north_is_back() {
        link(north);
        beating = {north, west};
        pass(1s);
    }
    void enters(const std::string& name, const base::Flow& flow) {
        Phone phone(name);
        phone.request.source = flow;
        phone.request.call_id = name + std::to_string(++registrations);
        phone.request.contacts[0].uri = "sip:" + name + '@' + flow.remote.ip.text() +
                                        (flow.connection == 0 ? ':' + std::to_string(flow.remote.port) : "");
        REQUIRE(phone.call(*this).status == 200);
    }
    // A site tells that this phone is registered there.
    void tells_west(const std::string& name, const std::string& contact, base::SiteName home = {}) {
        tells(west, name, contact, std::move(home));
    }
    void tells_north(const std::string& name, const std::string& contact) { tells(north, name, contact, {}); }
    void tells(const base::SiteName& site, const std::string& name, const std::string& contact, base::SiteName home) {
        Changes page;
        page.epoch = heartbeat.epoch;
        page.after = told[site];
        page.restart = page.after.value == 0;
        page.complete = true;
        page.upto = told[site] = {page.after.value + 1};
        Binding binding;
        binding.contact = std::string_view(contact);
        binding.registered = now;
        binding.expires = binding.promised = now + 60s;
        page.registrations.push_back({aor(name), home, {binding}});
        hear(site, std::move(page));
    }
    std::uint64_t in_call() {
        for (const HomeStatus& home : status().homes)
            if (home.home == north) return home.in_call;
        return 0;
    }
    int registrations = 0;
    std::map<base::SiteName, base::Sequence> told;
};

inline const base::Flow noras = flow_at("192.0.2.11:5060"), neds = flow_at("192.0.2.12:5060");

}  // namespace gate
