// Where the failover of one home stands at this backup (design section 4).
#pragma once

#include <cstdint>
#include <string_view>

namespace innkeeper::core {

enum class Phase : std::uint8_t { normal, allowed, active, settling, returning, grace };

inline constexpr Phase every_phase[] = {Phase::normal,   Phase::allowed,   Phase::active,
                                        Phase::settling, Phase::returning, Phase::grace};
std::string_view to_text(Phase phase);

}  // namespace innkeeper::core
