#include <algorithm>
#include <array>
#include <utility>

#include "calls/message.h"
#include "core/limits.h"
#include "peer/codec.h"
#include "peer/wire.h"

namespace innkeeper::peer {
namespace {

using core::Limits;

// Remembers the first thing that is wrong; reading goes on and its result is thrown away.
class Faults {
public:
    void require(bool holds, std::string_view otherwise) {
        if (!holds && text_.empty()) text_ = otherwise;
    }
    void locate(std::string_view list, int index) {
        if (any()) text_ = std::string(list) + " " + std::to_string(index + 1) + ": " + text_;
    }
    bool any() const { return !text_.empty(); }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

template <class List, class Read>
void read_each(const List& list, std::string_view name, Faults& faults, Read read) {
    for (int i = 0; i < list.size() && !faults.any(); ++i) {
        read(list.Get(i));
        faults.locate(name, i);
    }
}

base::Duration read_span(std::int64_t microseconds, Faults& faults) {
    const base::Duration span(microseconds);
    const bool sane = span >= -century && span <= century;
    faults.require(sane, "a time further away than a century");
    return sane ? span : base::Duration{};
}

bool is_site_name(std::string_view text) {
    return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

base::SiteName read_site(const std::string& text, Faults& faults) {
    faults.require(is_site_name(text), "no site name");
    return {text};
}

// The text is canonical already: only an escape sign would be read as something else.
base::Aor read_aor(const std::string& text, Faults& faults) {
    const auto at = text.rfind('@');
    if (text.size() > base::Aor::longest || at == std::string::npos) {
        faults.require(false, "no address of record");
        return {};
    }
    std::string user;
    for (const char c : std::string_view(text).substr(0, at)) user += c == '%' ? std::string("%25") : std::string(1, c);
    auto aor = base::Aor::from_parts(user, std::string_view(text).substr(at + 1));
    faults.require(aor.has_value() && aor->text() == text, "no address of record");
    return aor ? *std::move(aor) : base::Aor();
}

// Whatever the octets: who writes a text into SIP or into a log escapes it.
std::string read_text(const std::string& text, std::size_t longest, std::string_view name, Faults& faults) {
    const bool fits = text.size() <= longest;
    if (!fits) faults.require(false, std::string(name) + " too long");
    return fits ? text : std::string();
}

template <std::size_t Size>
base::SecretBytes<Size> read_secret(const std::string& bytes, Faults& faults) {
    if (bytes.empty()) return {};
    faults.require(bytes.size() == Size, "a secret of the wrong size");
    if (bytes.size() != Size) return {};
    return base::SecretBytes<Size>(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

// A kind that a later version may add is a terminal we do not know.
backup::TerminalKind read_terminal(wire::Terminal terminal) {
    return wire::Terminal_IsValid(terminal) ? static_cast<backup::TerminalKind>(terminal)
                                            : backup::TerminalKind::unknown;
}

// One that a later version may add comes after everybody whom this version knows to be urgent.
backup::Priority read_priority(wire::Priority priority) {
    return wire::Priority_IsValid(priority) ? static_cast<backup::Priority>(priority) : backup::Priority::normal;
}

// A role that a later version may add is not one to route to.
core::Role read_role(wire::Role role) {
    return wire::Role_IsValid(role) ? static_cast<core::Role>(role) : core::Role::standby;
}

template <class Names>
std::vector<base::SiteName> read_backups(const Names& names, Faults& faults) {
    std::vector<base::SiteName> out;
    faults.require(names.size() <= static_cast<int>(Limits::peers), "too many backups");
    read_each(names, "backup", faults, [&](const std::string& name) { out.push_back(read_site(name, faults)); });
    return out;
}

core::Hello read(const wire::Hello& hello, base::Instant now, Faults& faults) {
    core::Hello out;
    out.protocol = hello.protocol();
    out.epoch.value = hello.epoch();
    out.epoch_heard_of_you.value = hello.epoch_heard_of_you();
    faults.require(hello.protocol() > 0, "hello without a protocol version");
    out.matching.root_ca = read_text(hello.matching().root_ca(), 64, "fingerprint", faults);
    faults.require(hello.matching().domains_size() <= static_cast<int>(Limits::domains), "too many domains");
    read_each(hello.matching().domains(), "domain", faults, [&](const std::string& domain) {
        out.matching.domains.push_back(read_text(domain, base::Aor::longest, "domain", faults));
    });
    out.matching.ipv6 = hello.matching().ipv6();
    out.you_are_my_backup = hello.you_are_my_backup();
    out.backups = read_backups(hello.backups(), faults);
    out.voicemail = read_text(hello.voicemail(), core::VoicemailServer::longest, "voicemail", faults);
    out.voicemail_backup =
        read_text(hello.voicemail_backup(), core::VoicemailServer::longest, "voicemail backup", faults);
    faults.require(hello.nonce_keys_size() <= static_cast<int>(Limits::nonce_keys), "too many nonce keys");
    read_each(hello.nonce_keys(), "nonce key", faults, [&](const wire::NonceKey& key) {
        faults.require(!key.key().empty(), "no key");
        out.nonce_keys.push_back(
            {key.id(), now - read_span(key.born_age(), faults), read_secret<32>(key.key(), faults)});
    });
    return out;
}

core::Condition read(const wire::Condition& condition, Faults& faults) {
    core::Condition out;
    out.version = read_text(condition.version(), Limits::version_octets, "version", faults);
    out.wall_seconds = condition.wall_seconds();
    if (condition.has_certificate_ends_in())
        out.certificate_ends_in = read_span(condition.certificate_ends_in(), faults);
    out.memory_locked = condition.memory_locked();
    if (condition.has_guest_room()) out.guest_room = condition.guest_room();
    return out;
}

core::Heartbeat read(const wire::Heartbeat& heartbeat, Faults& faults) {
    core::Heartbeat out;
    out.epoch.value = heartbeat.epoch();
    out.serving = heartbeat.serving();
    out.leaving = heartbeat.leaving();
    out.why_not_serving = read_text(heartbeat.why_not_serving(), Limits::reason_octets, "reason", faults);
    out.leaving_reason = read_text(heartbeat.leaving_reason(), Limits::reason_octets, "reason", faults);
    if (heartbeat.has_back_in()) out.back_in = read_span(heartbeat.back_in(), faults);
    out.condition = read(heartbeat.condition(), faults);
    out.registrations = {{heartbeat.registrations().sequence()}, heartbeat.registrations().digest()};
    out.records = {{heartbeat.records().sequence()}, heartbeat.records().digest()};
    faults.require(heartbeat.views_size() <= static_cast<int>(Limits::peers), "too many views");
    read_each(heartbeat.views(), "view", faults, [&](const wire::View& view) {
        faults.require(is_site_name(view.site()), "no site name");
        const bool known = wire::Health_IsValid(view.health());
        out.views.push_back({{view.site()},
                             known ? static_cast<core::PeerHealth>(view.health()) : core::PeerHealth::unknown,
                             read_span(view.silence(), faults),
                             view.forced()});
    });
    faults.require(heartbeat.holding_size() <= static_cast<int>(Limits::peers), "too many homes held");
    read_each(heartbeat.holding(), "home held", faults, [&](const std::string& home) {
        faults.require(is_site_name(home), "no site name");
        out.holding.push_back({home});
    });
    return out;
}

base::Flow read(const wire::Flow& flow, Faults& faults) {
    base::Flow out;
    const bool sane = wire::Transport_IsValid(flow.transport()) && flow.listener() <= 255 && flow.port() <= 65535 &&
                      flow.address().size() == out.remote.ip.octets.size();
    faults.require(sane, "flow out of range");
    if (!sane) return out;
    out.transport = static_cast<base::Transport>(flow.transport());
    out.listener = static_cast<std::uint8_t>(flow.listener());
    std::copy(flow.address().begin(), flow.address().end(), out.remote.ip.octets.begin());
    out.remote.port = static_cast<std::uint16_t>(flow.port());
    out.connection = flow.connection();
    return out;
}

core::Binding read(const wire::Binding& binding, base::Instant now, Faults& faults) {
    core::Binding out;
    out.contact = read_text(binding.contact(), Limits::contact_octets, "contact", faults);
    out.call_id = read_text(binding.call_id(), Limits::call_id_octets, "call id", faults);
    out.instance = read_text(binding.instance(), Limits::instance_octets, "instance", faults);
    out.path = read_text(binding.path(), Limits::path_octets, "path", faults);
    out.user_agent = read_text(binding.user_agent(), Limits::user_agent_octets, "user agent", faults);
    faults.require(!binding.contact().empty(), "no contact");
    out.cseq = binding.cseq();
    out.reg_id = binding.reg_id();
    faults.require(binding.q() <= 1000, "q above 1");
    out.q = static_cast<std::uint16_t>(std::min(binding.q(), 1000U));
    out.flow = read(binding.flow(), faults);
    out.terminal = read_terminal(binding.terminal());
    out.role = read_role(binding.role());
    out.registered = now - read_span(binding.registered_age(), faults);
    out.expires = now + read_span(binding.expires_in(), faults);
    out.promised = now + read_span(binding.promised_in(), faults);
    return out;
}

core::RegistrationEntry read(const wire::RegistrationEntry& entry, base::Instant now, Faults& faults) {
    core::RegistrationEntry out;
    out.aor = read_aor(entry.aor(), faults);
    faults.require(entry.guest_of().empty() || is_site_name(entry.guest_of()), "no site name");
    out.guest_of.text = entry.guest_of();
    out.stray = entry.stray();
    out.released = entry.released();
    faults.require(entry.bindings_size() <= static_cast<int>(Limits::bindings_per_aor), "too many bindings");
    out.bindings.reserve(std::min(static_cast<std::size_t>(entry.bindings_size()), Limits::bindings_per_aor));
    read_each(entry.bindings(), "binding", faults,
              [&](const wire::Binding& binding) { out.bindings.push_back(read(binding, now, faults)); });
    return out;
}

core::RecordEntry read(const wire::RecordEntry& entry, Faults& faults) {
    core::RecordEntry out;
    out.aor = read_aor(entry.aor(), faults);
    if (!entry.has_record()) return out;
    const wire::UserRecord& from = entry.record();
    backup::UserRecord record;
    record.aor = out.aor;
    record.display_name = read_text(from.display_name(), Limits::name_octets, "display name", faults);
    record.extension = read_text(from.extension(), Limits::name_octets, "extension", faults);
    record.settings = read_text(from.settings(), Limits::settings_octets, "settings", faults);
    record.terminal = read_terminal(from.terminal());
    record.priority = read_priority(from.priority());
    record.enabled = from.enabled();
    record.ha1.md5 = read_secret<16>(from.ha1_md5(), faults);
    record.ha1.sha256 = read_secret<32>(from.ha1_sha256(), faults);
    out.record = std::move(record);
    return out;
}

core::Changes read(const wire::Changes& changes, base::Instant now, Faults& faults) {
    core::Changes out;
    faults.require(wire::Dataset_IsValid(changes.dataset()), "unknown dataset");
    out.dataset = changes.dataset() == wire::RECORDS ? core::Dataset::records : core::Dataset::registrations;
    out.epoch.value = changes.epoch();
    out.after.value = changes.after();
    out.upto.value = changes.upto();
    out.restart = changes.restart();
    out.complete = changes.complete();
    const int foreign = out.dataset == core::Dataset::records ? changes.registrations_size() : changes.records_size();
    faults.require(foreign == 0, "entries of another dataset");
    faults.require(changes.registrations_size() + changes.records_size() <= static_cast<int>(Limits::changes_per_page),
                   "too many entries");
    read_each(changes.registrations(), "registration", faults,
              [&](const wire::RegistrationEntry& entry) { out.registrations.push_back(read(entry, now, faults)); });
    read_each(changes.records(), "record", faults,
              [&](const wire::RecordEntry& entry) { out.records.push_back(read(entry, faults)); });
    return out;
}

core::Position read(const wire::Position& position, Faults& faults) {
    faults.require(wire::Dataset_IsValid(position.dataset()), "unknown dataset");
    return {position.dataset() == wire::RECORDS ? core::Dataset::records : core::Dataset::registrations,
            {position.epoch()},
            {position.sequence()}};
}

core::PhoneQuestion read(const wire::PhoneQuestion& question, Faults& faults) {
    core::PhoneQuestion out;
    out.aor = read_aor(question.aor(), faults);
    out.contact = read_text(question.contact(), Limits::contact_octets, "contact", faults);
    out.instance = read_text(question.instance(), Limits::instance_octets, "instance", faults);
    return out;
}

// A finding that a later version may add keeps the phone out, as long as its home says nothing that we know.
core::PhoneVerdict read(const wire::PhoneVerdict& verdict, Faults& faults) {
    const bool known = wire::Finding_IsValid(verdict.finding());
    return {read_aor(verdict.aor(), faults),
            known ? static_cast<core::PhoneFinding>(verdict.finding()) : core::PhoneFinding::reachable};
}

base::Aor read_aor_or_none(const std::string& text, Faults& faults) {
    return text.empty() ? base::Aor() : read_aor(text, faults);
}

core::RecordsWanted read(const wire::RecordsWanted& wanted, Faults& faults) {
    return {read_site(wanted.home(), faults), read_aor_or_none(wanted.after(), faults)};
}

core::RecordsLent read(const wire::RecordsLent& lent, Faults& faults) {
    core::RecordsLent out;
    out.home = read_site(lent.home(), faults);
    out.after = read_aor_or_none(lent.after(), faults);
    out.held = lent.held();
    out.complete = lent.complete();
    faults.require(lent.records_size() <= static_cast<int>(Limits::changes_per_page), "too many entries");
    read_each(lent.records(), "record", faults, [&](const wire::RecordEntry& entry) {
        faults.require(entry.has_record(), "an entry without a record");
        out.records.push_back(read(entry, faults));
    });
    out.backups = read_backups(lent.backups(), faults);
    return out;
}

core::PeerMessage read(WipedFrame& frame, base::Instant now, Faults& faults) {
    switch (frame->message_case()) {
        case wire::Frame::kHello:
            return read(frame->hello(), now, faults);
        case wire::Frame::kHeartbeat:
            return read(frame->heartbeat(), faults);
        case wire::Frame::kChanges:
            return read(frame->changes(), now, faults);
        case wire::Frame::kPosition:
            return read(frame->position(), faults);
        case wire::Frame::kPhoneQuestion:
            return read(frame->phone_question(), faults);
        case wire::Frame::kPhoneVerdict:
            return read(frame->phone_verdict(), faults);
        case wire::Frame::kRecordsWanted:
            return read(frame->records_wanted(), faults);
        case wire::Frame::kRecordsLent:
            return read(frame->records_lent(), faults);
        case wire::Frame::kSipRelay:
            return core::SipRelay{
                read_text(frame->sip_relay().octets(), calls::Message::most_octets, "SIP message", faults)};
        case wire::Frame::MESSAGE_NOT_SET:
            break;
    }
    faults.require(false, "no message of a kind that this version knows");
    return core::Position{};
}

std::string_view name(const core::PeerMessage& message) {
    static constexpr std::array<std::string_view, 9> names = {"hello",          "heartbeat",      "changes",
                                                              "position",       "phone question", "phone verdict",
                                                              "records wanted", "records lent",   "SIP"};
    return names[message.index()];
}

}  // namespace

base::Expected<core::PeerMessage> decode(std::string_view bytes, base::Instant now) {
    if (bytes.size() > longest_frame) return base::error("a peer message longer than 4 MiB");
    WipedFrame frame;
    if (!frame->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return base::error("a peer message that is no message of the peer protocol");
    Faults faults;
    core::PeerMessage message = read(frame, now, faults);
    if (faults.any()) return base::error("a peer message (" + std::string(name(message)) + ") with " + faults.text());
    return message;
}

}  // namespace innkeeper::peer
