// TCP sockets of the peer link: non-blocking, closed on exec, set up so that a silent other side is noticed.
#pragma once

#include <cstddef>
#include <utility>

#include "base/address.h"
#include "base/expected.h"

namespace innkeeper::link {

// Owns a file descriptor.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor();
    int number() const { return number_; }
    bool open() const { return number_ >= 0; }

private:
    int number_;
};

// Throws std::runtime_error with the reason when the address is taken or not ours.
Descriptor listen_on(const base::Endpoint& local);

// Connection under way to `remote`, from the address of `local` where that can be (so that the peer sees the site's
// own address). Error: errno.
base::Expected<Descriptor, int> dial(const base::Endpoint& remote, const base::Endpoint& local);
int pending_error(int descriptor);  // errno of a finished dial, 0: connected

struct Caller {
    Descriptor descriptor;
    base::Endpoint remote;
};
base::Expected<Caller, int> accept_from(int listener);  // error: errno

base::Endpoint local_endpoint(int descriptor);

}  // namespace innkeeper::link
