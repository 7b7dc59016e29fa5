// What lamps show: subscriptions that pass here, and messages that wait. When a phone has moved, those with it on
// either side lead nowhere: they are ended in the notifier's name with `deactivated`, upon which a subscriber asks anew
// at once (RFC 6665 section 4.1.3). What was last said of its mailbox is said again where it is now (RFC 3842).
#include <algorithm>

#include "calls/header_fields.h"
#include "core/call_listeners.h"
#include "core/calling.h"
#include "core/standby.h"

namespace innkeeper::core {
namespace {

using calls::Message;

constexpr base::Duration pace = std::chrono::milliseconds(10);  // between two that are ended: 100 a second
constexpr std::size_t most_summaries = 20000;
constexpr std::size_t longest_summary = 2048;  // octets; RFC 3842 needs a few lines

bool tells_of_messages(const Message& request) {
    const std::string* event = request.find("Event");
    return request.method == "NOTIFY" && event != nullptr &&
           calls::same_ignoring_case(calls::trimmed(std::string_view(*event).substr(0, event->find(';'))),
                                     "message-summary");
}

}  // namespace

// ---- subscriptions

void Calling::moved(base::Instant now, const base::Aor& aor) {
    for (const calls::Dialog* dialog : dialogs_.subscriptions_of(aor)) ending_.push_back(dialogs_.take(*dialog));
    if (!ending_.empty()) end_next_at_ = std::min(end_next_at_, now);
}

// Users of a lost site are ended when their phones are seen again; what else is subscribed to there is not coming.
void Calling::site_lost(base::Instant now, const base::SiteName& site) {
    for (const calls::Dialog* dialog : dialogs_.subscriptions_through(site))
        if (dialog->callee.aor.empty()) ending_.push_back(dialogs_.take(*dialog));
    if (!ending_.empty()) end_next_at_ = std::min(end_next_at_, now);
}

void Calling::end_subscriptions() {
    while (!ending_.empty() && end_next_at_ <= now_) {
        end_subscription(ending_.front());
        ending_.pop_front();
        end_next_at_ += pace;
    }
    if (ending_.empty()) end_next_at_ = base::Instant::max();
}

void Calling::end_subscription(const calls::Dialog& dialog) {
    const calls::Subscription& subscription = *dialog.subscription;
    Message notify;
    notify.method = "NOTIFY";
    notify.uri = dialog.caller.contact;
    notify.headers = {{"From", subscription.notifier},
                      {"To", subscription.subscriber},
                      {"Call-ID", dialog.call_id},
                      {"CSeq", std::to_string(subscription.sequence + 1) + " NOTIFY"},
                      {"Contact", '<' + dialog.callee.contact + '>'},
                      {"Event", subscription.event},
                      {"Subscription-State", "terminated;reason=deactivated"}};
    auto fork = find_other_side(notify, {});
    if (!fork && !std::holds_alternative<calls::SiteHop>(dialog.caller.hop))
        fork = fork_to(notify.uri, dialog.caller.hop, {}, {});
    if (fork) send_own(std::move(notify), *fork, LampTold{});
}

// ---- messages that wait

// From the voicemail server or the PBX, here or at the home: whether or not it reaches a phone. A home tells it to its
// backups before it answers; they keep it for the day on which the phone comes to them.
void Calling::note_summary(const Message& request, const calls::Hop& origin) {
    if (!tells_of_messages(request) || origin_of(origin) == CallOrigin::user) return;
    const base::Aor aor =
        calls::is_inside_dialog(request) ? aor_in(request, "To") : aor_of(request.uri).value_or(base::Aor{});
    if (record_of(aor) == nullptr || request.body.size() > longest_summary) return;
    if (summaries_.size() >= most_summaries && !summaries_.contains(aor)) return;
    const std::string* type = request.find("Content-Type");
    summaries_[aor] = {type != nullptr ? *type : std::string{}, request.body};
    if (house_.directory.find(aor) == nullptr) return;
    for (const base::SiteName& backup : house_.settings.backups) tell_backup(backup, aor);
}

void Calling::tell_backup(const base::SiteName& backup, const base::Aor& aor) {
    const bool told = is_reached(backup) &&
                      tell_summary(aor, fork_to(uri_of(aor), calls::SiteHop{backup}, {}, {}), SummaryTold{backup, aor});
    if (!told) untold_[backup].insert(aor);
}

// A backup that was away is told what it has missed, and one that has begun anew everything: as slowly as lamps are.
void Calling::tell_untold() {
    for (; tell_next_at_ <= now_; tell_next_at_ += pace) {
        const auto backup =
            std::find_if(untold_.begin(), untold_.end(), [this](const auto& one) { return is_reached(one.first); });
        if (backup == untold_.end()) {
            tell_next_at_ = base::Instant::max();
            return;
        }
        const base::SiteName site = backup->first;
        const base::Aor aor = std::move(backup->second.extract(backup->second.begin()).value());
        if (backup->second.empty()) untold_.erase(backup);
        tell_backup(site, aor);
    }
}

// A backup that speaks has heard it, and is silent because a phone of that user's is (RFC 4320 section 4.2).
void Calling::summary_unanswered(base::Instant now, const SummaryTold& told, bool link_lost) {
    now_ = now;
    const bool missed = link_lost || !is_reached(told.backup);
    if (missed && summaries_.contains(told.aor)) untold_[told.backup].insert(told.aor);
}

void Calling::site_reborn(const base::SiteName& site) {
    const auto& backups = house_.settings.backups;
    if (std::find(backups.begin(), backups.end(), site) == backups.end()) return;
    for (const auto& [aor, summary] : summaries_)
        if (house_.directory.find(aor) != nullptr) untold_[site].insert(aor);
}

void Calling::site_heard(base::Instant now, const base::SiteName& site) {
    if (tell_next_at_ == base::Instant::max() && untold_.contains(site)) tell_next_at_ = now;
}

bool Calling::tell_summary(const base::Aor& aor, const calls::Fork& fork, Purpose purpose) {
    const Summary& summary = summaries_.at(aor);
    const std::string address = uri_of(aor);
    Message notify = house_.own_requests.make("NOTIFY", fork.uri, address, address);
    notify.headers.push_back({"Contact", '<' + address + '>'});
    notify.headers.push_back({"Event", "message-summary"});
    notify.headers.push_back({"Subscription-State", "active"});
    if (!summary.type.empty()) notify.headers.push_back({"Content-Type", summary.type});
    notify.body = summary.body;
    return send_own(std::move(notify), fork, std::move(purpose));
}

void Calling::came(base::Instant now, const LocationEntry& entry, Effects& out) {
    now_ = now;
    out_ = &out;
    moved(now, *entry.aor);
    if (!summaries_.contains(*entry.aor)) return;
    for (const Binding& binding : entry.bindings)
        if (binding.role != Role::standby)
            tell_summary(*entry.aor,
                         fork_to(std::string(std::string_view(binding.contact)), binding.flow, {}, binding.path),
                         LampTold{});
}

// ---- what we send ourselves

bool Calling::send_own(Message request, const calls::Fork& fork, Purpose purpose) {
    for (auto route = fork.routes.rbegin(); route != fork.routes.rend(); ++route) request.prepend("Route", *route);
    return house_.own_requests.send(now_, std::move(request), fork.hop, std::move(purpose), *out_);
}

}  // namespace innkeeper::core
