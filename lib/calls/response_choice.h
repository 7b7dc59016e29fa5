// Which of several refusals goes back to the caller (RFC 3261 section 16.7, step 6). Pure.
#pragma once

#include <optional>

#include "calls/message.h"

namespace innkeeper::calls {

// True: `one` goes back rather than `other`. Within a class the RFC leaves it open: what the caller can act upon goes
// first, then what tells most of whoever was called.
bool goes_before(std::uint16_t one, std::uint16_t other);
// What a 6xx says without the claim to speak for all who were called; other statuses as they are.
std::uint16_t for_itself_alone(std::uint16_t status);

// Collects the final refusals of all branches of one request.
class ResponseChoice {
public:
    void add(Message refusal);
    bool empty() const { return !best_; }
    std::uint16_t status() const { return best_ ? best_->status : std::uint16_t{0}; }
    // The best one, with the challenges of all; a 503 becomes 500: other requests may fare better here.
    Message take();

private:
    std::optional<Message> best_;
    std::vector<Header> challenges_;
};

}  // namespace innkeeper::calls
