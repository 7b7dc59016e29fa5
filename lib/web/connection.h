// One accepted connection as cpp-httplib's Stream, with the bounds its own lacks: octets in, and a deadline for all.
#pragma once

#include <httplib.h>

#include <cstddef>
#include <string>

#include "base/instant.h"

namespace innkeeper::web {

// Owns the socket; used by one thread.
class Connection : public httplib::Stream {
public:
    // `stop` is a descriptor that becomes readable when the server ends.
    Connection(int descriptor, int stop, std::size_t octets, base::Instant deadline);
    ~Connection() override;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    bool is_readable() const override { return wait(true); }
    bool is_writable() const override { return wait(false); }
    ssize_t read(char* to, std::size_t size) override;
    ssize_t write(const char* from, std::size_t size) override;
    void get_remote_ip_and_port(std::string& ip, int& port) const override;
    void get_local_ip_and_port(std::string& ip, int& port) const override;
    socket_t socket() const override { return descriptor_; }

private:
    bool wait(bool to_read) const;  // false: deadline or stop

    socket_t descriptor_;
    int stop_;
    std::size_t octets_left_;
    base::Instant deadline_;
    char buffer_[1024];  // httplib reads lines octet by octet
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace innkeeper::web
