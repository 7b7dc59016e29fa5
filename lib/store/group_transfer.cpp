#include "store/group_transfer.h"

#include <map>

#include "store/connection.h"
#include "store/csv.h"
#include "store/group_file.h"
#include "store/schema.h"
#include "store/stored_text.h"

namespace innkeeper::store {

namespace {

constexpr std::chrono::seconds group_deadline{60};  // for one statement, also behind a lock

void add_or_null(ArrayLiteral& array, const std::string& text) {
    if (text.empty())
        array.add_null();
    else
        array.add(text);
}

std::string windows_of(const FileGroup& group) {
    std::string text;
    for (const std::string& window : group.night) text += (text.empty() ? "" : " ") + window;
    return text;
}

void write_groups(pqxx::work& transaction, const std::vector<FileGroup>& groups) {
    ArrayLiteral aors, names, extensions, strategies, times, overflows, nights, targets, enabled;
    for (const FileGroup& group : groups) {
        aors.add(group.aor);
        names.add(group.display_name);
        extensions.add(group.extension);
        strategies.add(group.strategy);
        times.add_number(group.ring_for);
        add_or_null(overflows, group.overflow);
        nights.add(windows_of(group));
        add_or_null(targets, group.night_target);
        enabled.add(group.enabled ? "true" : "false");
    }
    transaction.exec_params(
        "insert into hunt_groups as g (aor, display_name, extension, strategy, ring_for, overflow, night, "
        "night_target, enabled) select a, d, e, s, r, o, string_to_array(w, ' '), t, n from unnest($1::text[], "
        "$2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::boolean[]) "
        "as given (a, d, e, s, r, o, w, t, n) on conflict (aor) do update set display_name = excluded.display_name, "
        "extension = excluded.extension, strategy = excluded.strategy, ring_for = excluded.ring_for, "
        "overflow = excluded.overflow, night = excluded.night, night_target = excluded.night_target, "
        "enabled = excluded.enabled, changed_at = now() where (g.display_name, g.extension, g.strategy, g.ring_for, "
        "g.overflow, g.night, g.night_target, g.enabled) is distinct from (excluded.display_name, "
        "excluded.extension, excluded.strategy, excluded.ring_for, excluded.overflow, excluded.night, "
        "excluded.night_target, excluded.enabled)",
        aors.text(), names.text(), extensions.text(), strategies.text(), times.text(), overflows.text(), nights.text(),
        targets.text(), enabled.text());
}

// Members that stay in their places are not touched, so that importing a file again tells nobody anything.
void write_members(pqxx::work& transaction, const std::vector<FileGroup>& groups) {
    ArrayLiteral all, aors, positions, targets, times;
    for (const FileGroup& group : groups) {
        all.add(group.aor);
        for (std::size_t i = 0; i < group.members.size(); ++i) {
            aors.add(group.aor);
            positions.add_number(i + 1);
            targets.add(group.members[i].target);
            if (group.members[i].ring_for)
                times.add_number(*group.members[i].ring_for);
            else
                times.add_null();
        }
    }
    const std::string given =
        "unnest($1::text[], $2::integer[], $3::text[], $4::integer[]) as given (aor, position, target, ring_for)";
    transaction.exec_params(
        "delete from hunt_group_members m where m.aor = any($5::text[]) and not exists (select "
        "from " +
            given +
            " where (given.aor, given.position, given.target) = (m.aor, m.position, "
            "m.target) and given.ring_for is not distinct from m.ring_for)",
        aors.text(), positions.text(), targets.text(), times.text(), all.text());
    transaction.exec_params("insert into hunt_group_members (aor, position, target, ring_for) select * from " + given +
                                " on conflict (aor, position) do nothing",
                            aors.text(), positions.text(), targets.text(), times.text());
}

std::map<std::string, std::string> records(pqxx::work& transaction) {
    std::map<std::string, std::string> found;
    for (const pqxx::row& row : transaction.exec("select aor, r::text from hunt_group_records r"))
        found[row[0].c_str()] = row[1].c_str();
    return found;
}

}  // namespace

base::Expected<ImportSummary> import_groups(const std::string& conninfo, std::istream& in,
                                            const std::string& filename) {
    const auto groups = read_group_file(in, filename);
    if (!groups) return base::Unexpected{groups.error()};
    ImportSummary summary;
    summary.rows = groups->size();
    const auto failed = attempt([&] {
        Watchdog watchdog;
        Connection connection(conninfo, watchdog, group_deadline);
        require_current_schema(connection);
        connection.transact([&](pqxx::work& transaction) {
            const auto before = records(transaction);
            write_groups(transaction, *groups);
            connection.prolong();
            write_members(transaction, *groups);
            connection.prolong();
            for (const auto& [aor, record] : records(transaction)) {
                const auto earlier = before.find(aor);
                if (earlier == before.end())
                    ++summary.added;
                else if (earlier->second != record)
                    ++summary.changed;
            }
            transaction.exec("set constraints all immediate");
        });
    });
    if (failed) return base::error("database: " + failed->text);
    return summary;
}

base::Expected<std::size_t> export_groups(const std::string& conninfo, std::ostream& out) {
    std::size_t count = 0;
    const auto failed = attempt([&] {
        Watchdog watchdog;
        Connection connection(conninfo, watchdog, group_deadline);
        require_current_schema(connection);
        connection.transact([&](pqxx::work& transaction) {
            out << "aor,members,strategy,ring_for,overflow,night,night_target,display_name,extension,enabled\n";
            const auto rows = transaction.exec(
                "select aor, (select string_agg(concat_ws('/', target, ring_for::text), ' ' order by position) from "
                "hunt_group_members m where m.aor = g.aor), strategy, ring_for, overflow, array_to_string(night, ' '), "
                "night_target, display_name, extension, case when enabled then 'true' else 'false' end "
                "from hunt_groups g order by aor");
            for (const pqxx::row& row : rows)
                for (pqxx::row::size_type i = 0; i < row.size(); ++i)
                    out << csv_field(row[i].c_str()) << (i + 1 < row.size() ? ',' : '\n');
            count = rows.size();
        });
    });
    if (failed) return base::error("database: " + failed->text);
    return count;
}

}  // namespace innkeeper::store
