// The spine (design section 5): owns the core and the edges, feeds events one at a time and performs the effects, one
// line each. Everything here runs on the loop's thread; the store's thread and the HTTP threads post or read snapshots.
#pragma once

#include <memory>
#include <optional>

#include "control/server.h"
#include "core/gatekeeper.h"
#include "daemon/options.h"
#include "host/kept_memory.h"
#include "host/log.h"
#include "host/loop.h"
#include "host/loop_lag.h"
#include "host/service.h"
#include "link/peer_links.h"
#include "metrics/metrics.h"
#include "sip/phone_edge.h"
#include "store/embedded_cluster.h"
#include "store/store.h"
#include "web/http_server.h"

namespace innkeeper::daemon {

class Runtime {
public:
    // Opens every edge. Throws std::runtime_error with one line for the operator when one cannot be opened.
    Runtime(host::Loop& loop, host::Log& log, const Options& options);
    ~Runtime();
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    // Tells the peers, which open at once, and writes what is not yet written; then the loop may stop.
    void shut_down();
    // New certificate files for the peers' links, without a restart (R21).
    void reload_certificates();

private:
    void feed(core::Event event);
    void perform(core::Answer& answer);
    void perform(core::SendSip& message);
    void perform(core::SendToPeer& message);
    void perform(core::RedialPeer& redial);
    void perform(core::ProbePhone& probe);
    void perform(core::WriteRow& write);
    void perform(core::KeepInMemory& keep);
    void perform(core::ReplyToOperator& reply);
    void perform(core::Announce& announcement);
    void arm();
    void on_deadline();
    void make_nonce_key();
    void take_census();
    void tell_time();
    void observe_self();
    void warn_of_certificate_end();
    void warn_of_dropped_records();
    metrics::RuntimeNumbers numbers() const;

    host::Loop& loop_;
    host::Log& log_;
    core::Gatekeeper gatekeeper_;
    core::Effects effects_;  // of the step under way; kept for its memory
    bool stepping_ = false;
    metrics::Metrics metrics_;

    host::Timer deadline_;
    base::Instant armed_for_;
    host::Timer key_rotation_;
    host::Timer census_;
    host::Timer self_;
    host::Watchdog watchdog_;
    host::LoopLag lag_;
    bool memory_locked_ = false;
    std::unique_ptr<host::KeptMemory> memory_;  // none: nobody keeps it for the next life
    int certificate_days_told_ = 366;
    std::uint64_t records_dropped_told_ = 0;
    std::optional<std::uint16_t> minute_told_;

    // Declared in the order in which they may be opened; closed in the reverse one, so that nothing posts to what is
    // gone.
    std::unique_ptr<store::EmbeddedCluster> cluster_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<link::PeerLinks> links_;
    std::unique_ptr<sip::PhoneEdge> phones_;
    std::unique_ptr<control::Server> control_;
    std::unique_ptr<web::HttpServer> web_;
};

}  // namespace innkeeper::daemon
