#include "core/homecoming.h"

namespace innkeeper::core {

void Homecoming::begin(base::Instant now, bool canaries) {
    *this = Homecoming{};
    canaries_first_ = canaries;
    counted_since_ = now;
}

void Homecoming::go_on(base::Instant now) {
    begin(now, false);
}

void Homecoming::age(base::Instant now) {
    if (canaries_first_) return;  // a handful: every one counts in full
    while (now - counted_since_ >= while_counted && arrived_ + failed_ > 0) {
        arrived_ /= 2;
        failed_ /= 2;
        counted_since_ += while_counted;
    }
    if (now - counted_since_ >= while_counted) counted_since_ = now;
}

void Homecoming::arrived(base::Instant now) {
    age(now);
    ++arrived_;
}

void Homecoming::failed(base::Instant now) {
    age(now);
    ++failed_;
}

void Homecoming::vanished() {
    if (canaries_ > arrived_ + failed_) --canaries_;
}

Homecoming::Outlook Homecoming::outlook() const {
    if (!canaries_first_) return failed_ >= least_failures && failed_ >= arrived_ ? Outlook::bad : Outlook::good;
    if (failed_ > 0 && 2 * failed_ >= canaries_) return Outlook::bad;
    return canaries_ > 0 && 2 * arrived_ > canaries_ ? Outlook::good : Outlook::unknown;
}

}  // namespace innkeeper::core
