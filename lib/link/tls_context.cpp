#include "link/tls_context.h"

#include <openssl/err.h>

#include <stdexcept>

#include "link/certificate_parts.h"
#include "link/socket_bio.h"

namespace innkeeper::link {
namespace {

// OpenSSL's convention: the reason of an error that stands for an alert from the other side is this plus the alert.
constexpr int alert_reasons = SSL_AD_REASON_OFFSET;

int counterpart_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

std::string listed(const std::vector<base::SiteName>& sites) {
    std::string text;
    for (const base::SiteName& site : sites) text += (text.empty() ? "" : ", ") + site.text;
    return text;
}

// Called by OpenSSL for each certificate of the chain, the peer's own last.
int verify(int trusted, X509_STORE_CTX* store) {
    auto* session = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto& counterpart = *static_cast<Counterpart*>(SSL_get_ex_data(session, counterpart_index()));
    X509* certificate = X509_STORE_CTX_get_current_cert(store);
    if (trusted != 1) {
        counterpart.problem = describe(X509_STORE_CTX_get_error(store), certificate);
        return 0;
    }
    if (X509_STORE_CTX_get_error_depth(store) > 0) return 1;
    std::vector<base::SiteName> named;
    for (const base::SiteName& site : counterpart.acceptable)
        if (names(certificate, site)) named.push_back(site);
    if (named.size() == 1) {
        counterpart.named = named.front();
        return 1;
    }
    const std::string wrong = named.empty() ? "does not name " + listed(counterpart.acceptable)
                                            : "names more than one peer: " + listed(named);
    counterpart.problem = "the certificate of '" + common_name(certificate) + "' " + wrong;
    X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
    return 0;
}

}  // namespace

void FreeSession::operator()(ssl_st* session) const noexcept {
    SSL_free(session);
}

void TlsContext::Free::operator()(ssl_ctx_st* context) const noexcept {
    SSL_CTX_free(context);
}

TlsContext::TlsContext(const Credentials& credentials) : context_(SSL_CTX_new(TLS_method())) {
    constexpr long longest_chain = 32 * 1024;  // octets that a stranger can make us hold
    SSL_CTX* context = context_.get();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CLEANSE_PLAINTEXT);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_mode(context,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_max_cert_list(context, longest_chain);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, &verify);

    const Credentials::Parts& parts = *credentials.parts_;
    STACK_OF(X509)* intermediates = sk_X509_new_null();
    for (const X509Pointer& certificate : parts.intermediates) sk_X509_push(intermediates, certificate.get());
    const int used = SSL_CTX_use_cert_and_key(context, parts.leaf.get(), parts.key.get(), intermediates, 1);
    sk_X509_free(intermediates);
    if (used != 1)
        throw std::runtime_error("certificate file " + parts.files.certificate + " cannot be used: " + tls_failure({}));
    for (const X509Pointer& ca : parts.ca) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get());
        SSL_CTX_add_client_CA(context, ca.get());
    }
}

Session TlsContext::session(int descriptor, Side side, Counterpart& counterpart) const {
    Session session(SSL_new(context_.get()));
    BIO* bio = new_socket_bio(descriptor);
    SSL_set_bio(session.get(), bio, bio);
    SSL_set_ex_data(session.get(), counterpart_index(), &counterpart);
    if (side == Side::dialled)
        SSL_set_connect_state(session.get());
    else
        SSL_set_accept_state(session.get());
    return session;
}

std::string tls_failure(const Counterpart& counterpart) {
    const unsigned long error = ERR_peek_error();
    const int reason = ERR_GET_REASON(error);
    const char* words = ERR_reason_error_string(error);
    ERR_clear_error();
    if (!counterpart.problem.empty()) return counterpart.problem;
    if (reason <= alert_reasons) return words ? std::string("TLS: ") + words : "TLS failed";
    const int alert = reason - alert_reasons;
    const bool about_certificate = (alert >= SSL3_AD_NO_CERTIFICATE && alert <= SSL3_AD_CERTIFICATE_UNKNOWN) ||
                                   alert == TLS1_AD_UNKNOWN_CA || alert == TLS1_AD_ACCESS_DENIED ||
                                   alert == TLS13_AD_CERTIFICATE_REQUIRED;
    return std::string(about_certificate ? "the other side does not accept our certificate: "
                                         : "the other side ends the handshake: ") +
           SSL_alert_desc_string_long(alert);
}

}  // namespace innkeeper::link
