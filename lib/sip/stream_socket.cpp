#include "sip/stream_socket.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <stdexcept>
#include <utility>

namespace innkeeper::sip {
namespace {

[[noreturn]] void fail(SSL_CTX* context, const std::string& what, const std::string& file) {
    const unsigned long code = ERR_peek_last_error();
    const char* reason = ERR_reason_error_string(code);
    ERR_clear_error();
    SSL_CTX_free(context);
    throw std::runtime_error(what + " " + file + ": " + (reason != nullptr ? reason : "cannot be used"));
}

void set_usual_options(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

}  // namespace

TlsServer::TlsServer(const std::string& certificate_file, const std::string& key_file)
    : context_(SSL_CTX_new(TLS_server_method())) {
    if (context_ == nullptr) throw std::bad_alloc();
    set_usual_options(context_);
    if (SSL_CTX_use_certificate_chain_file(context_, certificate_file.c_str()) != 1)
        fail(context_, "tls-certificate", certificate_file);
    if (SSL_CTX_use_PrivateKey_file(context_, key_file.c_str(), SSL_FILETYPE_PEM) != 1)
        fail(context_, "tls-key", key_file);
    if (SSL_CTX_check_private_key(context_) != 1) fail(context_, "tls-key", key_file);
}

void TlsServer::load(const std::string& certificate_file, const std::string& key_file) {
    TlsServer fresh(certificate_file, key_file);
    std::swap(context_, fresh.context_);  // open connections hold the old one as long as they need it
}

TlsServer::~TlsServer() {
    SSL_CTX_free(context_);
}

TlsClient::TlsClient(const std::string& authority_file) : context_(SSL_CTX_new(TLS_client_method())) {
    if (context_ == nullptr) throw std::bad_alloc();
    set_usual_options(context_);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    if (SSL_CTX_load_verify_locations(context_, authority_file.c_str(), nullptr) != 1)
        fail(context_, "tls-ca", authority_file);
}

void TlsClient::load(const std::string& authority_file) {
    TlsClient fresh(authority_file);
    std::swap(context_, fresh.context_);
}

TlsClient::~TlsClient() {
    SSL_CTX_free(context_);
}

StreamSocket::StreamSocket(int descriptor, const TlsClient* tls, const base::IpAddress& dialled)
    : descriptor_(descriptor) {
    if (tls == nullptr) return;
    tls_ = SSL_new(tls->context());
    if (tls_ == nullptr || SSL_set_fd(tls_, descriptor) != 1) throw std::bad_alloc();
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_), dialled.text().c_str()) != 1) throw std::bad_alloc();
    SSL_set_connect_state(tls_);
}

StreamSocket::StreamSocket(int descriptor, const TlsServer* tls) : descriptor_(descriptor) {
    if (tls == nullptr) return;
    tls_ = SSL_new(tls->context());
    if (tls_ == nullptr || SSL_set_fd(tls_, descriptor) != 1) throw std::bad_alloc();
    SSL_set_accept_state(tls_);
}

StreamSocket::~StreamSocket() {
    if (tls_ != nullptr) {
        if (!broken_ && SSL_is_init_finished(tls_) == 1) SSL_shutdown(tls_);
        SSL_free(tls_);
        ERR_clear_error();
    }
    ::close(descriptor_);
}

StreamSocket::State StreamSocket::state_of(int result) const {
    switch (SSL_get_error(tls_, result)) {
        case SSL_ERROR_WANT_READ:
            return State::wants_read;
        case SSL_ERROR_WANT_WRITE:
            return State::wants_write;
        default:
            return State::closed;
    }
}

StreamSocket::State StreamSocket::handshake() {
    if (tls_ == nullptr) return State::done;
    ERR_clear_error();
    const int result = SSL_do_handshake(tls_);
    if (result == 1) return State::done;
    const State state = state_of(result);
    broken_ = state == State::closed;
    return state;
}

StreamSocket::Transfer StreamSocket::read(std::span<char> room) {
    if (tls_ != nullptr) {
        ERR_clear_error();
        std::size_t octets = 0;
        const int result = SSL_read_ex(tls_, room.data(), room.size(), &octets);
        if (result == 1) return {State::done, octets};
        const State state = state_of(result);
        broken_ = state == State::closed && SSL_get_error(tls_, result) != SSL_ERROR_ZERO_RETURN;
        return {state, 0};
    }
    const auto got = ::recv(descriptor_, room.data(), room.size(), 0);
    if (got > 0) return {State::done, static_cast<std::size_t>(got)};
    const bool later = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    return {later ? State::wants_read : State::closed, 0};
}

StreamSocket::Transfer StreamSocket::write(std::string_view octets) {
    if (tls_ != nullptr) {
        ERR_clear_error();
        std::size_t written = 0;
        const int result = SSL_write_ex(tls_, octets.data(), octets.size(), &written);
        if (result == 1) return {State::done, written};
        const State state = state_of(result);
        broken_ = state == State::closed;
        return {state, 0};
    }
    const auto sent = ::send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (sent >= 0) return {State::done, static_cast<std::size_t>(sent)};
    const bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    return {later ? State::wants_write : State::closed, 0};
}

}  // namespace innkeeper::sip
