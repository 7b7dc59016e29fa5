#include "store/user_transfer.h"

#include <algorithm>

#include "store/csv.h"
#include "store/file_rows.h"
#include "store/schema.h"
#include "store/stored_text.h"
#include "store/user_file.h"

namespace innkeeper::store {

namespace {

constexpr std::chrono::seconds transfer_deadline{60};  // for one batch, also behind a lock
constexpr std::size_t users_per_batch = 5000;

template <std::size_t Size>
std::string hex_of(const base::SecretBytes<Size>& secret) {
    std::string hex;
    for (const std::uint8_t octet : secret.reveal())
        hex += {"0123456789abcdef"[octet >> 4], "0123456789abcdef"[octet & 15]};
    return hex;
}

// The judge of JSON is PostgreSQL; asked beforehand, because an insert would name no line.
void check_settings(pqxx::work& transaction, const UserFile& file, FileTroubles& troubles) {
    ArrayLiteral lines, settings;
    for (const FileUser& user : file.users) {
        if (user.settings == "{}") continue;
        lines.add_number(user.line);
        settings.add(user.settings);
    }
    transaction.exec(
        "create function pg_temp.is_object(given text) returns boolean language plpgsql as $$ begin "
        "return jsonb_typeof(given::jsonb) = 'object'; exception when others then return false; end $$");
    for (const pqxx::row& row :
         transaction.exec_params("select line from unnest($1::bigint[], $2::text[]) as given (line, settings) "
                                 "where not pg_temp.is_object(settings) order by line",
                                 lines.text(), settings.text()))
        troubles.add(row[0].as<std::size_t>(), "settings: not a JSON object");
}

// Only a user who differs is changed, so that importing a file again tells nobody anything.
std::string upsert_statement(const UserFile& file) {
    std::string columns = "ha1_md5, ha1_sha256";
    for (const std::string& name : file.optional_columns) columns += ", " + name;
    std::string set, before, after;
    for (std::size_t at = 0; at < columns.size();) {
        const std::size_t end = std::min(columns.find(", ", at), columns.size());
        const std::string name = columns.substr(at, end - at);
        set += name + " = excluded." + name + ", ";
        before += (at == 0 ? "users." : ", users.") + name;
        after += (at == 0 ? "excluded." : ", excluded.") + name;
        at = end + 2;
    }
    return "insert into users (aor, ha1_md5, ha1_sha256, display_name, extension, terminal, settings, enabled, "
           "priority) select a, decode(m, 'hex'), decode(s, 'hex'), d, e, t, j::jsonb, n, p from unnest($1::text[], "
           "$2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::text[]) "
           "as given (a, m, s, d, e, t, j, n, p) on conflict (aor) do update set " +
           set + "changed_at = now() where (" + before + ") is distinct from (" + after + ") returning xmax = 0";
}

void write_users(Connection& connection, pqxx::work& transaction, const UserFile& file, ImportSummary& summary) {
    const std::string statement = upsert_statement(file);
    for (std::size_t begin = 0; begin < file.users.size(); begin += users_per_batch) {
        const std::size_t end = std::min(begin + users_per_batch, file.users.size());
        ArrayLiteral aors, md5s, sha256s, names, extensions, terminals, settings, enabled, priorities;
        for (std::size_t i = begin; i < end; ++i) {
            const FileUser& user = file.users[i];
            aors.add(user.aor);
            md5s.add(hex_of(user.ha1.md5));
            if (user.ha1.sha256.present())
                sha256s.add(hex_of(user.ha1.sha256));
            else
                sha256s.add_null();
            names.add(user.display_name);
            extensions.add(user.extension);
            terminals.add(user.terminal);
            settings.add(user.settings);
            enabled.add(user.enabled ? "true" : "false");
            priorities.add(user.priority);
        }
        connection.prolong();
        for (const pqxx::row& row : transaction.exec_params(statement, aors.text(), md5s.text(), sha256s.text(),
                                                            names.text(), extensions.text(), terminals.text(),
                                                            settings.text(), enabled.text(), priorities.text()))
            ++(row[0].as<bool>() ? summary.added : summary.changed);
    }
}

}  // namespace

base::Expected<ImportSummary> import_users(const std::string& conninfo, std::istream& in, const std::string& filename) {
    const auto file = read_user_file(in, filename);
    if (!file) return base::Unexpected{file.error()};
    ImportSummary summary;
    summary.rows = file->users.size();
    FileTroubles troubles(filename);
    const auto failed = attempt([&] {
        Watchdog watchdog;
        Connection connection(conninfo, watchdog, transfer_deadline);
        require_current_schema(connection);
        connection.transact([&](pqxx::work& transaction) {
            check_settings(transaction, *file, troubles);
            if (troubles.none()) write_users(connection, transaction, *file, summary);
        });
    });
    if (!troubles.none()) return base::Unexpected{troubles.error()};
    if (failed) return base::error("database: " + failed->text);
    return summary;
}

base::Expected<std::size_t> export_users(const std::string& conninfo, std::ostream& out) {
    std::size_t count = 0;
    const auto failed = attempt([&] {
        Watchdog watchdog;
        Connection connection(conninfo, watchdog, transfer_deadline);
        require_current_schema(connection);
        connection.transact([&](pqxx::work& transaction) {
            out << "aor,display_name,extension,terminal,settings,enabled,priority\n";
            transaction.exec(
                "declare listed no scroll cursor for select aor, display_name, extension, terminal, settings, "
                "case when enabled then 'true' else 'false' end, priority from users order by aor");
            for (;;) {
                connection.prolong();
                const auto page = transaction.exec("fetch 5000 from listed");
                if (page.empty()) break;
                for (const pqxx::row& row : page)
                    for (pqxx::row::size_type i = 0; i < row.size(); ++i)
                        out << csv_field(row[i].c_str()) << (i + 1 < row.size() ? ',' : '\n');
                count += page.size();
            }
        });
    });
    if (failed) return base::error("database: " + failed->text);
    return count;
}

}  // namespace innkeeper::store
