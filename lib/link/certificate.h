// The site's certificate, its key and the network's own CA, as PEM files (IP12, R21). Whatever is wrong with them is
// said in words that name the file.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/expected.h"
#include "base/ids.h"

namespace innkeeper::link {

struct CertificateFiles {
    std::string certificate;  // the site's first, intermediates after it
    std::string key;          // unencrypted
    std::string ca;           // the first is the one whose fingerprint peers compare; more during a change of CA
};

// What was read from the files.
class Credentials {
public:
    // Errors: a file that cannot be read, holds no PEM of its kind, or a key that is not the certificate's.
    static base::Expected<Credentials> load(const CertificateFiles& files);
    Credentials(Credentials&&) noexcept;
    Credentials& operator=(Credentials&&) noexcept;
    ~Credentials();

    // When the site's certificate or the CA expires, whichever is first. 30, 7 and 1 days before, R21 asks for a
    // warning.
    std::chrono::system_clock::time_point expires() const;
    // SHA-256 of the CA certificate in lower-case hex: core::MatchingSettings::root_ca.
    std::string ca_fingerprint() const;
    // Would a peer take it for `site` at that time? Error: expired, not yet valid, not signed by this CA, not for TLS
    // servers and clients, or naming somebody else. For --check-config; a daemon runs without, its links down.
    base::Expected<bool> check(const base::SiteName& site, std::chrono::system_clock::time_point now) const;

    struct Parts;  // certificate_parts.h, for TlsContext

private:
    friend class TlsContext;
    explicit Credentials(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

// Whole days left, negative when it is over.
int days_until_expiry(std::chrono::system_clock::time_point expires, std::chrono::system_clock::time_point now);

}  // namespace innkeeper::link
