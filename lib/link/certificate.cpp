#include "link/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/wiped_bytes.h"
#include "host/text.h"
#include "link/certificate_parts.h"

namespace innkeeper::link {
namespace {

using std::chrono::system_clock;

base::Expected<base::WipedBytes> read_file(const std::string& path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
    if (!file) return base::error(path + " cannot be read: " + std::strerror(errno));
    std::setvbuf(file.get(), nullptr, _IONBF, 0);  // no copy of a key in a buffer that nobody wipes
    base::WipedBytes bytes(256 * 1024, '\0');
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file.get()));
    if (std::ferror(file.get()) != 0) return base::error(path + " cannot be read: " + std::strerror(errno));
    return bytes;
}

BioPointer reader(const base::WipedBytes& bytes) {
    return BioPointer(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

base::Expected<std::vector<X509Pointer>> read_certificates(const std::string& path) {
    const auto bytes = read_file(path);
    if (!bytes) return base::error("certificate file " + bytes.error().text);
    const BioPointer bio = reader(*bytes);
    std::vector<X509Pointer> found;
    while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) found.emplace_back(certificate);
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (found.empty() || !at_end)
        return base::error("certificate file " + path + " is not in PEM form or holds a damaged certificate");
    return found;
}

int no_passphrase(char*, int, int, void*) {
    return -1;
}

base::Expected<KeyPointer> read_key(const std::string& path) {
    const auto bytes = read_file(path);
    if (!bytes) return base::error("key file " + bytes.error().text);
    KeyPointer key(PEM_read_bio_PrivateKey(reader(*bytes).get(), nullptr, &no_passphrase, nullptr));
    ERR_clear_error();
    if (!key) return base::error("key file " + path + " holds no private key in PEM form, or an encrypted one");
    return key;
}

system_clock::time_point to_time(const ASN1_TIME* moment) {
    std::tm calendar{};
    ASN1_TIME_to_tm(moment, &calendar);
    return system_clock::from_time_t(::timegm(&calendar));
}

std::string to_text(const ASN1_TIME* moment) {
    std::tm calendar{};
    std::array<char, 32> text{};
    ASN1_TIME_to_tm(moment, &calendar);
    std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &calendar);
    return text.data();
}

// Empty when a TLS server or client (`purpose`) of this CA may use the certificate at that time.
std::string problem_with(const Credentials::Parts& parts, int purpose, system_clock::time_point now) {
    const StorePointer store(X509_STORE_new());
    for (const X509Pointer& ca : parts.ca) X509_STORE_add_cert(store.get(), ca.get());
    STACK_OF(X509)* intermediates = sk_X509_new_null();
    for (const X509Pointer& certificate : parts.intermediates) sk_X509_push(intermediates, certificate.get());
    const StoreContextPointer context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), parts.leaf.get(), intermediates);
    X509_STORE_CTX_set_purpose(context.get(), purpose);
    X509_STORE_CTX_set_time(context.get(), 0, system_clock::to_time_t(now));
    std::string problem;
    if (X509_verify_cert(context.get()) != 1)
        problem = describe(X509_STORE_CTX_get_error(context.get()), X509_STORE_CTX_get_current_cert(context.get()));
    sk_X509_free(intermediates);
    ERR_clear_error();
    return problem;
}

}  // namespace

bool names(X509* certificate, const base::SiteName& site) {
    return X509_check_host(certificate, site.text.data(), site.text.size(), X509_CHECK_FLAG_NO_WILDCARDS, nullptr) == 1;
}

std::string common_name(X509* certificate) {
    std::array<char, 65> text{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text.data(),
                              static_cast<int>(text.size()));
    return host::escape_controls(text.data());
}

std::string describe(int verify_error, X509* certificate) {
    const std::string whose =
        certificate ? "the certificate of '" + common_name(certificate) + "' " : "the certificate ";
    switch (verify_error) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return whose + "expired on " + to_text(X509_get0_notAfter(certificate));
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return whose + "is valid from " + to_text(X509_get0_notBefore(certificate)) + " on; is a clock wrong?";
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return whose + "is not signed by our CA";
        case X509_V_ERR_INVALID_PURPOSE:
            return whose + "is not meant for both TLS servers and TLS clients (extendedKeyUsage)";
        default:
            return whose + "is not accepted: " + X509_verify_cert_error_string(verify_error);
    }
}

base::Expected<Credentials> Credentials::load(const CertificateFiles& files) {
    auto own = read_certificates(files.certificate);
    if (!own) return base::error(own.error().text);
    auto key = read_key(files.key);
    if (!key) return base::error(key.error().text);
    auto ca = read_certificates(files.ca);
    if (!ca) return base::error(ca.error().text);

    auto parts = std::make_unique<Parts>();
    parts->files = files;
    parts->leaf = std::move(own->front());
    own->erase(own->begin());
    parts->intermediates = *std::move(own);
    parts->key = *std::move(key);
    parts->ca = *std::move(ca);
    const bool matches = X509_check_private_key(parts->leaf.get(), parts->key.get()) == 1;
    ERR_clear_error();
    if (!matches)
        return base::error("key file " + files.key + " is not the key of certificate file " + files.certificate);
    return Credentials(std::move(parts));
}

Credentials::Credentials(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Credentials::Credentials(Credentials&&) noexcept = default;
Credentials& Credentials::operator=(Credentials&&) noexcept = default;
Credentials::~Credentials() = default;

system_clock::time_point Credentials::expires() const {
    return std::min(to_time(X509_get0_notAfter(parts_->leaf.get())),
                    to_time(X509_get0_notAfter(parts_->ca.front().get())));
}

std::string Credentials::ca_fingerprint() const {
    std::array<unsigned char, 32> digest{};
    unsigned int size = digest.size();
    X509_digest(parts_->ca.front().get(), EVP_sha256(), digest.data(), &size);
    std::string text;
    for (const unsigned char octet : digest) {
        text += "0123456789abcdef"[octet >> 4];
        text += "0123456789abcdef"[octet & 15];
    }
    return text;
}

base::Expected<bool> Credentials::check(const base::SiteName& site, system_clock::time_point now) const {
    for (const int purpose : {X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT})
        if (const std::string problem = problem_with(*parts_, purpose, now); !problem.empty())
            return base::error(parts_->files.certificate + ": " + problem);
    if (!names(parts_->leaf.get(), site))
        return base::error(parts_->files.certificate + ": the certificate does not name this site: it needs DNS:" +
                           site.text + " in its subjectAltName");
    return true;
}

int days_until_expiry(system_clock::time_point expires, system_clock::time_point now) {
    return static_cast<int>(std::chrono::floor<std::chrono::days>(expires - now).count());
}

}  // namespace innkeeper::link
