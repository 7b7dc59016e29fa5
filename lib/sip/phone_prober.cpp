#include "sip/phone_prober.h"

#include <sys/random.h>

#include <array>
#include <utility>

#include "base/assert.h"
#include "core/limits.h"
#include "host/clock.h"
#include "sip/options_writer.h"

namespace innkeeper::sip {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration again_after = 300ms;
constexpr base::Duration late = 100ms;  // our own loop was: answers may wait in the sockets

}  // namespace

PhoneProber::PhoneProber(host::Loop& loop, ProbeCounters& counters, LocalEnd local_end, Send send, OnProbed on_probed)
    : loop_(loop),
      counters_(counters),
      local_end_(std::move(local_end)),
      send_(std::move(send)),
      on_probed_(std::move(on_probed)),
      timer_(loop, [this] { on_due(); }) {}

std::string PhoneProber::fresh_token() {
    std::array<std::uint8_t, 8> octets{};
    INNKEEPER_ASSERT(getrandom(octets.data(), octets.size(), 0) == static_cast<ssize_t>(octets.size()));
    std::string token;
    for (const std::uint8_t octet : octets) {
        token += "0123456789abcdef"[octet >> 4];
        token += "0123456789abcdef"[octet & 15];
    }
    return token;
}

void PhoneProber::probe(const core::ProbePhone& probe) {
    const std::string token = fresh_token();
    const base::Instant now = host::now();
    Asked asked{probe.probe, probe.flow, {}, now + core::Limits::phone_probe};
    std::array<char, 4096> room{};
    if (const auto local = local_end_(probe.flow))
        asked.question = write_options({probe.contact, probe.path, probe.flow.transport, *local, token}, room);
    if (asked.question.empty()) {
        ++counters_.flow_gone;
        return loop_.post([this, id = probe.probe] { on_probed_({id, false}); });
    }
    ++counters_.asked;
    send_(asked.flow, asked.question);
    asked_.emplace(token, std::move(asked));
    next_.emplace_back(now + again_after, token);
    arm();
}

bool PhoneProber::on_answer(std::string_view branch) {
    if (branch.substr(0, branch_cookie.size()) != branch_cookie) return false;
    const auto found = asked_.find(branch.substr(branch_cookie.size()));
    if (found == asked_.end()) return false;
    const base::ProbeId id = found->second.id;
    asked_.erase(found);
    ++counters_.answered;
    on_probed_({id, true});
    return true;
}

void PhoneProber::on_due() {
    while (!next_.empty() && next_.front().first <= host::now()) {
        const auto [due, token] = std::move(next_.front());
        next_.pop_front();
        const auto found = asked_.find(token);
        if (found == asked_.end()) continue;
        Asked& asked = found->second;
        const base::Instant now = host::now();
        if (now - due > late) asked.give_up += now - due;
        if (now < asked.give_up) {
            if (asked.flow.transport == base::Transport::udp) send_(asked.flow, asked.question);
            next_.emplace_back(now + again_after, token);
            continue;
        }
        const base::ProbeId id = asked.id;
        asked_.erase(found);
        ++counters_.timed_out;
        on_probed_({id, false});
    }
    arm();
}

void PhoneProber::arm() {
    if (!next_.empty()) timer_.arm(next_.front().first - host::now());
}

}  // namespace innkeeper::sip
