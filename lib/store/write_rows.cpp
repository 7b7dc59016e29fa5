#include "store/write_rows.h"

#include <optional>
#include <string>

#include "store/call_rows.h"
#include "store/row_time.h"
#include "store/stored_text.h"

namespace innkeeper::store {

namespace {

// The columns that `bindings` and `guest_leases` share, and those of `guest_leases` alone.
struct BindingColumns {
    ArrayLiteral aor, contact, call_id, cseq, instance, reg_id, q, path, user_agent, terminal, transport, listener,
        remote, registered, expires, home, stray, role;
    bool empty = true;

    void add(const core::BindingsRow& row, const core::Binding& binding) {
        empty = false;
        aor.add(stored_text(row.aor.text()));
        contact.add(stored_text(binding.contact));
        call_id.add(stored_text(binding.call_id));
        cseq.add_number(binding.cseq);
        instance.add(stored_text(binding.instance));
        reg_id.add_number(binding.reg_id);
        q.add_number(binding.q);
        path.add(stored_text(binding.path));
        user_agent.add(stored_text(binding.user_agent));
        terminal.add(backup::to_text(binding.terminal));
        transport.add(base::to_text(binding.flow.transport));
        listener.add_number(binding.flow.listener);
        remote.add(binding.flow.remote.text());
        registered.add_number(wall_microseconds(binding.registered));
        expires.add_number(wall_microseconds(binding.promised));
        home.add(stored_text(row.guest_of.text));
        stray.add(row.stray ? "true" : "false");
        role.add(core::to_text(binding.role));
    }
};

const char* const insert_bindings =
    "insert into bindings select a, c, i, s, n, r, q, p, u, t, tr, l, re, to_timestamp(g / 1000000.0), "
    "to_timestamp(e / 1000000.0) from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], "
    "$6::bigint[], $7::smallint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::smallint[], $13::text[], "
    "$14::bigint[], $15::bigint[]) as given (a, c, i, s, n, r, q, p, u, t, tr, l, re, g, e)";

const char* const insert_guest_leases =
    "insert into guest_leases select a, c, i, s, n, r, q, p, u, t, tr, l, re, to_timestamp(g / 1000000.0), "
    "to_timestamp(e / 1000000.0), h, st, ro from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], "
    "$6::bigint[], $7::smallint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::smallint[], $13::text[], "
    "$14::bigint[], $15::bigint[], $16::text[], $17::boolean[], $18::text[]) as given (a, c, i, s, n, r, q, p, u, t, "
    "tr, "
    "l, re, g, e, h, st, ro)";

template <class... OfGuests>
void insert(pqxx::work& transaction, const char* statement, const BindingColumns& columns,
            const OfGuests&... of_guests) {
    if (columns.empty) return;
    transaction.exec_params(statement, columns.aor.text(), columns.contact.text(), columns.call_id.text(),
                            columns.cseq.text(), columns.instance.text(), columns.reg_id.text(), columns.q.text(),
                            columns.path.text(), columns.user_agent.text(), columns.terminal.text(),
                            columns.transport.text(), columns.listener.text(), columns.remote.text(),
                            columns.registered.text(), columns.expires.text(), of_guests...);
}

void write_bindings(pqxx::work& transaction, const std::vector<const core::BindingsRow*>& rows) {
    if (rows.empty()) return;
    ArrayLiteral aors, drawing, pools, counts;
    BindingColumns own, guests;
    for (const core::BindingsRow* row : rows) {
        aors.add(stored_text(row->aor.text()));
        for (const core::Binding& binding : row->bindings)
            (row->guest_of.text.empty() ? own : guests).add(*row, binding);
        if (row->licence_pool.empty() || row->licences == 0) continue;
        drawing.add(stored_text(row->aor.text()));
        pools.add(stored_text(row->licence_pool));
        counts.add_number(row->licences);
    }
    // An AOR may have been a guest yesterday and be an own user today: its rows of both kinds go.
    for (const char* table : {"bindings", "guest_leases", "licence_draws"})
        transaction.exec_params(std::string("delete from ") + table + " where aor = any($1::text[])", aors.text());
    insert(transaction, insert_bindings, own);
    insert(transaction, insert_guest_leases, guests, guests.home.text(), guests.stray.text(), guests.role.text());
    transaction.exec_params("insert into licence_draws select * from unnest($1::text[], $2::text[], $3::bigint[])",
                            drawing.text(), pools.text(), counts.text());
}

// Of a user who is still there, unless somebody has changed the record since.
void write_settings(pqxx::work& transaction, const core::SettingsRow& row) {
    transaction.exec_params(
        "update users set settings = $2::jsonb, changed_at = to_timestamp($3::bigint / 1000000.0) "
        "where aor = $1 and changed_at <= to_timestamp($3::bigint / 1000000.0)",
        std::string(row.aor.text()), row.settings, wall_microseconds(row.changed));
}

void write_failover(pqxx::work& transaction, const core::FailoverRow& row) {
    const auto nullable = [](const std::optional<base::Instant>& moment) {
        return moment ? std::to_string(wall_microseconds(*moment)) : std::string();
    };
    std::string evidence;
    for (const std::string& one : row.evidence) evidence += (evidence.empty() ? "" : evidence_separator) + one;
    transaction.exec_params(
        "insert into failovers (home, number, allowed_at, began_at, returning_at, ended_at, cause, first_guest, "
        "guests, evidence, refused, longest_gap_ms, released, stops, relapses) "
        "values ($1, $2, to_timestamp($3::bigint / 1000000.0), to_timestamp(nullif($4, '')::bigint / 1000000.0), "
        "to_timestamp(nullif($5, '')::bigint / 1000000.0), to_timestamp(nullif($6, '')::bigint / 1000000.0), "
        "$7, $8, $9, $10, $11, $12, $13, $14, $15) on conflict (home, number) do update set allowed_at = "
        "excluded.allowed_at, "
        "began_at = excluded.began_at, returning_at = excluded.returning_at, ended_at = excluded.ended_at, "
        "cause = excluded.cause, first_guest = excluded.first_guest, guests = excluded.guests, "
        "evidence = excluded.evidence, refused = excluded.refused, longest_gap_ms = excluded.longest_gap_ms, "
        "released = excluded.released, stops = excluded.stops, relapses = excluded.relapses",
        stored_text(row.home.text), row.number, wall_microseconds(row.allowed), nullable(row.began),
        nullable(row.returning), nullable(row.ended), stored_text(row.cause), stored_text(row.first_guest), row.guests,
        stored_text(evidence), row.refused,
        std::chrono::duration_cast<std::chrono::milliseconds>(row.longest_gap).count(), row.released, row.stops,
        row.relapses);
}

}  // namespace

void write_rows(pqxx::work& transaction, const std::vector<core::Row>& rows, base::Duration keep_calls) {
    std::vector<const core::BindingsRow*> bindings;
    std::vector<const core::CallRecord*> calls;
    for (const core::Row& row : rows) {
        if (const auto* of_aor = std::get_if<core::BindingsRow>(&row)) {
            bindings.push_back(of_aor);
        } else if (const auto* failover = std::get_if<core::FailoverRow>(&row)) {
            write_failover(transaction, *failover);
        } else if (const auto* call = std::get_if<core::CallRecord>(&row)) {
            calls.push_back(call);
        } else if (const auto* settings = std::get_if<core::SettingsRow>(&row)) {
            write_settings(transaction, *settings);
        } else {
            transaction.exec_params(
                "insert into site_state (epoch) values ($1) on conflict (only_row) do update set epoch = "
                "excluded.epoch",
                std::get<core::EpochRow>(row).epoch.value);
        }
    }
    write_bindings(transaction, bindings);
    write_calls(transaction, calls, keep_calls);
}

}  // namespace innkeeper::store
