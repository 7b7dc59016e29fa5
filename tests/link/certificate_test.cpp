#include "link/certificate.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "host/clock.h"
#include "site.h"

using namespace innkeeper;
using namespace innkeeper::link_tests;
using namespace std::chrono_literals;

namespace {

std::string load_problem(const link::CertificateFiles& files) {
    const auto loaded = link::Credentials::load(files);
    return loaded ? std::string() : loaded.error().text;
}

std::string check_problem(const link::CertificateFiles& files, const std::string& site,
                          std::chrono::system_clock::time_point now = host::wall_now()) {
    const auto loaded = link::Credentials::load(files);
    REQUIRE(loaded);
    const auto checked = loaded->check({site}, now);
    return checked ? std::string() : checked.error().text;
}

}  // namespace

TEST_CASE("a good certificate passes", "[link][R21]") {
    const LabCertificates lab("rome");
    CHECK(check_problem(files(lab, "rome"), "rome").empty());
}

TEST_CASE("files that cannot serve are named", "[link]") {
    const LabCertificates lab("rome oslo");
    link::CertificateFiles missing = files(lab, "rome");
    missing.certificate = lab.file("none.pem");
    CHECK(load_problem(missing) ==
          "certificate file " + lab.file("none.pem") + " cannot be read: No such file or directory");
    link::CertificateFiles mixed = files(lab, "rome");
    mixed.key = lab.file("oslo.key");
    CHECK(load_problem(mixed) ==
          "key file " + lab.file("oslo.key") + " is not the key of certificate file " + lab.file("rome.pem"));
    link::CertificateFiles swapped = files(lab, "rome");
    swapped.key = swapped.certificate;
    CHECK(load_problem(swapped).find("holds no private key in PEM form") != std::string::npos);
    std::ofstream(lab.file("cut.pem")) << "-----BEGIN CERTIFICATE-----\nMIIB\n";
    link::CertificateFiles cut = files(lab, "rome");
    cut.ca = lab.file("cut.pem");
    CHECK(load_problem(cut).find("damaged") != std::string::npos);
}

TEST_CASE("a site does not start with the key of another certificate", "[link]") {
    const LabCertificates lab("rome oslo");
    host::Loop loop;
    link::LinkSettings mixed = settings(lab, "rome", {{"rome", 1}, {"oslo", 2}});
    mixed.files.key = lab.file("oslo.key");
    CHECK_THROWS_WITH(Site(loop, mixed), Catch::Contains("is not the key of"));
}

TEST_CASE("a certificate that peers would refuse fails the check, with the reason", "[link][R21]") {
    const LabCertificates lab("rome");
    const LabCertificates other("rome");
    CHECK(check_problem(files(lab, "rome"), "oslo").find("needs DNS:oslo in its subjectAltName") != std::string::npos);
    link::CertificateFiles foreign = files(lab, "rome");
    foreign.ca = other.file("ca.pem");
    CHECK(check_problem(foreign, "rome").find("is not signed by our CA") != std::string::npos);
    CHECK(check_problem(files(lab, "rome"), "rome", host::wall_now() + 31 * 24h).find("expired on 20") !=
          std::string::npos);
    CHECK(check_problem(files(lab, "rome"), "rome", host::wall_now() - 24h).find("is a clock wrong?") !=
          std::string::npos);
}

TEST_CASE("days until expiry are whole days, negative afterwards", "[link][R21]") {
    const LabCertificates lab("rome");
    const auto expires = link::Credentials::load(files(lab, "rome"))->expires();
    CHECK(link::days_until_expiry(expires, expires - 30 * 24h) == 30);
    CHECK(link::days_until_expiry(expires, expires - 1h) == 0);
    CHECK(link::days_until_expiry(expires, expires + 1h) == -1);
    CHECK(link::days_until_expiry(expires, host::wall_now()) == 29);
}

TEST_CASE("the fingerprint of the CA is the one that openssl prints", "[link][IP12]") {
    const LabCertificates lab("rome");
    const std::string command = "openssl x509 -in " + lab.file("ca.pem") +
                                " -noout -fingerprint -sha256 | cut -d= -f2 | tr -d : | tr A-F a-f >" +
                                lab.file("fingerprint");
    REQUIRE(std::system(command.c_str()) == 0);
    std::string expected;
    std::ifstream(lab.file("fingerprint")) >> expected;
    CHECK(link::Credentials::load(files(lab, "rome"))->ca_fingerprint() == expected);
}
