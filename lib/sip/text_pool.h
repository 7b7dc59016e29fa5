// Room for texts made out of a request while it is served: joined lists, URIs put together again, quotes undone.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace innkeeper::sip {

// Views stay valid until clear(). The room is fixed: a request that needs more is malformed.
class TextPool {
public:
    static constexpr std::size_t octets = 128 * 1024;  // twice the longest message

    void clear() { used_ = 0; }
    std::span<char> rest() { return {room_.get() + used_, octets - used_}; }
    std::string_view keep(std::size_t length) {
        const std::string_view text(room_.get() + used_, length);
        used_ += length;
        return text;
    }

private:
    std::unique_ptr<char[]> room_ = std::make_unique<char[]>(octets);
    std::size_t used_ = 0;
};

}  // namespace innkeeper::sip
