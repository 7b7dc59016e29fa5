// Owners of OpenSSL's objects. Only lib/link includes this.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace innkeeper::link {

template <auto release>
struct Release {
    template <class Object>
    void operator()(Object* object) const noexcept {
        release(object);
    }
};

using X509Pointer = std::unique_ptr<X509, Release<X509_free>>;
using KeyPointer = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using BioPointer = std::unique_ptr<BIO, Release<BIO_free>>;
using StorePointer = std::unique_ptr<X509_STORE, Release<X509_STORE_free>>;
using StoreContextPointer = std::unique_ptr<X509_STORE_CTX, Release<X509_STORE_CTX_free>>;

}  // namespace innkeeper::link
