// Bytes in transit that may contain secrets: an encoded record page, a key file. Every block is wiped before it goes
// back to the heap, also those outgrown on the way.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace innkeeper::base {

inline void wipe(void* bytes, std::size_t size) noexcept {
    volatile unsigned char* byte = static_cast<unsigned char*>(bytes);  // volatile: not optimised away
    while (size-- > 0) *byte++ = 0;
}

template <class T>
struct WipingAllocator {
    using value_type = T;

    WipingAllocator() = default;
    template <class Other>
    WipingAllocator(const WipingAllocator<Other>&) noexcept {}  // NOLINT: allocators convert

    T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
    void deallocate(T* block, std::size_t count) noexcept {
        wipe(block, count * sizeof(T));
        std::allocator<T>().deallocate(block, count);
    }
    template <class Other>
    bool operator==(const WipingAllocator<Other>&) const noexcept {
        return true;
    }
};

using WipedBytes = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;

}  // namespace innkeeper::base
