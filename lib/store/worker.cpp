#include "store/worker.h"

#include <algorithm>

#include "host/clock.h"
#include "store/load_rows.h"
#include "store/schema.h"
#include "store/write_rows.h"

namespace innkeeper::store {

namespace {

constexpr std::size_t rows_per_batch = 1000;
constexpr std::size_t users_read_singly = 1000;  // more of them changed: read all
constexpr std::chrono::milliseconds first_pause{20};
constexpr std::chrono::milliseconds last_patience{200};  // with a statement in progress when the daemon ends
constexpr std::chrono::seconds silence{5};               // on an idle connection; then it is tried, it may be half open

const char* const users_channel = "innkeeper_users";
const char* const licences_channel = "innkeeper_licences";

}  // namespace

Store::Worker::Worker(StoreSettings settings, std::function<void(core::Event)> post)
    : settings_(std::move(settings)), post_(std::move(post)), thread_([this] { run(); }) {}

Store::Worker::~Worker() {
    mailbox.stop();
    watchdog_.end_all(last_patience);
}

void Store::Worker::run() {
    base::Duration pause = first_pause;
    while (!mailbox.stopped()) {
        reached_ = false;
        const auto failed = attempt([this] { serve(); });
        if (mailbox.stopped()) break;
        if (failed) tell(false, failed->text);
        if (reached_) pause = first_pause;
        mailbox.pause(pause);
        pause = std::min(settings_.longest_pause, pause * 2);
    }
}

void Store::Worker::serve() {
    Connection connection(settings_.conninfo, watchdog_, settings_.deadline);
    if (settings_.migrate)
        migrate(connection);
    else
        require_current_schema(connection);
    // Before anything is read, so that a change during the first load is heard of after it.
    connection.listen(users_channel);
    connection.listen(licences_channel);
    load(connection);
    while (!mailbox.stopped()) {
        take_notifications(connection);
        write_batch(connection);
        const base::Instant idle_since = host::now();
        mailbox.wait(connection.descriptor(), silence);
        if (host::now() - idle_since >= silence)
            connection.transact([](pqxx::work& transaction) { transaction.exec("select 1"); });
        mailbox.pause(settings_.gathering);
    }
}

void Store::Worker::load(Connection& connection) {
    if (!state_loaded_) {
        post_(load_state(connection));
        state_loaded_ = true;
    }
    reached_ = true;
    post_(load_licences(connection));
    load_all_users(connection);
}

void Store::Worker::load_all_users(Connection& connection) {
    std::size_t unusable = 0;
    std::string after;
    bool restart = true;
    do {
        auto page = load_users_after(connection, after);
        after = page.last;
        unusable += page.unusable;
        post_(core::UsersLoaded{std::move(page.users), restart, after.empty()});
        restart = false;
        write_batch(connection);  // bindings do not wait for a long list of users
    } while (!after.empty() && !mailbox.stopped());
    tell(true, unusable == 0 ? "" : std::to_string(unusable) + " users are no valid addresses of record: left out");
}

void Store::Worker::take_notifications(Connection& connection) {
    std::set<std::string> users;
    bool all_users = false;
    bool licences = false;
    for (const auto& notification : connection.notifications()) {
        if (notification.channel == licences_channel)
            licences = true;
        else if (notification.payload.empty())
            all_users = true;
        else
            users.insert(notification.payload);
    }
    if (licences) post_(load_licences(connection));
    if (all_users || users.size() > users_read_singly)
        load_all_users(connection);
    else if (!users.empty())
        post_(load_users(connection, {users.begin(), users.end()}));
}

void Store::Worker::write_batch(Connection& connection) {
    // Until it is settled, the batch belongs to the mailbox: whatever throws below, its rows go back.
    struct Batch {
        Mailbox& mailbox;
        std::vector<core::Row> rows;
        ~Batch() {
            if (!rows.empty()) mailbox.put_back(std::move(rows));
        }
    };
    Batch batch{mailbox, mailbox.take(rows_per_batch)};
    if (batch.rows.empty()) return;
    connection.transact([&](pqxx::work& transaction) { write_rows(transaction, batch.rows, settings_.keep_calls); });
    batch.rows.clear();
    mailbox.settle();
}

void Store::Worker::tell(bool available, const std::string& detail) {
    if (told_ && told_->available == available && told_->detail == detail) return;
    told_ = core::StoreAvailability{available, detail};
    post_(*told_);
}

Store::Store(StoreSettings settings, std::function<void(core::Event)> post)
    : worker_(std::make_unique<Worker>(std::move(settings), std::move(post))) {}

Store::~Store() = default;

void Store::write(core::Row row) {
    worker_->mailbox.put(std::move(row));
}

std::size_t Store::backlog() const {
    return worker_->mailbox.size();
}

std::uint64_t Store::calls_dropped() const {
    return worker_->mailbox.calls_dropped();
}

bool Store::flush(base::Duration at_most) {
    return worker_->mailbox.wait_until_empty(at_most);
}

}  // namespace innkeeper::store
