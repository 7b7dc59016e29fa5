#include "calls/response_choice.h"

#include <algorithm>

namespace innkeeper::calls {
namespace {

bool is_challenge(const Header& header) {
    return same_ignoring_case(header.name, "WWW-Authenticate") || same_ignoring_case(header.name, "Proxy-Authenticate");
}

// Lower is better: 6xx before all, then the lowest class.
int rank(std::uint16_t status) {
    switch (status) {
        case 401:
        case 407:
        case 415:
        case 420:
        case 484:
            return 3800 + status % 100;  // the caller can do something about it
        case 486:
            return 3900;  // somebody is there
        case 480:
            return 4800;
        case 404:
        case 410:
            return 4850;  // one that is not there, when another one has said more
        case 408:
        case 487:
            return 4900;  // says least about the user
        case 503:
            return 5900;
        default:
            return status >= 600 ? 0 : status / 100 * 1000 + status % 100;
    }
}

}  // namespace

bool goes_before(std::uint16_t one, std::uint16_t other) {
    return rank(one) < rank(other);
}

std::uint16_t for_itself_alone(std::uint16_t status) {
    if (status < 600) return status;
    if (status == 604) return 404;
    return status == 606 ? 488 : 486;  // it was there, and would not
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
