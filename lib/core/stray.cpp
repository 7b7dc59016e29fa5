#include "core/stray.h"

#include <algorithm>

#include "core/limits.h"

namespace innkeeper::core {

std::string_view to_text(Straying straying) {
    switch (straying) {
        case Straying::no:
            return "no";
        case Straying::asked:
            return "asked";
        case Straying::yes:
            return "yes";
    }
    return "no";
}

base::Duration Inquiries::memory(const Inquiry& inquiry) {
    constexpr std::uint32_t most_doublings = 4;
    const std::uint32_t doublings = std::min(std::max(inquiry.reachable, 1U) - 1, most_doublings);
    return std::min(first_memory * (1U << doublings), longest_memory);
}

Straying Inquiries::judge(base::Instant now, const Inquiry& inquiry) {
    if (inquiry.open && now - inquiry.asked < answer_within) return Straying::asked;
    if (inquiry.unanswered >= unanswered_at_most) return Straying::no;
    if (!inquiry.finding) return Straying::asked;
    const base::Duration age = now - inquiry.found;
    switch (*inquiry.finding) {
        case PhoneFinding::reachable:
            return age < memory(inquiry) ? Straying::no : Straying::asked;
        case PhoneFinding::let_go:
            return age < welcome ? Straying::yes : Straying::asked;
        case PhoneFinding::not_registered:
            return inquiry.found - inquiry.missing_since >= patience && age < welcome ? Straying::yes : Straying::asked;
    }
    return Straying::no;
}

Straying Inquiries::standing(base::Instant now, const base::Aor& aor) const {
    const auto known = inquiries_.find(aor);
    return known == inquiries_.end() ? Straying::no : judge(now, known->second);
}

bool Inquiries::on_knock(base::Instant now, const base::Aor& aor, bool renews) {
    forget_idle(now);
    const auto known = inquiries_.find(aor);
    if (known == inquiries_.end()) {
        if (inquiries_.size() >= Limits::knocking_phones / (renews ? 2 : 1)) return false;
        by_age_.push_back(aor);
        inquiries_[aor].knocked = now;
        return true;
    }
    Inquiry& inquiry = known->second;
    if (now - inquiry.knocked >= forgotten_after) inquiry = Inquiry{};
    inquiry.knocked = now;
    if (inquiry.open) {
        if (now - inquiry.asked < answer_within) return false;
        inquiry.open = false;
        ++inquiry.unanswered;
    }
    if (inquiry.unanswered >= unanswered_at_most) return now - inquiry.asked >= longest_memory;
    if (judge(now, inquiry) != Straying::asked) return false;
    return inquiry.finding != PhoneFinding::not_registered || now - inquiry.found >= asked_again_after;
}

void Inquiries::on_asked(base::Instant now, const base::Aor& aor, const base::SiteName& home) {
    Inquiry& inquiry = inquiries_.at(aor);
    inquiry.home = home;
    inquiry.asked = now;
    inquiry.open = true;
}

bool Inquiries::on_verdict(base::Instant now, const base::SiteName& home, const PhoneVerdict& verdict) {
    const auto known = inquiries_.find(verdict.aor);
    if (known == inquiries_.end() || !known->second.open || known->second.home != home) return false;
    Inquiry& inquiry = known->second;
    inquiry.open = false;
    inquiry.unanswered = 0;
    inquiry.finding = verdict.finding;
    inquiry.found = now;
    inquiry.reachable = verdict.finding == PhoneFinding::reachable ? inquiry.reachable + 1 : 0;
    if (verdict.finding != PhoneFinding::not_registered)
        inquiry.missing_since = never;
    else if (inquiry.missing_since == never)
        inquiry.missing_since = now;
    return true;
}

void Inquiries::forget(const base::Aor& aor) {
    const auto known = inquiries_.find(aor);
    if (known == inquiries_.end()) return;
    known->second.finding.reset();
    known->second.missing_since = never;
}

void Inquiries::on_link_up(const base::SiteName& home) {
    for (auto& [aor, inquiry] : inquiries_) {
        if (inquiry.home != home) continue;
        inquiry.open = false;
        inquiry.unanswered = 0;
    }
}

// Each knock looks at the longest known ones only, so that it costs little and nothing stays for ever.
void Inquiries::forget_idle(base::Instant now) {
    for (int looked_at = 0; looked_at < 2 && !by_age_.empty(); ++looked_at) {
        const auto oldest = inquiries_.find(by_age_.front());
        const bool idle = now - oldest->second.knocked >= forgotten_after;
        if (idle)
            inquiries_.erase(oldest);
        else
            by_age_.push_back(std::move(by_age_.front()));
        by_age_.pop_front();
    }
}

Searches::Search* Searches::find(const base::Aor& aor) {
    const auto found = searches_.find(aor);
    return found == searches_.end() ? nullptr : &found->second;
}

bool Searches::room_for(std::size_t probes) const {
    return probes_.size() + probes <= Limits::phone_probes;
}

std::vector<base::ProbeId> Searches::begin(base::Instant now, const base::Aor& aor, const base::SiteName& asker,
                                           std::vector<Probed> probed) {
    std::vector<base::ProbeId> ids;
    Search& search = searches_[aor];
    search.aor = aor;
    search.askers = {asker};
    search.began = now;
    search.probed = std::move(probed);
    by_age_.emplace_back(now, aor);
    for (std::size_t i = 0; i < search.probed.size(); ++i) {
        const base::ProbeId id{++last_probe_};
        ids.push_back(id);
        search.open.insert(id);
        probes_[id] = aor;
    }
    return ids;
}

Searches::Search Searches::end(std::map<base::Aor, Search>::iterator search) {
    for (const base::ProbeId probe : search->second.open) probes_.erase(probe);
    Search ended = std::move(search->second);
    searches_.erase(search);
    return ended;
}

std::optional<Searches::Search> Searches::on_probed(base::ProbeId probe, bool heard) {
    const auto known = probes_.find(probe);
    if (known == probes_.end()) return std::nullopt;
    const auto search = searches_.find(known->second);
    search->second.open.erase(probe);
    probes_.erase(known);
    search->second.heard = heard;
    if (!heard && !search->second.open.empty()) return std::nullopt;
    return end(search);
}

std::optional<Searches::Search> Searches::on_heard(const base::Aor& aor, std::string_view contact) {
    const auto search = searches_.find(aor);
    if (search == searches_.end()) return std::nullopt;
    const auto& probed = search->second.probed;
    if (std::none_of(probed.begin(), probed.end(), [&](const Probed& each) { return each.contact == contact; }))
        return std::nullopt;
    return end(search);
}

void Searches::drop_overdue(base::Instant now) {
    while (!by_age_.empty() && now - by_age_.front().first >= longest) {
        const auto search = searches_.find(by_age_.front().second);
        if (search != searches_.end() && search->second.began == by_age_.front().first) end(search);
        by_age_.pop_front();
    }
}

base::Instant Searches::next_deadline() const {
    return by_age_.empty() ? base::Instant::max() : by_age_.front().first + longest;
}

}  // namespace innkeeper::core
