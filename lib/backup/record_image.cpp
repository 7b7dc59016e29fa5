#include "backup/record_image.h"

namespace innkeeper::backup {
namespace {

template <std::size_t Size>
void write_secret(FrameWriter& frame, const base::SecretBytes<Size>& secret) {
    frame.octets(secret.present() ? secret.reveal() : std::span<const std::uint8_t>());
}

template <std::size_t Size>
base::SecretBytes<Size> read_secret(FrameReader& frame, bool& sound) {
    const auto octets = frame.octets();
    sound = sound && (octets.empty() || octets.size() == Size);
    return octets.size() == Size ? base::SecretBytes<Size>(octets) : base::SecretBytes<Size>();
}

}  // namespace

// By a binding of every member: a new one does not compile until it is kept.
void write_record(base::WipedBytes& to, const base::SiteName& home, std::uint64_t digest, const UserRecord& record) {
    const auto& [aor, display_name, extension, settings, terminal, priority, enabled, ha1] = record;
    FrameWriter frame(to, FrameKind::record);
    frame.text(home.text).number(digest).text(aor.text()).text(display_name).text(extension).text(settings);
    frame.number(static_cast<std::uint64_t>(terminal)).number(static_cast<std::uint64_t>(priority)).number(enabled);
    write_secret(frame, ha1.md5);
    write_secret(frame, ha1.sha256);
}

std::optional<KeptRecord> read_record(FrameReader& frame) {
    KeptRecord kept;
    kept.home.text = frame.text();
    kept.digest = frame.number();
    UserRecord& record = kept.record;
    record.aor = read_aor(frame);
    record.display_name = frame.text();
    record.extension = frame.text();
    record.settings = frame.text();
    const std::uint64_t terminal = frame.number();
    const std::uint64_t priority = frame.number();
    record.enabled = frame.number() != 0;
    bool sound = !record.aor.empty() && terminal <= static_cast<std::uint64_t>(TerminalKind::group) &&
                 priority <= static_cast<std::uint64_t>(Priority::emergency);
    record.priority = sound ? static_cast<Priority>(priority) : Priority::normal;
    record.terminal = sound ? static_cast<TerminalKind>(terminal) : TerminalKind::unknown;
    record.ha1.md5 = read_secret<16>(frame, sound);
    record.ha1.sha256 = read_secret<32>(frame, sound);
    if (!sound || !frame.sound()) return std::nullopt;
    return kept;
}

void write_record_gone(base::WipedBytes& to, const base::SiteName& home, const base::Aor& aor) {
    FrameWriter(to, FrameKind::record_gone).text(home.text).text(aor.text());
}

void write_home_gone(base::WipedBytes& to, const base::SiteName& home) {
    FrameWriter(to, FrameKind::home_gone).text(home.text);
}

void write_overlay(base::WipedBytes& to, const base::SiteName& home, const base::Aor& aor, std::string_view settings) {
    FrameWriter(to, FrameKind::overlay).text(home.text).text(aor.text()).text(settings);
}

void write_overlays_end(base::WipedBytes& to, const base::SiteName& home) {
    FrameWriter(to, FrameKind::overlays_end).text(home.text);
}

void write_home(base::WipedBytes& to, const KeptHome& kept) {
    const auto& [home, epoch, sequence, whole, backups, voicemail, voicemail_backup] = kept;
    FrameWriter frame(to, FrameKind::home);
    frame.text(home.text).number(epoch.value).number(sequence.value).number(whole);
    frame.text(voicemail).text(voicemail_backup).number(backups.size());
    for (const base::SiteName& backup : backups) frame.text(backup.text);
}

std::optional<KeptHome> read_home(FrameReader& frame) {
    KeptHome kept;
    kept.home.text = frame.text();
    kept.epoch.value = frame.number();
    kept.sequence.value = frame.number();
    kept.whole = frame.number() != 0;
    kept.voicemail = frame.text();
    kept.voicemail_backup = frame.text();
    for (std::uint64_t left = frame.number(); left > 0 && frame.more(); --left)
        kept.backups.push_back({std::string(frame.text())});
    if (!frame.sound()) return std::nullopt;
    return kept;
}

base::Aor read_aor(FrameReader& frame) {
    const std::string_view text = frame.text();
    const auto at = text.rfind('@');
    if (at == std::string_view::npos) return {};
    std::string user;  // the text is canonical: only an escape sign would be read as something else
    for (const char c : text.substr(0, at)) user += c == '%' ? std::string("%25") : std::string(1, c);
    auto aor = base::Aor::from_parts(user, text.substr(at + 1));
    return aor ? *std::move(aor) : base::Aor();
}

}  // namespace innkeeper::backup
