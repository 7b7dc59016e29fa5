// One connection to PostgreSQL: libpqxx with a deadline on every call, without its silent reconnect, which would lose
// the LISTENs' meaning ("read all again") unnoticed. Private to lib/store; belongs to the thread that made it.
// Everything throws what libpqxx throws; attempt() is the one place where that is caught.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "base/expected.h"
#include "base/instant.h"
#include "store/watchdog.h"

namespace innkeeper::store {

// The error of `work`, in one line without the values of the statement; none: it is done.
std::optional<base::Error> attempt(const std::function<void()>& work);

class Connection {
public:
    Connection(const std::string& conninfo, Watchdog& watchdog, base::Duration deadline);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // `work` and its commit as one transaction, within the deadline.
    template <class Work>
    void transact(Work work) {
        const Armed armed(*this);
        pqxx::work transaction(*connection_);
        work(transaction);
        transaction.commit();
    }
    void prolong();  // within transact: the deadline begins anew, for one more of many statements

    struct Notification {
        std::string channel;
        std::string payload;
    };
    void listen(const std::string& channel);
    std::vector<Notification> notifications();  // those that have arrived; never waits
    int descriptor() const;                     // readable when a notification may have arrived

private:
    class Receiver;
    struct Armed {
        explicit Armed(Connection& connection);
        ~Armed();
        Watchdog& watchdog;
    };

    Watchdog& watchdog_;
    base::Duration deadline_;
    std::vector<Notification> arrived_;
    std::unique_ptr<pqxx::connection> connection_;
    std::vector<std::unique_ptr<Receiver>> receivers_;
};

}  // namespace innkeeper::store
