#include "base/assert.h"
#include "peer/codec.h"
#include "peer/wire.h"

namespace innkeeper::peer {
namespace {

std::int64_t microseconds_between(base::Instant earlier, base::Instant later) {
    const auto from = earlier.time_since_epoch().count();
    const auto to = later.time_since_epoch().count();
    const auto apart = to >= from ? static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from)
                                  : static_cast<std::uint64_t>(from) - static_cast<std::uint64_t>(to);
    const auto most = static_cast<std::uint64_t>(century.count());
    const auto span = static_cast<std::int64_t>(apart < most ? apart : most);
    return to >= from ? span : -span;
}

std::string octets(std::span<const std::uint8_t> bytes) {
    return std::string(bytes.begin(), bytes.end());
}

void write(const core::Version& version, wire::Version& out) {
    out.set_sequence(version.sequence.value);
    out.set_digest(version.digest);
}

void write(const core::Hello& hello, base::Instant now, wire::Hello& out) {
    out.set_protocol(hello.protocol);
    out.set_epoch(hello.epoch.value);
    out.set_epoch_heard_of_you(hello.epoch_heard_of_you.value);
    out.mutable_matching()->set_root_ca(hello.matching.root_ca);
    for (const std::string& domain : hello.matching.domains) out.mutable_matching()->add_domains(domain);
    out.mutable_matching()->set_ipv6(hello.matching.ipv6);
    out.set_you_are_my_backup(hello.you_are_my_backup);
    for (const base::SiteName& backup : hello.backups) out.add_backups(backup.text);
    out.set_voicemail(hello.voicemail);
    out.set_voicemail_backup(hello.voicemail_backup);
    for (const auth::NonceKey& key : hello.nonce_keys) {
        wire::NonceKey& to = *out.add_nonce_keys();
        to.set_id(key.id);
        to.set_born_age(microseconds_between(key.born, now));
        to.set_key(octets(key.key.reveal()));
    }
}

void write(const core::Condition& condition, wire::Condition& out) {
    out.set_version(condition.version);
    out.set_wall_seconds(condition.wall_seconds);
    if (condition.certificate_ends_in) out.set_certificate_ends_in(condition.certificate_ends_in->count());
    out.set_memory_locked(condition.memory_locked);
    if (condition.guest_room) out.set_guest_room(*condition.guest_room);
}

void write(const core::Heartbeat& heartbeat, wire::Heartbeat& out) {
    out.set_epoch(heartbeat.epoch.value);
    out.set_serving(heartbeat.serving);
    out.set_leaving(heartbeat.leaving);
    out.set_why_not_serving(heartbeat.why_not_serving);
    out.set_leaving_reason(heartbeat.leaving_reason);
    if (heartbeat.back_in) out.set_back_in(heartbeat.back_in->count());
    write(heartbeat.condition, *out.mutable_condition());
    write(heartbeat.registrations, *out.mutable_registrations());
    write(heartbeat.records, *out.mutable_records());
    for (const core::View& view : heartbeat.views) {
        wire::View& to = *out.add_views();
        to.set_site(view.site.text);
        to.set_health(static_cast<wire::Health>(view.health));
        to.set_silence(microseconds_between(base::Instant(), base::Instant(view.silence)));
        to.set_forced(view.forced);
    }
    for (const base::SiteName& home : heartbeat.holding) out.add_holding(home.text);
}

void write(const base::Flow& flow, wire::Flow& out) {
    out.set_transport(static_cast<wire::Transport>(flow.transport));
    out.set_listener(flow.listener);
    out.set_address(octets(flow.remote.ip.octets));
    out.set_port(flow.remote.port);
    out.set_connection(flow.connection);
}

void write(const core::Binding& binding, base::Instant now, wire::Binding& out) {
    out.set_contact(std::string(binding.contact));
    out.set_call_id(std::string(binding.call_id));
    out.set_instance(std::string(binding.instance));
    out.set_path(std::string(binding.path));
    out.set_user_agent(std::string(binding.user_agent));
    out.set_cseq(binding.cseq);
    out.set_reg_id(binding.reg_id);
    out.set_q(binding.q);
    write(binding.flow, *out.mutable_flow());
    out.set_terminal(static_cast<wire::Terminal>(binding.terminal));
    out.set_role(static_cast<wire::Role>(binding.role));
    out.set_registered_age(microseconds_between(binding.registered, now));
    out.set_expires_in(microseconds_between(now, binding.expires));
    out.set_promised_in(microseconds_between(now, binding.promised));
}

void write(const backup::UserRecord& record, wire::UserRecord& out) {
    out.set_display_name(record.display_name);
    out.set_extension(record.extension);
    out.set_settings(record.settings);
    out.set_terminal(static_cast<wire::Terminal>(record.terminal));
    out.set_priority(static_cast<wire::Priority>(record.priority));
    out.set_enabled(record.enabled);
    if (record.ha1.md5.present()) out.set_ha1_md5(octets(record.ha1.md5.reveal()));
    if (record.ha1.sha256.present()) out.set_ha1_sha256(octets(record.ha1.sha256.reveal()));
}

void write(const core::RecordEntry& entry, wire::RecordEntry& out) {
    out.set_aor(std::string(entry.aor.text()));
    if (entry.record) write(*entry.record, *out.mutable_record());
}

void write(const core::Changes& changes, base::Instant now, wire::Changes& out) {
    out.set_dataset(static_cast<wire::Dataset>(changes.dataset));
    out.set_epoch(changes.epoch.value);
    out.set_after(changes.after.value);
    out.set_upto(changes.upto.value);
    out.set_restart(changes.restart);
    out.set_complete(changes.complete);
    for (const core::RegistrationEntry& entry : changes.registrations) {
        wire::RegistrationEntry& to = *out.add_registrations();
        to.set_aor(std::string(entry.aor.text()));
        to.set_guest_of(entry.guest_of.text);
        to.set_stray(entry.stray);
        to.set_released(entry.released);
        for (const core::Binding& binding : entry.bindings) write(binding, now, *to.add_bindings());
    }
    for (const core::RecordEntry& entry : changes.records) write(entry, *out.add_records());
}

void write(const core::Position& position, wire::Position& out) {
    out.set_dataset(static_cast<wire::Dataset>(position.dataset));
    out.set_epoch(position.epoch.value);
    out.set_sequence(position.sequence.value);
}

void write(const core::PhoneQuestion& question, wire::PhoneQuestion& out) {
    out.set_aor(std::string(question.aor.text()));
    out.set_contact(question.contact);
    out.set_instance(question.instance);
}

void write(const core::PhoneVerdict& verdict, wire::PhoneVerdict& out) {
    out.set_aor(std::string(verdict.aor.text()));
    out.set_finding(static_cast<wire::Finding>(verdict.finding));
}

void write(const core::RecordsWanted& wanted, wire::RecordsWanted& out) {
    out.set_home(wanted.home.text);
    out.set_after(std::string(wanted.after.text()));
}

void write(const core::RecordsLent& lent, wire::RecordsLent& out) {
    out.set_home(lent.home.text);
    out.set_after(std::string(lent.after.text()));
    out.set_held(lent.held);
    out.set_complete(lent.complete);
    for (const core::RecordEntry& entry : lent.records) write(entry, *out.add_records());
    for (const base::SiteName& backup : lent.backups) out.add_backups(backup.text);
}

struct Writer {
    WipedFrame& frame;
    base::Instant now;

    void operator()(const core::Hello& hello) const { write(hello, now, *frame->mutable_hello()); }
    void operator()(const core::Heartbeat& heartbeat) const { write(heartbeat, *frame->mutable_heartbeat()); }
    void operator()(const core::Changes& changes) const { write(changes, now, *frame->mutable_changes()); }
    void operator()(const core::Position& position) const { write(position, *frame->mutable_position()); }
    void operator()(const core::PhoneQuestion& question) const { write(question, *frame->mutable_phone_question()); }
    void operator()(const core::PhoneVerdict& verdict) const { write(verdict, *frame->mutable_phone_verdict()); }
    void operator()(const core::RecordsWanted& wanted) const { write(wanted, *frame->mutable_records_wanted()); }
    void operator()(const core::RecordsLent& lent) const { write(lent, *frame->mutable_records_lent()); }
    void operator()(const core::SipRelay& relay) const { frame->mutable_sip_relay()->set_octets(relay.octets); }
};

}  // namespace

base::WipedBytes encode(const core::PeerMessage& message, base::Instant now) {
    WipedFrame frame;
    std::visit(Writer{frame, now}, message);
    base::WipedBytes bytes(frame->ByteSizeLong(), '\0');
    INNKEEPER_ASSERT(frame->SerializeToArray(bytes.data(), static_cast<int>(bytes.size())));
    return bytes;
}

}  // namespace innkeeper::peer
