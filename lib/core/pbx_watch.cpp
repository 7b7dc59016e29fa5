#include "core/pbx_watch.h"

#include <algorithm>
#include <utility>

namespace innkeeper::core {
namespace {

constexpr std::uint16_t service_unavailable = 503;
constexpr std::uint16_t request_timeout = 408;

std::string words_of(std::uint16_t status, bool answered) {
    if (answered) return "answers " + std::to_string(status);
    return status == request_timeout ? "no answer" : "cannot be reached";
}

}  // namespace

std::string_view to_text(PbxState state) {
    switch (state) {
        case PbxState::unknown:
            return "unknown";
        case PbxState::there:
            return "there";
        case PbxState::doubted:
            return "doubted";
        case PbxState::away:
            return "away";
    }
    return "unknown";
}

PbxWatch::PbxWatch(const std::vector<CallSettings::Pbx>& pbxs) {
    for (const CallSettings::Pbx& pbx : pbxs) all_.push_back({pbx.name, PbxState::unknown, {}, {}, {}, false, {}});
}

std::optional<std::size_t> PbxWatch::take_due(base::Instant now) {
    for (Seen& pbx : all_) {
        if (pbx.asked || pbx.ask_at > now) continue;
        pbx.asked = true;
        pbx.asked_at = now;
        return static_cast<std::size_t>(&pbx - all_.data());
    }
    return std::nullopt;
}

void PbxWatch::not_asked(base::Instant now, std::size_t pbx) {
    all_[pbx].asked = false;
    all_[pbx].ask_at = now + interval_in_doubt;
}

bool PbxWatch::on_answer(base::Instant now, std::size_t which, std::uint16_t status, bool answered) {
    Seen& pbx = all_[which];
    const bool was_away = pbx.state == PbxState::away;
    pbx.asked = false;
    if (answered && status != service_unavailable) {
        pbx.state = PbxState::there;
        pbx.detail.clear();
        pbx.silent_since.reset();
        pbx.ask_at = now + interval;
        return was_away;
    }
    if (!pbx.silent_since) pbx.silent_since = pbx.asked_at;
    pbx.state = pbx.state == PbxState::doubted || was_away ? PbxState::away : PbxState::doubted;
    pbx.detail = words_of(status, answered);
    pbx.ask_at = now + interval_in_doubt;
    return pbx.state == PbxState::away && !was_away;
}

void PbxWatch::doubt(base::Instant now, std::size_t pbx) {
    all_[pbx].ask_at = std::min(all_[pbx].ask_at, now);
}

void PbxWatch::forgive(base::Instant now, base::Duration stall) {
    for (Seen& pbx : all_) {
        pbx.asked_at = std::min(now, pbx.asked_at + stall);
        if (pbx.silent_since) pbx.silent_since = std::min(now, *pbx.silent_since + stall);
    }
}

std::optional<base::Instant> PbxWatch::all_silent_since() const {
    std::optional<base::Instant> latest;
    for (const Seen& pbx : all_) {
        if (pbx.state != PbxState::away) return std::nullopt;
        latest = std::max(latest.value_or(*pbx.silent_since), *pbx.silent_since);
    }
    return latest;
}

bool PbxWatch::review(base::Instant now, base::Duration lost_after) {
    const auto since = all_silent_since();
    const bool lost = since && now - *since >= lost_after;
    return std::exchange(lost_, lost) != lost;
}

bool PbxWatch::any_there() const {
    return std::any_of(all_.begin(), all_.end(), [](const Seen& pbx) { return pbx.state != PbxState::away; });
}

std::string PbxWatch::detail() const {
    std::string text;
    for (const Seen& pbx : all_) {
        if (pbx.state != PbxState::away) return {};
        text += (text.empty() ? "" : "; ") + pbx.name + ": " + pbx.detail;
    }
    return text;
}

base::Instant PbxWatch::next_deadline(base::Duration lost_after) const {
    base::Instant next = base::Instant::max();
    for (const Seen& pbx : all_)
        if (!pbx.asked) next = std::min(next, pbx.ask_at);
    if (const auto since = all_silent_since(); since && !lost_) next = std::min(next, *since + lost_after);
    return next;
}

}  // namespace innkeeper::core
