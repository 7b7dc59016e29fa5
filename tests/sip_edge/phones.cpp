#include "sip_edge/phones.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "sip/socket_address.h"

namespace innkeeper::support {
namespace {

int connected_socket(const base::Endpoint& server, int kind) {
    const auto to = sip::SocketAddress::from(server);
    const int descriptor = ::socket(to.storage.ss_family, kind | SOCK_CLOEXEC, 0);
    REQUIRE(::connect(descriptor, to.get(), to.length) == 0);
    return descriptor;
}

SSL_CTX* client_context() {
    static SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    return context;
}

}  // namespace

UdpPhone::UdpPhone(const base::Endpoint& server) : socket_(connected_socket(server, SOCK_DGRAM)) {}

UdpPhone::~UdpPhone() {
    ::close(socket_);
}

void UdpPhone::send(std::string_view datagram) {
    if (::send(socket_, datagram.data(), datagram.size(), 0) != static_cast<ssize_t>(datagram.size()))
        FAIL("the datagram was not sent");
}

std::string UdpPhone::receive() {
    char room[65536];
    const auto got = ::recv(socket_, room, sizeof room, MSG_DONTWAIT);
    return got > 0 ? std::string(room, static_cast<std::size_t>(got)) : std::string();
}

base::Endpoint UdpPhone::local() const {
    return sip::local_endpoint(socket_);
}

StreamPhone::StreamPhone(const base::Endpoint& server, Security security)
    : socket_(connected_socket(server, SOCK_STREAM)) {
    const timeval soon{0, 1};  // reads and writes give up at once, the handshake too
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof soon);
    if (security == Security::none) return;
    tls_ = SSL_new(client_context());
    SSL_set_fd(tls_, socket_);
    SSL_set_connect_state(tls_);
}

StreamPhone::~StreamPhone() {
    if (tls_ != nullptr) SSL_free(tls_);
    ::close(socket_);
}

bool StreamPhone::ready() {
    if (tls_ == nullptr) return true;
    ERR_clear_error();
    const int result = SSL_do_handshake(tls_);
    if (result == 1) return true;
    const int error = SSL_get_error(tls_, result);
    closed_ = error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
    return false;
}

void StreamPhone::send(std::string_view octets) {
    waiting_ += octets;
    if (!ready()) return;
    if (tls_ != nullptr)
        SSL_write(tls_, waiting_.data(), static_cast<int>(waiting_.size()));
    else if (::send(socket_, waiting_.data(), waiting_.size(), MSG_NOSIGNAL) < 0)
        closed_ = true;
    waiting_.clear();
}

std::string StreamPhone::receive() {
    if (closed_ || !ready()) return {};
    if (!waiting_.empty()) send({});
    char room[65536];
    if (tls_ != nullptr) {
        ERR_clear_error();
        const int got = SSL_read(tls_, room, sizeof room);
        if (got > 0) return std::string(room, static_cast<std::size_t>(got));
        closed_ = SSL_get_error(tls_, got) != SSL_ERROR_WANT_READ;
        return {};
    }
    const auto got = ::recv(socket_, room, sizeof room, MSG_DONTWAIT);
    closed_ = got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
    return got > 0 ? std::string(room, static_cast<std::size_t>(got)) : std::string();
}

std::string StreamPhone::server_certificate() const {
    X509* shown = SSL_get1_peer_certificate(tls_);
    if (shown == nullptr) return {};
    unsigned char fingerprint[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    X509_digest(shown, EVP_sha256(), fingerprint, &length);
    X509_free(shown);
    return std::string(reinterpret_cast<const char*>(fingerprint), length);
}

CertificateFiles::CertificateFiles() {
    char path[] = "/tmp/innkeeper-sip-XXXXXX";
    REQUIRE(::mkdtemp(path) != nullptr);
    directory_ = path;
    certificate = directory_ + "/certificate.pem";
    key = directory_ + "/key.pem";
    renew();
}

void CertificateFiles::renew() {
    EVP_PKEY* pair = EVP_EC_gen("P-256");
    X509* made = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    X509_gmtime_adj(X509_getm_notBefore(made), 0);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_set_pubkey(made, pair);
    X509_NAME* name = X509_get_subject_name(made);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("north"), -1, -1, 0);
    X509_set_issuer_name(made, name);
    REQUIRE(X509_sign(made, pair, EVP_sha256()) > 0);

    std::FILE* file = std::fopen(certificate.c_str(), "w");
    PEM_write_X509(file, made);
    std::fclose(file);
    file = std::fopen(key.c_str(), "w");
    PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(made);
    EVP_PKEY_free(pair);
}

CertificateFiles::~CertificateFiles() {
    std::remove(certificate.c_str());
    std::remove(key.c_str());
    ::rmdir(directory_.c_str());
}

std::size_t resident_octets() {
    std::ifstream statistics("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    statistics >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

NoDescriptors::NoDescriptors() {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const int lowest_free = ::dup(0);
    ::close(lowest_free);
    const rlimit none{static_cast<rlim_t>(lowest_free), before_.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &none) != 0) FAIL("the limit cannot be set");
}

NoDescriptors::~NoDescriptors() {
    ::setrlimit(RLIMIT_NOFILE, &before_);
}

}  // namespace innkeeper::support
