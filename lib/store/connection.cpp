#include "store/connection.h"

#include <string_view>

namespace innkeeper::store {

namespace {

// What libpq should do where the operator's conninfo says nothing: give up on a host in the 2 s that are its least,
// and of several hosts take the one that can be written.
std::string with_defaults(std::string conninfo) {
    const bool is_uri = conninfo.rfind("postgresql://", 0) == 0 || conninfo.rfind("postgres://", 0) == 0;
    for (const std::string_view setting :
         {"connect_timeout=2", "target_session_attrs=read-write", "application_name=innkeeperd"}) {
        if (conninfo.find(setting.substr(0, setting.find('=') + 1)) != std::string::npos) continue;
        if (is_uri) conninfo += conninfo.find('?') == std::string::npos ? '?' : '&';
        if (!is_uri) conninfo += ' ';
        conninfo += setting;
    }
    return conninfo;
}

}  // namespace

std::optional<base::Error> attempt(const std::function<void()>& work) {
    try {
        work();
        return std::nullopt;
    } catch (const std::exception& failure) {
        // Later lines (DETAIL, CONTEXT) may show the values of a row.
        const std::string_view what = failure.what();
        return base::Error{std::string(what.substr(0, what.find('\n')))};
    }
}

class Connection::Receiver : public pqxx::notification_receiver {
public:
    Receiver(pqxx::connection& connection, const std::string& channel, std::vector<Notification>& arrived)
        : pqxx::notification_receiver(connection, channel), arrived_(arrived) {}
    void operator()(const std::string& payload, int) override { arrived_.push_back({channel(), payload}); }

private:
    std::vector<Notification>& arrived_;
};

Connection::Armed::Armed(Connection& connection) : watchdog(connection.watchdog_) {
    watchdog.arm(connection.descriptor(), connection.deadline_);
}

Connection::Armed::~Armed() {
    watchdog.disarm();
}

Connection::Connection(const std::string& conninfo, Watchdog& watchdog, base::Duration deadline)
    : watchdog_(watchdog),
      deadline_(deadline),
      connection_(std::make_unique<pqxx::connection>(with_defaults(conninfo))) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    connection_->inhibit_reactivation(true);  // deprecated, because the next libpqxx has no reactivation at all
#pragma GCC diagnostic pop
}

Connection::~Connection() {
    // Before the receivers, which on an open connection would say UNLISTEN and wait for the answer.
    connection_->disconnect();
    receivers_.clear();
}

void Connection::prolong() {
    watchdog_.arm(descriptor(), deadline_);
}

void Connection::listen(const std::string& channel) {
    const Armed armed(*this);
    receivers_.push_back(std::make_unique<Receiver>(*connection_, channel, arrived_));
}

std::vector<Connection::Notification> Connection::notifications() {
    const Armed armed(*this);
    connection_->get_notifs();
    return std::exchange(arrived_, {});
}

int Connection::descriptor() const {
    return connection_->sock();
}

}  // namespace innkeeper::store
