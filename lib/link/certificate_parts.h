// What certificate.cpp and tls_context.cpp share and nobody else sees.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "link/certificate.h"
#include "link/openssl.h"

namespace innkeeper::link {

struct Credentials::Parts {
    CertificateFiles files;
    X509Pointer leaf;
    std::vector<X509Pointer> intermediates;
    KeyPointer key;
    std::vector<X509Pointer> ca;
};

// Does the certificate name this site (subjectAltName, or CN where it has none; RFC 6125)? No wildcards.
bool names(X509* certificate, const base::SiteName& site);

std::string common_name(X509* certificate);  // of the subject; safe to print

// Why a certificate was not accepted (X509_V_ERR_...), in words.
std::string describe(int verify_error, X509* certificate);

}  // namespace innkeeper::link
