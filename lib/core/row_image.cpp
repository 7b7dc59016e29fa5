#include "core/row_image.h"

#include <algorithm>

#include "backup/record_image.h"
#include "core/limits.h"

namespace innkeeper::core {
namespace {

using backup::FrameKind;
using backup::FrameReader;
using backup::FrameWriter;

// Every member is bound by name, so that a new one does not compile until it is kept.
void write(FrameWriter& frame, const Binding& binding) {
    const auto& [contact, call_id, instance, path, user_agent, cseq, reg_id, flow, registered, expires, promised, q,
                 terminal, role] = binding;
    frame.text(contact).text(call_id).text(instance).text(path).text(user_agent).number(cseq).number(reg_id);
    frame.number(static_cast<std::uint64_t>(flow.transport)).number(flow.listener).octets(flow.remote.ip.octets);
    frame.number(flow.remote.port).number(flow.connection);
    frame.instant(registered).instant(expires).instant(promised);
    frame.number(q).number(static_cast<std::uint64_t>(terminal)).number(static_cast<std::uint64_t>(role));
}

Binding read_binding(FrameReader& frame) {
    Binding binding;
    binding.contact = frame.text();
    binding.call_id = frame.text();
    binding.instance = frame.text();
    binding.path = frame.text();
    binding.user_agent = frame.text();
    binding.cseq = static_cast<std::uint32_t>(frame.number());
    binding.reg_id = static_cast<std::uint32_t>(frame.number());
    binding.flow.transport = static_cast<base::Transport>(std::min<std::uint64_t>(frame.number(), 2));
    binding.flow.listener = static_cast<std::uint8_t>(frame.number());
    const auto ip = frame.octets();
    if (ip.size() == binding.flow.remote.ip.octets.size())
        std::copy(ip.begin(), ip.end(), binding.flow.remote.ip.octets.begin());
    binding.flow.remote.port = static_cast<std::uint16_t>(frame.number());
    binding.flow.connection = frame.number();
    binding.registered = frame.instant();
    binding.expires = frame.instant();
    binding.promised = frame.instant();
    binding.q = static_cast<std::uint16_t>(frame.number());
    const auto soft = static_cast<std::uint64_t>(backup::TerminalKind::soft);
    binding.terminal = static_cast<backup::TerminalKind>(std::min(frame.number(), soft));
    binding.role = static_cast<Role>(std::min(frame.number(), static_cast<std::uint64_t>(Role::stand_in)));
    return binding;
}

void write(base::WipedBytes& to, const BindingsRow& row) {
    const auto& [aor, guest_of, bindings, licence_pool, licences, stray] = row;
    FrameWriter frame(to, FrameKind::bindings);
    frame.text(aor.text()).text(guest_of.text).text(licence_pool).number(licences).number(stray);
    frame.number(bindings.size());
    for (const Binding& binding : bindings) write(frame, binding);
}

std::optional<Row> read_bindings(FrameReader& frame) {
    BindingsRow row;
    row.aor = backup::read_aor(frame);
    row.guest_of.text = frame.text();
    row.licence_pool = frame.text();
    row.licences = static_cast<std::uint32_t>(frame.number());
    row.stray = frame.number() != 0;
    const std::uint64_t bindings = frame.number();
    if (row.aor.empty() || bindings > Limits::bindings_per_aor) return std::nullopt;
    for (std::uint64_t i = 0; i < bindings; ++i) row.bindings.push_back(read_binding(frame));
    if (!frame.sound()) return std::nullopt;
    return row;
}

void write(FrameWriter& frame, const std::optional<base::Instant>& when) {
    frame.number(when.has_value()).instant(when.value_or(base::Instant()));
}

std::optional<base::Instant> read_moment(FrameReader& frame) {
    const bool is_there = frame.number() != 0;
    const base::Instant when = frame.instant();
    return is_there ? std::optional(when) : std::nullopt;
}

void write(base::WipedBytes& to, const FailoverRow& row) {
    const auto& [home, number, allowed, began, returning, ended, cause, first_guest, guests, evidence, refused, gap,
                 released, stops, relapses] = row;
    FrameWriter frame(to, FrameKind::failover);
    frame.text(home.text).number(number).instant(allowed);
    write(frame, began);
    write(frame, returning);
    write(frame, ended);
    frame.text(cause).text(first_guest).number(guests).number(refused);
    frame.number(static_cast<std::uint64_t>(gap.count())).number(released).number(stops).number(relapses);
    frame.number(evidence.size());
    for (const std::string& line : evidence) frame.text(line);
}

std::optional<Row> read_failover(FrameReader& frame) {
    FailoverRow row;
    row.home.text = frame.text();
    row.number = frame.number();
    row.allowed = frame.instant();
    row.began = read_moment(frame);
    row.returning = read_moment(frame);
    row.ended = read_moment(frame);
    row.cause = frame.text();
    row.first_guest = frame.text();
    row.guests = frame.number();
    row.refused = frame.number();
    row.longest_gap = base::Duration(static_cast<std::int64_t>(frame.number()));
    row.released = frame.number();
    row.stops = frame.number();
    row.relapses = frame.number();
    for (std::uint64_t left = frame.number(); left > 0 && frame.more(); --left) row.evidence.emplace_back(frame.text());
    if (!frame.sound()) return std::nullopt;
    return row;
}

void write(base::WipedBytes& to, const EpochRow& row) {
    FrameWriter(to, FrameKind::epoch).number(row.epoch.value);
}

// No record of a call: what a crash takes of these harms nobody.
void write(base::WipedBytes&, const CallRecord&) {}

void write(base::WipedBytes& to, const SettingsRow& row) {
    const auto& [aor, settings, changed] = row;
    FrameWriter(to, FrameKind::settings).text(aor.text()).text(settings).instant(changed);
}

std::optional<Row> read_settings(FrameReader& frame) {
    SettingsRow row;
    row.aor = backup::read_aor(frame);
    row.settings = frame.text();
    row.changed = frame.instant();
    if (!frame.sound() || row.aor.empty() || row.settings.size() > Limits::settings_octets) return std::nullopt;
    return row;
}

}  // namespace

void write_row(base::WipedBytes& to, const Row& row) {
    std::visit([&to](const auto& one) { write(to, one); }, row);
}

std::optional<Row> read_row(FrameReader& frame) {
    switch (frame.kind()) {
        case FrameKind::bindings:
            return read_bindings(frame);
        case FrameKind::failover:
            return read_failover(frame);
        case FrameKind::epoch:
            if (const base::Epoch epoch{frame.number()}; frame.sound()) return EpochRow{epoch};
            break;
        case FrameKind::settings:
            return read_settings(frame);
        case FrameKind::record:
        case FrameKind::record_gone:
        case FrameKind::home_gone:
        case FrameKind::overlay:
        case FrameKind::overlays_end:
        case FrameKind::home:
            break;
    }
    return std::nullopt;
}

}  // namespace innkeeper::core
