#include "world/machines.h"

#include <utility>

#include "calls/forwarding.h"
#include "calls/header_fields.h"
#include "world/world.h"

namespace innkeeper::world {
namespace {

std::string user_in(const calls::Message& message, std::string_view header) {
    const auto address = calls::address_in(message, header);
    const auto uri = calls::SipUri::parse(address ? address->uri : "");
    return uri ? uri->user : std::string{};
}

}  // namespace

std::optional<std::string> answer_of_machine(const calls::Message& request, std::uint16_t status,
                                             const base::Endpoint& address) {
    if (request.method == "ACK") return std::nullopt;
    calls::Message answer = calls::make_answer(request, status, "Said", "machine");
    if (request.method == "INVITE" && status < 300) {
        for (const std::string_view entry : request.all("Record-Route"))
            answer.headers.push_back({"Record-Route", std::string(entry)});
        answer.headers.push_back({"Contact", "<sip:machine@" + address.text() + ">"});
    }
    return answer.text();
}

Voicemail::Voicemail(World& world, base::Endpoint address, Place place)
    : world_(world), address_(address), place_(std::move(place)) {
    const Act act(world_.inputs, [&] { return "voicemail " + address_.text() + " at " + place_; });
    world_.open_door(address_, {place_, [this](Site& from, const std::string& octets) { receive(from, octets); }});
}

void Voicemail::set_there(bool there) {
    const Act act(world_.inputs, [&] { return "voicemail " + address_.text() + (there ? " back" : " away"); });
    there_ = there;
}

std::vector<std::string> Voicemail::heard() {
    return std::exchange(heard_, {});
}

void Voicemail::receive(Site& from, const std::string& octets) {
    const auto request = calls::Message::parse(octets);
    if (!there_ || !request || !request->is_request()) return;
    if (request->method == "INVITE" && !calls::is_inside_dialog(*request)) {
        std::string line = user_in(*request, "From");
        if (const std::string* diversion = request->find("Diversion")) {
            const std::string reason = diversion->substr(diversion->find("reason=") + 7);
            line += " for " + user_in(*request, "Diversion") + ", " + reason.substr(0, reason.find(';'));
        }
        if (heard_.empty() || heard_.back() != line) heard_.push_back(std::move(line));
    }
    const auto answer = answer_of_machine(*request, 200, address_);
    const Place& there = from.name().text;
    if (!answer || !world_.network.open(place_, there)) return;
    world_.calendar.after(world_.network.delay(place_, there), [this, &from, answer = *answer] {
        from.receive_sip(base::Flow{base::Transport::udp, 0, address_, 0}, answer);
    });
}

}  // namespace innkeeper::world
