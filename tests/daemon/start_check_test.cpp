#include "daemon/start_check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "options_support.h"
#include "support/lab_certificates.h"

using namespace innkeeper::daemon;
using Catch::Matchers::Contains;
using innkeeper::support::LabCertificates;

namespace {

std::string unprivileged_user() {
    return geteuid() == 0 ? "nobody" : getpwuid(geteuid())->pw_name;
}

class Site {
public:
    Site() { ::chmod(folder.path().c_str(), 0777); }

    std::vector<Problem> check(std::vector<std::string> more = {}) {
        std::vector<std::string> arguments = {
            "--listen=udp:127.0.0.1:0", "--http-listen=", "--user=" + unprivileged_user(),
            "--state-directory=" + folder.path() + "/state", "--control-socket=" + folder.path() + "/control.sock"};
        // A flag may stand only once: what the test gives goes before.
        for (const std::string& argument : more)
            std::erase_if(arguments, [&](const std::string& one) {
                return one.substr(0, one.find('=')) == argument.substr(0, argument.find('='));
            });
        arguments.insert(arguments.end(), more.begin(), more.end());
        auto parsed = parse_site(arguments);
        INFO(Catch::Detail::stringify(texts(parsed.problems)));
        REQUIRE(parsed.problems.empty());
        options = std::move(parsed.options);
        return check_start(options);
    }

    std::vector<Problem> check_tls(const std::string& certificate, const std::string& key, const std::string& ca) {
        return check({"--peer=south=127.0.0.1:9", "--peer-listen=127.0.0.1:0", "--tls-certificate=" + certificate,
                      "--tls-key=" + key, "--tls-ca=" + ca});
    }

    TemporaryFolder folder;
    Options options;
};

std::string only(const std::vector<Problem>& problems) {
    INFO(Catch::Detail::stringify(texts(problems)));
    CHECK(problems.size() == 1);
    return problems.empty() ? "" : to_text(problems.front());
}

void readable_for_all(const LabCertificates& lab) {
    ::chmod(lab.file("").c_str(), 0755);
    for (const auto& file : std::filesystem::directory_iterator(lab.file(""))) ::chmod(file.path().c_str(), 0644);
}

// A socket of another program on a port of the kernel's choice.
class Taken {
public:
    explicit Taken(int type) : descriptor_(::socket(AF_INET, type, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
        if (type == SOCK_STREAM) REQUIRE(::listen(descriptor_, 1) == 0);
        ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
        text = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    }
    ~Taken() { ::close(descriptor_); }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;

    std::string text;

private:
    int descriptor_;
};

}  // namespace

TEST_CASE("a start that would work has no problems", "[options]") {
    Site site;
    CHECK(texts(site.check()).empty());
    CHECK(site.options.settings.matching.root_ca.empty());
}

TEST_CASE("taken ports are found, all of them", "[options]") {
    const Taken udp(SOCK_DGRAM);
    const Taken tcp(SOCK_STREAM);
    const Taken http(SOCK_STREAM);
    Site site;
    const auto problems =
        site.check({"--listen=udp:" + udp.text, "--listen=tcp:" + tcp.text, "--http-listen=" + http.text});
    REQUIRE(problems.size() == 3);
    CHECK(exit_code(problems) == 1);
    CHECK(to_text(problems[0]) ==
          "command line: listen: " + udp.text + " is taken: end the other program or choose another port");
    CHECK_THAT(problems[1].text, Contains(tcp.text + " is taken"));
    CHECK(problems[2].key == "http-listen");
    CHECK(texts(site.check({"--listen=udp:" + http.text})).empty());
}

TEST_CASE("an address of another machine is found", "[options]") {
    Site site;
    CHECK_THAT(only(site.check({"--listen=udp:192.0.2.77:5060"})), Contains("is no address of this machine"));
    CHECK_THAT(only(site.check({"--listen=tcp:[2001:db8::77]:5060"})), Contains("[2001:db8::77]:5060"));
}

TEST_CASE("directories that cannot be used are found", "[options]") {
    Site site;
    const std::string file = site.folder.file("file", "");
    CHECK_THAT(only(site.check({"--state-directory=" + file})), Contains("is no directory"));
    const std::string closed = site.folder.path() + "/closed";
    std::filesystem::create_directory(closed);
    ::chmod(closed.c_str(), 0555);
    CHECK_THAT(only(site.check({"--state-directory=" + closed})), Contains("is not writable for"));
    CHECK_THAT(only(site.check({"--control-socket=" + closed + "/control.sock"})), Contains("control-socket"));
    CHECK_THAT(only(site.check({"--state-directory=" + file + "/state"})), Contains("cannot be created"));
}

TEST_CASE("a user who cannot be is found", "[options][R22]") {
    Site site;
    CHECK_THAT(only(site.check({"--user=no-such-user-here"})), Contains("'no-such-user-here' does not exist"));
    const auto as_root = site.check({"--user=root"});
    REQUIRE_FALSE(as_root.empty());
    CHECK(as_root.front().key == "user");
}

TEST_CASE("certificates are judged, and their CA is what peers compare", "[options][IP12][R21]") {
    const LabCertificates lab("north south");
    readable_for_all(lab);
    Site site;
    CHECK(texts(site.check_tls(lab.file("north.pem"), lab.file("north.key"), lab.file("ca.pem"))).empty());
    CHECK(site.options.settings.matching.root_ca.size() == 64);

    const auto wrong_key = site.check_tls(lab.file("north.pem"), lab.file("south.key"), lab.file("ca.pem"));
    CHECK(exit_code(wrong_key) == 2);
    CHECK_THAT(only(wrong_key), Contains("tls-key: ") && Contains("is not the key of"));
    CHECK_THAT(only(site.check_tls(lab.file("south.pem"), lab.file("south.key"), lab.file("ca.pem"))),
               Contains("tls-certificate: ") && Contains("does not name this site"));
    CHECK_THAT(only(site.check_tls(lab.file("none.pem"), lab.file("north.key"), lab.file("ca.pem"))),
               Contains("tls-certificate: ") && Contains("cannot be read"));
    CHECK_THAT(only(site.check_tls(lab.file("north.pem"), lab.file("north.key"), lab.file("none.pem"))),
               Contains("tls-ca: ") && Contains("cannot be read"));
    const LabCertificates other("north");
    readable_for_all(other);
    CHECK_THAT(only(site.check_tls(lab.file("north.pem"), lab.file("north.key"), other.file("ca.pem"))),
               Contains("tls-certificate: ") && Contains("is not signed by our CA"));
}

TEST_CASE("an expired certificate is found", "[options][R21]") {
    const LabCertificates lab("north");
    lab.make("north", -1);
    readable_for_all(lab);
    Site site;
    CHECK_THAT(only(site.check_tls(lab.file("north.pem"), lab.file("north.key"), lab.file("ca.pem"))),
               Contains("expired on"));
}

TEST_CASE("a key that the unprivileged user cannot read is found", "[options][R22]") {
    const LabCertificates lab("north");
    readable_for_all(lab);
    ::chmod(lab.file("north.key").c_str(), 0);
    Site site;
    const auto problem = only(site.check_tls(lab.file("north.pem"), lab.file("north.key"), lab.file("ca.pem")));
    CHECK_THAT(problem, Contains("tls-key: ") && Contains("Permission denied"));
    CHECK(geteuid() == getuid());
}
