#include "world/transcript.h"

#include <array>
#include <cstdio>

namespace innkeeper::world {

void Transcript::note(Moment when, std::string_view who, std::string_view what) {
    if (lines_ == 0) return;
    std::array<char, 48> head{};
    const double seconds = std::chrono::duration<double>(when).count();
    std::snprintf(head.data(), head.size(), "%10.3f  %-12.*s ", seconds, static_cast<int>(who.size()), who.data());
    kept_.push_back(head.data() + std::string(what));
    if (kept_.size() > lines_) kept_.pop_front();
}

std::string Transcript::text() const {
    std::string all;
    for (const std::string& line : kept_) all += line + '\n';
    return all;
}

}  // namespace innkeeper::world
