#include "store/migrations.h"

#include <map>
#include <stdexcept>

#include "store/schema.h"

namespace innkeeper::store {

namespace {

constexpr std::chrono::seconds migration_deadline{60};  // a step may rewrite a large table

std::string version_text(unsigned number) {
    return "version " + std::to_string(number);
}

unsigned newest_known() {
    return embedded_migrations().empty() ? 0 : embedded_migrations().back().number;
}

// Number of the last applied step; throws when the applied ones are not a beginning of ours.
unsigned applied_version(pqxx::work& transaction) {
    const auto& known = embedded_migrations();
    unsigned version = 0;
    for (const pqxx::row& row : transaction.exec("select number, checksum from schema_migrations order by number")) {
        const auto number = row[0].as<unsigned>();
        if (number > newest_known())
            throw std::runtime_error("the database is newer (" + version_text(number) + ") than this innkeeperd (" +
                                     version_text(newest_known()) + "): install the newer innkeeperd");
        if (version >= known.size() || known[version].number != number || known[version].checksum != row[1].c_str())
            throw std::runtime_error("the database was made by another innkeeperd: its migration " +
                                     std::to_string(number) + " differs from this one's");
        ++version;
    }
    return version;
}

bool has_migrations_table(pqxx::work& transaction) {
    return transaction.exec1("select to_regclass('schema_migrations') is not null")[0].as<bool>();
}

}  // namespace

MigrationSummary migrate(Connection& connection) {
    MigrationSummary summary;
    connection.transact([&](pqxx::work& transaction) {
        transaction.exec("select pg_advisory_xact_lock(hashtext('innkeeper schema_migrations'))");
        if (!has_migrations_table(transaction))
            transaction.exec(
                "create table schema_migrations (number integer primary key, name text not null, "
                "checksum text not null, applied timestamptz not null default now())");
        summary.version = applied_version(transaction);
        for (const Migration& migration : embedded_migrations()) {
            if (migration.number <= summary.version) continue;
            transaction.exec(migration.text);
            transaction.exec_params("insert into schema_migrations (number, name, checksum) values ($1, $2, $3)",
                                    migration.number, migration.name, migration.checksum);
            summary.version = migration.number;
            ++summary.applied;
        }
    });
    return summary;
}

void require_current_schema(Connection& connection) {
    connection.transact([](pqxx::work& transaction) {
        const unsigned version = has_migrations_table(transaction) ? applied_version(transaction) : 0;
        if (version < newest_known())
            throw std::runtime_error("the database is older (" + version_text(version) + ") than this innkeeperd (" +
                                     version_text(newest_known()) + "): run innkeeperd --migrate");
    });
}

base::Expected<MigrationSummary> migrate(const std::string& conninfo) {
    MigrationSummary summary;
    const auto failed = attempt([&] {
        Watchdog watchdog;
        Connection connection(conninfo, watchdog, migration_deadline);
        summary = migrate(connection);
    });
    if (failed) return base::error("database: " + failed->text);
    return summary;
}

}  // namespace innkeeper::store
