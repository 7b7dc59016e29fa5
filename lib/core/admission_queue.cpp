#include "core/admission_queue.h"

#include <algorithm>

#include "base/assert.h"
#include "core/limits.h"

namespace innkeeper::core {
namespace {

constexpr base::Duration saved_at_most = std::chrono::seconds(1);
constexpr std::uint32_t reserved_share = 20;  // one part in so many for each priority

std::int64_t second_of(base::Instant moment) {
    return std::chrono::floor<std::chrono::seconds>(moment.time_since_epoch()).count();
}

// One second or two more than computed, up to three for those who wait long: whoever came together comes apart.
std::chrono::seconds jitter(std::chrono::seconds wait, std::uint64_t salt) {
    const auto spread = static_cast<std::uint64_t>(2 + std::min<std::int64_t>(2, wait.count() / 10));
    return std::chrono::seconds(salt % spread);
}

}  // namespace

// The common line while it has room, so that what is reserved lasts for when it is needed; else the phone's own; else
// the one that has room first.
std::size_t AdmissionQueue::line_for(base::Instant now, backup::Priority priority) const {
    if (lines_[0] <= now) return 0;
    auto best = static_cast<std::size_t>(priority);
    for (std::size_t other = best; other-- > 0;)
        if (lines_[best] > now && lines_[other] < lines_[best]) best = other;
    return best;
}

// What is taken from a reserved line the common one goes without, so that the rate holds for all together.
void AdmissionQueue::use_line(std::size_t line, base::Instant now, std::uint32_t rate) {
    const auto use = [now](base::Instant& next, std::uint32_t per_second) {
        const base::Duration apart(1'000'000 / std::max(1U, per_second));
        next = std::max(next, now - saved_at_most + apart) + apart;
    };
    use(lines_[0], rate);
    if (line != 0) use(lines_[line], rate / reserved_share);
}

bool AdmissionQueue::kept(base::Instant now, Turn turn) {
    return turn.given() && second_of(now - late) <= second_of(turn.at);
}

bool AdmissionQueue::open(base::Instant now, Turn turn, backup::Priority priority) const {
    return (kept(now, turn) && now >= turn.at - early) || lines_[line_for(now, priority)] <= now;
}

void AdmissionQueue::enter(base::Instant now, Turn& turn, backup::Priority priority, std::uint32_t rate) {
    if (kept(now, turn)) return use_place(turn);
    turn = {};
    const std::size_t line = line_for(now, priority);
    if (lines_[line] <= now) use_line(line, now, rate);
}

std::chrono::seconds AdmissionQueue::wait(base::Instant now, Turn& turn, backup::Priority priority, std::uint32_t rate,
                                          std::uint64_t salt) {
    using std::chrono::seconds;
    forget_latecomers(now);
    if (kept(now, turn)) return std::max(seconds(1), std::chrono::ceil<seconds>(turn.at - now));
    const std::size_t line = line_for(now, priority);
    const seconds computed = std::max(seconds(1), std::chrono::ceil<seconds>(lines_[line] - now));
    const seconds told = computed + jitter(computed, salt);
    turn = {};
    if (waiting_ >= Limits::admission_places) return told;
    turn.at = now + told;
    ++places_[second_of(turn.at)];
    ++waiting_;
    last_turn_ = std::max(last_turn_, turn.at);
    use_line(line, now, rate);
    return told;
}

void AdmissionQueue::use_place(Turn& turn) {
    const auto place = places_.find(second_of(turn.at));
    INNKEEPER_ASSERT(place != places_.end() && place->second > 0 && waiting_ > 0);
    --waiting_;
    if (--place->second == 0) places_.erase(place);
    turn = {};
}

void AdmissionQueue::forget_latecomers(base::Instant now) {
    const std::int64_t oldest = second_of(now - late);
    while (!places_.empty() && places_.begin()->first < oldest) {
        waiting_ -= places_.begin()->second;
        places_.erase(places_.begin());
    }
}

bool AdmissionQueue::crowded(base::Instant now) const {
    return lines_[0] > now - saved_at_most / 2;
}

}  // namespace innkeeper::core
