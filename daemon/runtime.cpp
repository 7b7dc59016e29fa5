#include "daemon/runtime.h"

#include <stdexcept>
#include <utility>

#include "daemon/describe.h"
#include "daemon/nonce_key.h"
#include "daemon/readiness.h"
#include "daemon/version.h"
#include "host/clock.h"

namespace innkeeper::daemon {
namespace {

using namespace std::chrono_literals;

constexpr base::Duration nonce_key_life = 12h;  // each is good for one life more, as the older of two
constexpr base::Duration self_interval = 10s;
constexpr base::Duration farewell = 2s;  // for the last rows at shutdown, so that a stop stays a stop

metrics::TransportNumbers numbers_of(const sip::EdgeCounters& counters, base::Transport transport) {
    const sip::MessageCounters& messages = counters.of(transport);
    const sip::ConnectionCounters& streams = counters.streams(transport);
    metrics::TransportNumbers numbers;
    numbers.received = messages.received;
    numbers.answered = messages.answered;
    numbers.malformed = messages.malformed;
    numbers.oversized = messages.oversized;
    numbers.ignored = messages.ignored;
    numbers.withheld = messages.withheld;
    numbers.send_failed = messages.send_failed;
    numbers.accepted = streams.accepted;
    numbers.refused_per_source = streams.refused_per_source;
    numbers.refused_in_all = streams.refused_in_all;
    numbers.no_descriptor = streams.no_descriptor;
    numbers.handshake_failed = streams.handshake_failed;
    numbers.handshake_timed_out = streams.handshake_timed_out;
    numbers.message_timed_out = streams.message_timed_out;
    numbers.unregistered_timed_out = streams.unregistered_timed_out;
    numbers.open = streams.open;
    return numbers;
}

}  // namespace

Runtime::Runtime(host::Loop& loop, host::Log& log, const Options& options)
    : loop_(loop),
      log_(log),
      gatekeeper_(options.settings),
      metrics_(options.settings, version),
      deadline_(loop, [this] { on_deadline(); }),
      key_rotation_(loop, [this] { make_nonce_key(); }),
      census_(loop, [this] { take_census(); }),
      self_(loop, [this] { observe_self(); }),
      watchdog_(loop),
      lag_(loop,
           [this](base::Duration lag) {
               metrics_.observe_loop_lag(lag);
               feed(core::LoopLagMeasured{lag});
           }),
      memory_locked_(host::lock_memory()) {
    const auto started = std::chrono::duration_cast<std::chrono::seconds>(host::wall_now().time_since_epoch());
    feed(core::Started{static_cast<std::uint64_t>(started.count())});
    memory_ = host::KeptMemory::open();
    if (memory_) feed(core::MemoryFound{memory_->left_behind()});
    make_nonce_key();

    store::StoreSettings kept{.conninfo = options.database, .keep_calls = options.keep_calls};
    if (options.database.empty()) {
        auto cluster = store::EmbeddedCluster::open({options.state_directory, "", [&log](std::string line) {
                                                         log.write(host::Level::info, "postgresql", {{"line", line}});
                                                     }});
        if (!cluster) throw std::runtime_error(cluster.error().text);
        cluster_ = std::move(*cluster);
        kept.conninfo = store::EmbeddedCluster::conninfo(options.state_directory);
        kept.migrate = true;
    }
    store_ = std::make_unique<store::Store>(std::move(kept), [this](core::Event event) {
        auto shared = std::make_shared<core::Event>(std::move(event));  // std::function wants what can be copied
        loop_.post([this, shared] { feed(std::move(*shared)); });
    });
    if (options.peer_listen)
        links_ = std::make_unique<link::PeerLinks>(
            loop, link::LinkSettings{options.settings.site, *options.peer_listen, options.peers, options.tls}, log,
            [this](core::Event event) { feed(std::move(event)); });
    sip::PhoneEdgeSettings phones;
    phones.listeners = options.listen;
    phones.tls_certificate = options.tls.certificate;
    phones.tls_key = options.tls.key;
    phones.tls_ca = options.tls.ca;
    phones_ = std::make_unique<sip::PhoneEdge>(
        loop, phones, [this](const core::RegisterRequest& request) { feed(request); },
        [this](const core::OptionsRequest& request) { feed(request); },
        [this](core::SipReceived received) { feed(std::move(received)); },
        [this](const core::HopLost& lost) { feed(lost); }, [this](const core::PhoneProbed& probed) { feed(probed); });
    control_ = std::make_unique<control::Server>(loop, options.control_socket,
                                                 [this](const core::OperatorCommand& command) { feed(command); });
    if (options.http_listen)
        web_ = std::make_unique<web::HttpServer>(*options.http_listen, [this] { return metrics_.text(); });
    observe_self();
    take_census();
}

Runtime::~Runtime() = default;

void Runtime::feed(core::Event event) {
    INNKEEPER_ASSERT(!stepping_);  // an edge that fails at once posts; it never feeds from inside
    stepping_ = true;
    effects_.clear();
    gatekeeper_.step(host::now(), std::move(event), effects_);
    for (core::Effect& effect : effects_) std::visit([this](auto& what) { perform(what); }, effect);
    stepping_ = false;
    arm();
}

void Runtime::perform(core::Answer& answer) {
    phones_->answer(answer.response);
}

void Runtime::perform(core::SendSip& message) {
    if (phones_->send(message.to, message.octets)) return;
    loop_.post([this, hop = std::move(message.to)] { feed(core::HopLost{hop}); });
}

void Runtime::perform(core::SendToPeer& message) {
    if (links_) links_->send(message.to, message.message);
}

void Runtime::perform(core::RedialPeer& redial) {
    if (links_) links_->redial(redial.site);
}

void Runtime::perform(core::ProbePhone& probe) {
    phones_->probe(probe);
}

void Runtime::perform(core::WriteRow& write) {
    if (store_) store_->write(std::move(write.row));
}

void Runtime::perform(core::KeepInMemory& keep) {
    if (!memory_) return;
    if (keep.anew ? memory_->begin(keep.frames) : memory_->append(keep.frames)) return;
    log_.write(host::Level::error, "memory_not_kept", {{"error", memory_->trouble()}});
    memory_.reset();
}

void Runtime::perform(core::ReplyToOperator& reply) {
    control_->reply(reply.to, reply.report);
}

void Runtime::perform(core::Announce& announcement) {
    metrics_.count(announcement.notice);
    if (log_.wants(level_of(announcement.notice))) log_.write(describe(announcement.notice));
}

void Runtime::arm() {
    const base::Instant next = gatekeeper_.next_deadline();
    if (armed_for_ != base::Instant{} && armed_for_ <= next) return;  // on_deadline will look again
    armed_for_ = next;
    deadline_.arm(next - host::now());
}

void Runtime::on_deadline() {
    armed_for_ = {};
    feed(core::TimePassed{});
}

void Runtime::make_nonce_key() {
    feed(core::NonceKeyMade{fresh_nonce_key(host::now())});
    key_rotation_.arm(nonce_key_life);
}

void Runtime::tell_time() {
    const std::uint16_t minute = host::local_minute_of_day(host::wall_now());
    if (minute == minute_told_) return;
    minute_told_ = minute;
    feed(core::WallClock{minute});
}

void Runtime::take_census() {
    tell_time();
    const core::Census census = gatekeeper_.census(host::now());
    metrics_.observe(census, numbers());
    const web::Readiness ready = readiness(census);
    host::notify_status(ready.ready ? "serving " + std::to_string(census.status.registrations) + " users and " +
                                          std::to_string(census.status.guests) + " guests"
                                    : ready.reasons.front());
    if (web_) web_->publish(ready);
    log_.tell_suppressed();
    warn_of_certificate_end();
    warn_of_dropped_records();
    census_.arm(1s);
}

void Runtime::observe_self() {
    core::SelfObserved self;
    self.version = version;
    const auto wall = host::wall_now();
    self.wall_seconds =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(wall.time_since_epoch()).count());
    if (links_)
        self.certificate_ends_in = std::chrono::duration_cast<base::Duration>(links_->certificate().expires() - wall);
    self.memory_locked = memory_locked_;
    feed(std::move(self));
    self_.arm(self_interval);
}

metrics::RuntimeNumbers Runtime::numbers() const {
    metrics::RuntimeNumbers numbers;
    for (const base::Transport transport : {base::Transport::udp, base::Transport::tcp, base::Transport::tls})
        numbers.transports[static_cast<std::size_t>(transport)] = numbers_of(phones_->counters(), transport);
    const sip::ProbeCounters& probes = phones_->counters().probes;
    numbers.probes = {probes.asked, probes.answered, probes.timed_out, probes.flow_gone};
    numbers.database_backlog = store_->backlog();
    numbers.call_records_dropped = store_->calls_dropped();
    numbers.memory_locked = memory_locked_;
    if (links_) numbers.certificate_ends = links_->certificate().expires();
    return numbers;
}

void Runtime::warn_of_dropped_records() {
    const std::uint64_t dropped = store_->calls_dropped();
    if (dropped == std::exchange(records_dropped_told_, dropped)) return;
    log_.write(host::Level::warning, "call_records_dropped", {{"so_far", std::to_string(dropped)}});
}

// 30, 7 and 1 days before, once each (R21).
void Runtime::warn_of_certificate_end() {
    if (!links_) return;
    const int days = link::days_until_expiry(links_->certificate().expires(), host::wall_now());
    for (const int mark : {30, 7, 1}) {
        if (days > mark || certificate_days_told_ <= mark) continue;
        log_.write(host::Level::warning, "certificate_ends", {{"days", std::to_string(days)}});
        certificate_days_told_ = mark;
    }
}

void Runtime::reload_certificates() {
    host::notify_reloading();
    const auto for_phones = phones_->reload_certificates();
    const auto for_peers = links_ ? links_->reload_certificates() : base::Expected<bool>(false);
    for (const auto* reloaded : {&for_phones, &for_peers})
        if (!*reloaded)
            log_.write(host::Level::error, "certificates_kept", {{"error", reloaded->error().text}});
        else if (**reloaded)
            log_.write(host::Level::info, "certificates_reloaded",
                       {{"for", reloaded == &for_phones ? "phones" : "peers"}});
    certificate_days_told_ = 366;
    observe_self();
    host::notify_ready();
}

void Runtime::shut_down() {
    host::notify_stopping();
    feed(core::OperatorCommand{{}, core::Drain{"shutdown"}});
    if (!store_->flush(farewell))
        log_.write(host::Level::warning, "rows_not_written", {{"rows", std::to_string(store_->backlog())}});
}

}  // namespace innkeeper::daemon
