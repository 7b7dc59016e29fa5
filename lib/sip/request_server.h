// The user agent server (RFC 3261 section 8.2) of the phone edge: one message in, at most one answer out, whatever it
// came over. Keeps no transaction: an answer depends on the request alone, so a repeated request gets it again.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/response.h"
#include "sip/edge_counters.h"
#include "sip/register_codec.h"
#include "sip/rejection.h"

struct sip_s;

namespace innkeeper::sip {

// What the transport found out about a message before anybody read it.
enum class Framing : std::uint8_t {
    whole,
    broken,  // where it ends cannot be told: 400, whatever it says
};

// One thread. The callbacks run inside serve() and must answer() before they return; a request that they leave
// unanswered is left to its sender to repeat.
class RequestServer {
public:
    using OnRegister = std::function<void(const core::RegisterRequest&)>;
    using OnOptions = std::function<void(const core::OptionsRequest&)>;
    using OnSip = std::function<void(core::SipReceived)>;  // whatever belongs to calls; needs no answer()

    RequestServer(OnRegister on_register, OnOptions on_options, OnSip on_sip);

    // Is shown the branch of each answer to an OPTIONS first; takes those to questions of the edge's own.
    using OnAnswer = std::function<bool(std::string_view branch)>;
    void show_answers_to(OnAnswer on_answer) { on_answer_ = std::move(on_answer); }

    static constexpr std::size_t longest_answer = 16 * 1024;
    struct Served {
        std::string_view answer;  // in the room that was given, of longest_answer; empty: silence
        // After a 2xx to a REGISTER: how long its longest binding lives; zero when none is left.
        std::optional<std::chrono::seconds> registered_for;
    };
    Served serve(std::string_view message, const base::Flow& source, std::span<char> room,
                 Framing framing = Framing::whole);

    // For the request that is being served; others are not known any more and ignored.
    void answer(const core::Response& response);

    EdgeCounters& counters() { return counters_; }
    const EdgeCounters& counters() const { return counters_; }

private:
    struct Exchange {
        const sip_s& request;
        const base::Flow& source;
        std::span<char> room;
        std::string_view message;
        base::RequestId id;
        Served served;
    };

    void pass_on(core::SipReceived received);
    void dispatch(Exchange& exchange, bool sound);
    std::optional<Rejection> protocol_fault(const sip_s& request, bool sound);
    void reject(Exchange& exchange, const Rejection& rejection);
    void write(Exchange& exchange, const core::Response& response);
    std::string_view to_tag(const sip_s& request);
    std::string_view date();

    OnRegister on_register_;
    OnOptions on_options_;
    OnSip on_sip_;
    OnAnswer on_answer_;
    RegisterDecoder decoder_;
    EdgeCounters counters_;
    Exchange* current_ = nullptr;
    std::uint64_t last_id_ = 0;
    std::uint64_t tag_seed_;  // random per run
    char tag_[16];
    std::chrono::sys_seconds date_second_{};
    char date_[32];
    std::size_t date_length_ = 0;
};

}  // namespace innkeeper::sip
