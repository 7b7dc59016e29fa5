#include "store/call_rows.h"

#include <algorithm>

#include "store/row_time.h"
#include "store/stored_text.h"

namespace innkeeper::store {
namespace {

const char* const upsert =
    "insert into calls (epoch, number, began_at, answered_at, ended_at, setup_ms, caller, callee, call_id, status, "
    "route, guest_of, source) select e, n, to_timestamp(b / 1000000.0), to_timestamp(a / 1000000.0), "
    "to_timestamp(f / 1000000.0), s, c, d, i, st, r, g, so from unnest($1::bigint[], $2::bigint[], $3::bigint[], "
    "$4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::smallint[], $11::text[], "
    "$12::text[], $13::text[]) as given (e, n, b, a, f, s, c, d, i, st, r, g, so) on conflict (epoch, number) do "
    "update set answered_at = excluded.answered_at, ended_at = excluded.ended_at, setup_ms = excluded.setup_ms, "
    "status = excluded.status, route = excluded.route, guest_of = excluded.guest_of";

const char* const drop_old =
    "delete from calls where (epoch, number) in (select epoch, number from calls where began_at < now() - "
    "$1::bigint * interval '1 second' order by began_at limit $2)";

struct Columns {
    ArrayLiteral epoch, number, began, answered, ended, setup, caller, callee, call_id, status, route, guest_of, source;

    static void add(ArrayLiteral& column, const std::optional<base::Instant>& moment) {
        moment ? column.add_number(wall_microseconds(*moment)) : column.add_null();
    }
    void add(const core::CallRecord& record) {
        using std::chrono::duration_cast;
        epoch.add_number(record.epoch.value);
        number.add_number(record.number);
        began.add_number(wall_microseconds(record.began));
        add(answered, record.answered);
        add(ended, record.ended);
        record.setup ? setup.add_number(duration_cast<std::chrono::milliseconds>(*record.setup).count())
                     : setup.add_null();
        caller.add(stored_text(record.caller));
        callee.add(stored_text(record.callee));
        call_id.add(stored_text(record.call_id));
        status.add_number(record.status);
        route.add(stored_text(record.route));
        guest_of.add(stored_text(record.guest_of.text));
        source.add(stored_text(record.source));
    }
};

std::optional<base::Instant> when_of(const pqxx::field& microseconds) {
    if (microseconds.is_null()) return std::nullopt;
    return from_wall_microseconds(microseconds.as<std::int64_t>());
}

}  // namespace

void write_calls(pqxx::work& transaction, const std::vector<const core::CallRecord*>& records, base::Duration kept) {
    if (records.empty()) return;
    Columns columns;
    for (const core::CallRecord* record : records) columns.add(*record);
    transaction.exec_params(upsert, columns.epoch.text(), columns.number.text(), columns.began.text(),
                            columns.answered.text(), columns.ended.text(), columns.setup.text(), columns.caller.text(),
                            columns.callee.text(), columns.call_id.text(), columns.status.text(), columns.route.text(),
                            columns.guest_of.text(), columns.source.text());
    transaction.exec_params(drop_old, std::chrono::duration_cast<std::chrono::seconds>(kept).count(),
                            2 * records.size());
}

std::vector<core::CallRecord> load_calls(pqxx::work& transaction, std::size_t at_most) {
    std::vector<core::CallRecord> records;
    const auto in_microseconds = [](const std::string& column) {
        return "(extract(epoch from " + column + ") * 1000000)::bigint";
    };
    const auto text = [](const pqxx::field& field) { return octets_of({field.c_str(), field.size()}); };
    for (const pqxx::row& row : transaction.exec_params(
             "select epoch, number, " + in_microseconds("began_at") + ", " + in_microseconds("answered_at") + ", " +
                 in_microseconds("ended_at") +
                 ", setup_ms, caller, callee, call_id, status, route, guest_of, source from calls order by began_at "
                 "desc, number desc limit $1",
             at_most)) {
        core::CallRecord record;
        record.epoch.value = row[0].as<std::uint64_t>();
        record.number = row[1].as<std::uint64_t>();
        record.began = from_wall_microseconds(row[2].as<std::int64_t>());
        record.answered = when_of(row[3]);
        record.ended = when_of(row[4]);
        if (!row[5].is_null()) record.setup = std::chrono::milliseconds(row[5].as<std::int64_t>());
        record.caller = text(row[6]);
        record.callee = text(row[7]);
        record.call_id = text(row[8]);
        record.status = static_cast<std::uint16_t>(row[9].as<int>());
        record.route = text(row[10]);
        record.guest_of.text = text(row[11]);
        record.source = text(row[12]);
        records.push_back(std::move(record));
    }
    std::reverse(records.begin(), records.end());
    return records;
}

}  // namespace innkeeper::store
