// Whatever a peer sends: nothing breaks, and what is accepted is accepted again, unchanged, by the next site.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "peer/codec.h"

using namespace innkeeper;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const base::Instant now{base::Duration(77'123'456)};
    const auto message = peer::decode({reinterpret_cast<const char*>(bytes), size}, now);
    if (!message) return 0;
    const auto again = peer::encode(*message, now);
    const auto second = peer::decode(again, now);
    if (!second || peer::encode(*second, now) != again) std::abort();
    return 0;
}
