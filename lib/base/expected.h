// A value or the reason why there is none. For bad input at a boundary; std::expected is not in these compilers.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace innkeeper::base {

// What is wrong, where, and what to do about it, in words for an operator.
struct Error {
    std::string text;
    bool operator==(const Error&) const = default;
};

template <class E>
struct Unexpected {
    E error;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

template <class T, class E = Error>
class [[nodiscard]] Expected {
public:
    Expected(T value) : either_(std::in_place_index<0>, std::move(value)) {}
    template <class G>
    Expected(Unexpected<G> unexpected) : either_(std::in_place_index<1>, std::move(unexpected.error)) {}

    explicit operator bool() const { return either_.index() == 0; }
    bool has_value() const { return either_.index() == 0; }

    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }
    T&& operator*() && { return std::move(value()); }
    const T* operator->() const { return &value(); }
    T* operator->() { return &value(); }

    const T& value() const& {
        INNKEEPER_ASSERT(has_value());
        return *std::get_if<0>(&either_);
    }
    T& value() & {
        INNKEEPER_ASSERT(has_value());
        return *std::get_if<0>(&either_);
    }
    T&& value() && {
        INNKEEPER_ASSERT(has_value());
        return std::move(*std::get_if<0>(&either_));
    }
    const E& error() const {
        INNKEEPER_ASSERT(!has_value());
        return *std::get_if<1>(&either_);
    }

private:
    std::variant<T, E> either_;
};

inline Unexpected<Error> error(std::string text) {
    return {Error{std::move(text)}};
}

}  // namespace innkeeper::base
