#include <algorithm>
#include <set>

#include "base/duration.h"
#include "core/limits.h"
#include "daemon/options.h"

namespace innkeeper::daemon {
namespace {

class Checks {
public:
    Checks(const Options& options, std::vector<Problem>& problems) : options_(options), problems_(problems) {}

    void all() {
        required();
        names();
        addresses();
        pbxs();
        files();
        order();
    }

private:
    void fail(std::string key, std::string text, std::string_view value = {}) {
        std::string where = options_.where(key, value);
        problems_.push_back({Problem::Kind::configuration, std::move(where), std::move(key), std::move(text)});
    }

    bool was_written(std::string_view key) const {
        const auto found = options_.written.find(key);
        return found != options_.written.end() && !found->second.empty();
    }

    void required() {
        if (!was_written("site")) fail("site", "is missing: name this system as its certificate does");
        if (!was_written("domain")) fail("domain", "is missing: write the SIP domain that phones use after the @");
    }

    void names() {
        const core::Settings& settings = options_.settings;
        if (settings.matching.domains.size() > core::Limits::domains)
            fail("domain", "is written more than " + std::to_string(core::Limits::domains) + " times");
        if (options_.peers.contains(settings.site))
            fail("peer", "'" + settings.site.text + "' is this site itself: leave it out", peer_text(settings.site));
        if (options_.peers.size() > core::Limits::peers)
            fail("peer", "has more than " + std::to_string(core::Limits::peers) + " sites");
        std::set<base::SiteName> seen;
        for (const base::SiteName& backup : settings.backups) {
            if (backup.text.empty()) continue;  // was not readable
            if (!options_.peers.contains(backup))
                fail("backup", "'" + backup.text + "' is no peer: add peer = " + backup.text + "=ADDR:PORT",
                     backup.text);
            if (!seen.insert(backup).second) fail("backup", "'" + backup.text + "' is written twice", backup.text);
        }
    }

    std::string peer_text(const base::SiteName& site) const {
        const auto found = options_.peers.find(site);
        return found == options_.peers.end() ? "" : site.text + "=" + found->second.text();
    }

    // Streams of phones, peers and HTTP cannot share an address and port. Port 0 is a different one each time.
    void addresses() {
        std::set<base::Endpoint> streams;
        const auto take = [&](std::string key, const base::Endpoint& local, std::string_view value) {
            if (local.port != 0 && !streams.insert(local).second)
                fail(std::move(key), local.text() + " has another use here already: choose another port", value);
        };
        for (const base::Listener& listener : options_.listen)
            if (listener.transport != base::Transport::udp) take("listen", listener.local, listener.text());
        if (options_.peer_listen) take("peer-listen", *options_.peer_listen, {});
        if (options_.http_listen) take("http-listen", *options_.http_listen, {});
        if (options_.listen.size() > 255) fail("listen", "has more than 255 addresses");
        constexpr std::size_t longest_socket_path = 107;  // unix(7)
        if (options_.control_socket.size() > longest_socket_path)
            fail("control-socket", "is longer than 107 octets, which no Unix socket may be");
    }

    // What a PBX sends of its own accord comes to a listener of the same transport; Via and Contact name that one.
    void pbxs() {
        for (const core::CallSettings::Pbx& pbx : options_.settings.calls.pbxs) {
            const std::string transport(base::to_text(pbx.transport));
            const std::string text = pbx.name + "=" + transport + ":" + pbx.endpoint.text();
            if (std::none_of(options_.listen.begin(), options_.listen.end(),
                             [&](const base::Listener& one) { return one.transport == pbx.transport; }))
                fail("pbx", "'" + text + "' would not reach us: add listen = " + transport + ":ADDR:PORT", text);
        }
        if (options_.settings.calls.pbxs.size() > core::Limits::pbxs)
            fail("pbx", "is written more than " + std::to_string(core::Limits::pbxs) + " times");
    }

    void files() {
        const bool has_peers = !options_.peers.empty();
        const bool has_tls = std::any_of(options_.listen.begin(), options_.listen.end(), [](const base::Listener& one) {
            return one.transport == base::Transport::tls;
        });
        if (has_peers && !was_written("peer-listen"))
            fail("peer-listen", "is missing: peers need an address to reach us at");
        if (!has_peers && !has_tls) return;
        const std::string why = has_peers ? "peers need it" : "listen = tls:... needs it";
        for (const std::string key : {"tls-certificate", "tls-key", "tls-ca"})
            if (!was_written(key)) fail(key, "is missing: " + why);
    }

    void order() {
        const core::HealthSettings& health = options_.settings.health;
        less("heartbeat-interval", health.heartbeat_interval, "suspect-after", health.suspect_after);
        less("suspect-after", health.suspect_after, "lost-after-witnessed", health.lost_after_witnessed);
        not_more("lost-after-witnessed", health.lost_after_witnessed, "lost-after", health.lost_after);
        const core::ExpirySettings& expiry = options_.settings.expiry;
        not_more("min-expires", expiry.min_expires, "default-expires", expiry.default_expires);
        not_more("default-expires", expiry.default_expires, "max-expires", expiry.max_expires);
    }

    void less(const std::string& key, base::Duration value, const std::string& bound_key, base::Duration bound) {
        if (value < bound) return;
        fail(key, base::to_text(value) + " is not shorter than " + bound_key + " (" + base::to_text(bound) +
                      "): shorten it or lengthen " + bound_key);
    }

    void not_more(const std::string& key, base::Duration value, const std::string& bound_key, base::Duration bound) {
        if (value <= bound) return;
        fail(key, base::to_text(value) + " is longer than " + bound_key + " (" + base::to_text(bound) +
                      "): shorten it or lengthen " + bound_key);
    }

    const Options& options_;
    std::vector<Problem>& problems_;
};

}  // namespace

void check_together(const Options& options, std::vector<Problem>& problems) {
    Checks(options, problems).all();
}

}  // namespace innkeeper::daemon
