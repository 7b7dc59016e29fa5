#include "daemon/start_check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "daemon/acting_as.h"
#include "host/clock.h"

namespace innkeeper::daemon {
namespace {

using Kind = Problem::Kind;

class StartCheck {
public:
    explicit StartCheck(const Options& options) : options_(options) {}

    void fail(Kind kind, std::string key, std::string text, std::string_view value = {}) {
        std::string where = options_.where(key, value);
        problems_.push_back({kind, std::move(where), std::move(key), std::move(text)});
    }

    // The fingerprint of the CA, empty without TLS.
    std::string certificates() {
        const link::CertificateFiles& files = options_.tls;
        if (files.certificate.empty() || files.key.empty() || files.ca.empty()) return "";
        const ActingAs user(options_.user);  // who reads them again when they were renewed
        const auto credentials = link::Credentials::load(files);
        if (!credentials) {
            const std::string& text = credentials.error().text;
            const bool is_key = text.starts_with("key file");
            const bool is_ca = text.starts_with("certificate file " + files.ca + " ");
            fail(Kind::configuration, is_key ? "tls-key" : is_ca ? "tls-ca" : "tls-certificate", text);
            return "";
        }
        if (const auto good = credentials->check(options_.settings.site, host::wall_now()); !good)
            fail(Kind::configuration, "tls-certificate", good.error().text);
        return credentials->ca_fingerprint();
    }

    void ports() {
        for (const base::Listener& listener : options_.listen)
            port("listen", listener.local, listener.transport == base::Transport::udp ? SOCK_DGRAM : SOCK_STREAM,
                 listener.text());
        if (options_.peer_listen) port("peer-listen", *options_.peer_listen, SOCK_STREAM, {});
        if (options_.http_listen) port("http-listen", *options_.http_listen, SOCK_STREAM, {});
    }

    // As host::drop_privileges will judge it.
    void user() {
        const passwd* entry = getpwnam(options_.user.c_str());
        if (entry == nullptr)
            return fail(Kind::start, "user", "'" + options_.user + "' does not exist: create it or name another");
        if (entry->pw_uid == 0 && geteuid() == 0)
            fail(Kind::start, "user", "'" + options_.user + "' is root: name an unprivileged user");
        else if (geteuid() != 0 && geteuid() != entry->pw_uid)
            fail(Kind::start, "user", "'" + options_.user + "' is not who starts this: start as root or as that user");
    }

    void directories() {
        directory("state-directory", options_.state_directory);
        directory("control-socket", std::filesystem::path(options_.control_socket).parent_path().string());
    }

    std::vector<Problem> problems() && { return std::move(problems_); }

private:
    void port(const std::string& key, const base::Endpoint& local, int type, const std::string& value) {
        const int descriptor = ::socket(local.ip.is_v4() ? AF_INET : AF_INET6, type | SOCK_CLOEXEC, 0);
        if (descriptor < 0) return fail(Kind::start, key, local.text() + ": " + std::strerror(errno), value);
        const int on = 1;
        if (type == SOCK_STREAM) ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        int bound = 0;
        if (local.ip.is_v4()) {
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_port = htons(local.port);
            std::memcpy(&address.sin_addr, local.ip.octets.data() + 12, 4);
            bound = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        } else {
            sockaddr_in6 address{};
            address.sin6_family = AF_INET6;
            address.sin6_port = htons(local.port);
            std::memcpy(&address.sin6_addr, local.ip.octets.data(), local.ip.octets.size());
            ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
            bound = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        }
        const int problem = bound == 0 ? 0 : errno;
        ::close(descriptor);
        if (problem != 0) fail(Kind::start, key, local.text() + " " + why_not_bound(problem), value);
    }

    static std::string why_not_bound(int problem) {
        if (problem == EADDRINUSE) return "is taken: end the other program or choose another port";
        if (problem == EADDRNOTAVAIL) return "is no address of this machine: correct it or set the address up first";
        if (problem == EACCES) return "is not allowed: start as root or choose a port above 1023";
        return std::string("cannot be used: ") + std::strerror(problem);
    }

    void directory(const std::string& key, const std::string& path) {
        struct stat found {};
        if (::stat(path.c_str(), &found) == 0) {
            if (!S_ISDIR(found.st_mode))
                fail(Kind::start, key, path + " is no directory: move it away or name another");
            else if (!is_usable(path))
                fail(Kind::start, key, path + " is not writable for '" + options_.user + "': give it to that user");
            return;
        }
        std::filesystem::path parent = std::filesystem::path(path).parent_path();
        std::error_code ignored;
        while (parent.has_relative_path() && !std::filesystem::exists(parent, ignored)) parent = parent.parent_path();
        if (::access(parent.c_str(), W_OK | X_OK) != 0)
            fail(Kind::start, key,
                 path + " does not exist and cannot be created: create it for '" + options_.user + "'");
    }

    bool is_usable(const std::string& folder) const {
        const ActingAs user(options_.user);
        return ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
    }

    const Options& options_;
    std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> check_start(Options& options) {
    StartCheck check(options);
    options.settings.matching.root_ca = check.certificates();
    check.ports();
    check.user();
    check.directories();
    return std::move(check).problems();
}

}  // namespace innkeeper::daemon
