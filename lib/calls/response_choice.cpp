#include "calls/response_choice.h"

#include <algorithm>

namespace innkeeper::calls {
namespace {

bool is_challenge(const Header& header) {
    return same_ignoring_case(header.name, "WWW-Authenticate") || same_ignoring_case(header.name, "Proxy-Authenticate");
}

// Lower is better: 6xx before all, then the lowest class; within 4xx what the caller can act upon.
int rank(std::uint16_t status) {
    if (status >= 600) return 0;
    int rank = status / 100 * 1000 + status % 100;
    for (const int telling : {401, 407, 415, 420, 484})
        if (status == telling) rank = 4000 - 100 + status % 100;
    if (status == 408 || status == 487) rank = 4900;  // says least about the user
    if (status == 503) rank = 5900;
    return rank;
}

}  // namespace

bool goes_before(std::uint16_t one, std::uint16_t other) {
    return rank(one) < rank(other);
}

void ResponseChoice::add(Message refusal) {
    std::copy_if(refusal.headers.begin(), refusal.headers.end(), std::back_inserter(challenges_), is_challenge);
    if (!best_ || goes_before(refusal.status, best_->status)) best_ = std::move(refusal);
}

Message ResponseChoice::take() {
    Message best = std::move(*best_);
    best_.reset();
    if (best.status == 503) {
        best.status = 500;
        best.phrase = "Server Internal Error";
        best.remove("Retry-After");
    }
    if (best.status == 401 || best.status == 407) {
        std::erase_if(best.headers, is_challenge);
        best.headers.insert(best.headers.end(), challenges_.begin(), challenges_.end());
    }
    challenges_.clear();
    return best;
}

}  // namespace innkeeper::calls
