// A connected TCP socket, bare or under TLS, that never blocks.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/address.h"

struct ssl_st;
struct ssl_ctx_st;

namespace innkeeper::sip {

// The server's side of TLS for phones: TLS 1.2 and 1.3, no client certificates, no renegotiation. The certificate file
// holds the whole chain, the server's own first. Throws std::runtime_error that names the file and the cause.
class TlsServer {
public:
    TlsServer(const std::string& certificate_file, const std::string& key_file);
    ~TlsServer();
    TlsServer(const TlsServer&) = delete;
    TlsServer& operator=(const TlsServer&) = delete;
    // For connections to come. Throws like the constructor, and then nothing has changed.
    void load(const std::string& certificate_file, const std::string& key_file);
    ssl_ctx_st* context() const { return context_; }

private:
    ssl_ctx_st* context_;
};

// Our side of TLS where we dial: the other side's certificate must be signed by one of the file and name the address
// that was dialled. Throws std::runtime_error that names the file and the cause.
class TlsClient {
public:
    explicit TlsClient(const std::string& authority_file);
    ~TlsClient();
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;
    // For connections to come. Throws like the constructor, and then nothing has changed.
    void load(const std::string& authority_file);
    ssl_ctx_st* context() const { return context_; }

private:
    ssl_ctx_st* context_;
};

// Owns the descriptor. With TLS, SIGPIPE must be ignored by the process (host/signals).
class StreamSocket {
public:
    StreamSocket(int descriptor, const TlsServer* tls);                                  // accepted
    StreamSocket(int descriptor, const TlsClient* tls, const base::IpAddress& dialled);  // connected, or soon
    ~StreamSocket();
    StreamSocket(const StreamSocket&) = delete;
    StreamSocket& operator=(const StreamSocket&) = delete;

    enum class State {
        done,
        wants_read,   // again when the socket is readable
        wants_write,  // again when the socket is writable
        closed,       // by the other side, or broken
    };
    struct Transfer {
        State state = State::done;
        std::size_t octets = 0;  // with `done`
    };

    State handshake();  // done at once without TLS
    Transfer read(std::span<char> room);
    Transfer write(std::string_view octets);
    int descriptor() const { return descriptor_; }

private:
    State state_of(int result) const;

    int descriptor_;
    ssl_st* tls_ = nullptr;
    bool broken_ = false;
};

}  // namespace innkeeper::sip
