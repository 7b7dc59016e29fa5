// Bytes on their way in or out of a connection, first in, first out. What was taken is wiped at once: it may have been
// somebody's secret.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/wiped_bytes.h"

namespace innkeeper::link {

class ByteQueue {
public:
    std::size_t size() const { return bytes_.size() - taken_; }
    bool empty() const { return size() == 0; }
    std::string_view view() const { return std::string_view(bytes_).substr(taken_); }

    void append(std::string_view more) { bytes_.append(more); }
    // Room for `count` more octets at the end; give back with trim() what was not filled.
    char* extend(std::size_t count) {
        bytes_.resize(bytes_.size() + count);
        return bytes_.data() + bytes_.size() - count;
    }
    void trim(std::size_t count) { bytes_.resize(bytes_.size() - count); }

    void take(std::size_t count) {
        base::wipe(bytes_.data() + taken_, count);
        taken_ += count;
        if (taken_ == bytes_.size() && bytes_.capacity() > kept) bytes_ = base::WipedBytes();
        if (taken_ < bytes_.size() && taken_ < kept) return;
        bytes_.erase(0, taken_);
        taken_ = 0;
    }

private:
    static constexpr std::size_t kept = 64 * 1024;  // octets not given back to the heap, or not yet moved away

    base::WipedBytes bytes_;
    std::size_t taken_ = 0;
};

}  // namespace innkeeper::link
