// Phones' ends of connections for tests; they never block and live on the loop's own thread.
#pragma once

#include <sys/resource.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/address.h"

struct ssl_st;

namespace innkeeper::support {

// Connected: takes answers only from the address that it asks.
class UdpPhone {
public:
    explicit UdpPhone(const base::Endpoint& server);
    ~UdpPhone();
    UdpPhone(const UdpPhone&) = delete;
    UdpPhone& operator=(const UdpPhone&) = delete;
    void send(std::string_view datagram);
    std::string receive();  // empty: nothing is there
    base::Endpoint local() const;

private:
    int socket_;
};

enum class Security : std::uint8_t { none, tls };

class StreamPhone {
public:
    explicit StreamPhone(const base::Endpoint& server, Security security = Security::none);
    ~StreamPhone();
    StreamPhone(const StreamPhone&) = delete;
    StreamPhone& operator=(const StreamPhone&) = delete;
    void send(std::string_view octets);  // with TLS, sent when the handshake is through
    std::string receive();               // what is there; also drives the handshake
    bool closed() const { return closed_; }
    std::string server_certificate() const;  // its fingerprint; empty before the handshake

private:
    bool ready();

    int socket_;
    ssl_st* tls_ = nullptr;
    std::string waiting_;
    bool closed_ = false;
};

// A self-signed certificate and its key in a directory of their own, gone with this.
class CertificateFiles {
public:
    CertificateFiles();
    void renew();  // another certificate and key in the same files
    ~CertificateFiles();
    CertificateFiles(const CertificateFiles&) = delete;
    CertificateFiles& operator=(const CertificateFiles&) = delete;
    std::string certificate;
    std::string key;

private:
    std::string directory_;
};

// Of this process. Sanitizers keep freed memory for a while, but see leaks themselves.
std::size_t resident_octets();
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool memory_is_measurable = false;
#else
inline constexpr bool memory_is_measurable = true;
#endif

// While it lives, the process can open nothing more.
class NoDescriptors {
public:
    NoDescriptors();
    ~NoDescriptors();
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

private:
    rlimit before_{};
};

}  // namespace innkeeper::support
