#include "store/load_rows.h"

#include <algorithm>
#include <set>

#include "core/call_records.h"
#include "core/limits.h"
#include "store/call_rows.h"
#include "store/row_time.h"
#include "store/stored_text.h"

namespace innkeeper::store {

namespace {

constexpr std::size_t users_per_page = 1000;

const char* const binding_columns =
    "b.aor, b.contact, b.call_id, b.cseq, b.instance, b.reg_id, b.q, b.path, b.user_agent, b.terminal, b.transport, "
    "b.listener, b.remote, (extract(epoch from b.registered_at) * 1000000)::bigint as registered, "
    "(extract(epoch from b.expires_at) * 1000000)::bigint as promised";

std::string text_of(const pqxx::field& field) {
    return octets_of({field.c_str(), field.size()});
}

// From its canonical text, in which nothing is escaped any more.
base::Expected<base::Aor> aor_of(std::string_view text) {
    const auto at = std::min(text.rfind('@'), text.size());
    std::string user;
    for (const char octet : text.substr(0, at)) {
        if (octet == '%')
            user += "%25";
        else
            user += octet;
    }
    return base::Aor::from_parts(user, at < text.size() ? text.substr(at + 1) : std::string_view());
}

std::optional<base::Transport> transport_from(std::string_view text) {
    for (const auto transport : {base::Transport::udp, base::Transport::tcp, base::Transport::tls})
        if (base::to_text(transport) == text) return transport;
    return std::nullopt;
}

// No value: not a binding that the house wrote.
std::optional<core::Binding> binding_of(const pqxx::row& row) {
    core::Binding binding;
    const auto transport = transport_from(row["transport"].c_str());
    const auto remote = base::Endpoint::parse(row["remote"].c_str());
    if (!transport || !remote) return std::nullopt;
    binding.contact = text_of(row["contact"]);
    binding.call_id = text_of(row["call_id"]);
    binding.instance = text_of(row["instance"]);
    binding.path = text_of(row["path"]);
    binding.user_agent = text_of(row["user_agent"]);
    binding.cseq = row["cseq"].as<std::uint32_t>();
    binding.reg_id = row["reg_id"].as<std::uint32_t>();
    binding.q = row["q"].as<std::uint16_t>();
    binding.flow.transport = *transport;
    binding.flow.listener = static_cast<std::uint8_t>(row["listener"].as<unsigned>());
    binding.flow.remote = *remote;
    binding.terminal = backup::terminal_kind_from(row["terminal"].c_str()).value_or(backup::TerminalKind::unknown);
    binding.registered = from_wall_microseconds(row["registered"].as<std::int64_t>());
    binding.promised = from_wall_microseconds(row["promised"].as<std::int64_t>());
    binding.expires = binding.promised;
    binding.role = core::role_from(row["role"].c_str()).value_or(core::Role::service);
    return binding;
}

// Adds the rows of one page, which come ordered by AOR.
void add_bindings(const pqxx::result& page, std::vector<core::BindingsRow>& rows) {
    for (const pqxx::row& row : page) {
        const auto aor = aor_of(text_of(row["aor"]));
        auto binding = binding_of(row);
        if (!aor || !binding) continue;
        const std::string home = text_of(row["home"]);
        if (rows.empty() || rows.back().aor != *aor || rows.back().guest_of.text != home) {
            core::BindingsRow of_aor;
            of_aor.aor = *aor;
            of_aor.guest_of.text = home;
            of_aor.licence_pool = text_of(row["pool"]);
            of_aor.licences = row["count"].as<std::uint32_t>();
            of_aor.stray = row["stray"].as<bool>();
            rows.push_back(std::move(of_aor));
        }
        rows.back().bindings.push_back(std::move(*binding));
    }
}

std::optional<base::Instant> moment_of(const pqxx::field& microseconds) {
    if (microseconds.is_null()) return std::nullopt;
    return from_wall_microseconds(microseconds.as<std::int64_t>());
}

std::vector<std::string> sentences_of(const std::string& evidence) {
    std::vector<std::string> sentences;
    for (std::size_t from = 0; from < evidence.size();) {
        const std::size_t to = std::min(evidence.find(evidence_separator, from), evidence.size());
        sentences.push_back(evidence.substr(from, to - from));
        from = to + evidence_separator.size();
    }
    return sentences;
}

std::vector<core::FailoverRow> failovers_of(pqxx::work& transaction) {
    std::vector<core::FailoverRow> failovers;
    const auto rows = transaction.exec(
        std::string(
            "select home, number, (extract(epoch from allowed_at) * 1000000)::bigint as allowed, "
            "(extract(epoch from began_at) * 1000000)::bigint as began, "
            "(extract(epoch from returning_at) * 1000000)::bigint as returning, "
            "(extract(epoch from ended_at) * 1000000)::bigint as ended, cause, first_guest, guests, evidence, refused, "
            "longest_gap_ms, released, stops, relapses from failovers f "
            "where ended_at is null or number = (select max(number) from failovers where home = f.home) "
            "or allowed_at >= coalesce((select allowed_at from failovers order by allowed_at desc offset ") +
        std::to_string(core::Limits::failovers_remembered - 1) +
        " limit 1), '-infinity') "
        "order by home, number");
    for (const pqxx::row& row : rows) {
        core::FailoverRow failover;
        failover.home.text = text_of(row["home"]);
        failover.number = row["number"].as<std::uint64_t>();
        failover.allowed = from_wall_microseconds(row["allowed"].as<std::int64_t>());
        failover.began = moment_of(row["began"]);
        failover.returning = moment_of(row["returning"]);
        failover.ended = moment_of(row["ended"]);
        failover.cause = text_of(row["cause"]);
        failover.first_guest = text_of(row["first_guest"]);
        failover.guests = row["guests"].as<std::uint64_t>();
        failover.evidence = sentences_of(text_of(row["evidence"]));
        failover.refused = row["refused"].as<std::uint64_t>();
        failover.longest_gap = std::chrono::milliseconds(row["longest_gap_ms"].as<std::int64_t>());
        failover.released = row["released"].as<std::uint64_t>();
        failover.stops = row["stops"].as<std::uint64_t>();
        failover.relapses = row["relapses"].as<std::uint64_t>();
        failovers.push_back(std::move(failover));
    }
    return failovers;
}

// Rows whose promise ended in an earlier life of the daemon, which nobody will replace any more; a day late, for clocks
// that were wrong meanwhile.
void sweep(pqxx::work& transaction) {
    for (const char* table : {"bindings", "guest_leases"})
        transaction.exec(std::string("delete from ") + table + " where expires_at < now() - interval '1 day'");
    transaction.exec("delete from licence_draws d where not exists (select from bindings b where b.aor = d.aor)");
}

// Users, and the hunt groups as records among them; both tables are read by their keys, in order. `condition` is about
// aor.
std::string records_where(const std::string& condition) {
    return "select aor, display_name, extension, encode(ha1_md5, 'hex') as md5, encode(ha1_sha256, 'hex') as sha256, "
           "terminal, priority, settings::text as settings, enabled from users where " +
           condition +
           " union all select aor, display_name, extension, null, null, 'group', 'normal', settings::text, enabled "
           "from hunt_group_records where " +
           condition;
}

template <std::size_t Size>
base::SecretBytes<Size> secret_of(const pqxx::field& hex) {
    if (hex.size() != 2 * Size) return {};
    std::array<std::uint8_t, Size> bytes{};
    const auto nibble = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
    for (std::size_t i = 0; i < Size; ++i)
        bytes[i] = static_cast<std::uint8_t>(nibble(hex.c_str()[2 * i]) << 4 | nibble(hex.c_str()[2 * i + 1]));
    return base::SecretBytes<Size>(bytes);
}

std::optional<backup::UserRecord> user_of(const pqxx::row& row) {
    const auto aor = aor_of(row["aor"].c_str());
    if (!aor) return std::nullopt;
    backup::UserRecord user;
    user.aor = *aor;
    user.display_name = row["display_name"].c_str();
    user.extension = row["extension"].c_str();
    user.settings = row["settings"].c_str();
    user.terminal = backup::terminal_kind_from(row["terminal"].c_str()).value_or(backup::TerminalKind::unknown);
    user.priority = backup::priority_from(row["priority"].c_str()).value_or(backup::Priority::normal);
    user.enabled = row["enabled"].as<bool>();
    user.ha1.md5 = secret_of<16>(row["md5"]);
    user.ha1.sha256 = secret_of<32>(row["sha256"]);
    return user;
}

}  // namespace

core::StateLoaded load_state(Connection& connection) {
    core::StateLoaded state;
    connection.transact([&](pqxx::work& transaction) {
        sweep(transaction);
        const auto epoch = transaction.exec("select epoch from site_state");
        if (!epoch.empty()) state.epoch.value = epoch[0][0].as<std::uint64_t>();
        state.failovers = failovers_of(transaction);
        state.calls = load_calls(transaction, core::CallRecords::latest);
        transaction.exec(std::string("declare kept no scroll cursor for select ") + binding_columns +
                         ", '' as home, coalesce(d.pool, '') as pool, coalesce(d.count, 0) as count, false as stray, "
                         "'service' as role from bindings b "
                         "left join licence_draws d on d.aor = b.aor union all select " +
                         binding_columns + ", b.home, '', 0, b.stray, b.role from guest_leases b order by aor");
        for (;;) {
            connection.prolong();
            const auto page = transaction.exec("fetch 10000 from kept");
            if (page.empty()) break;
            add_bindings(page, state.bindings);
        }
    });
    return state;
}

core::LicencesLoaded load_licences(Connection& connection) {
    core::LicencesLoaded licences;
    connection.transact([&](pqxx::work& transaction) {
        for (const pqxx::row& row : transaction.exec("select name, capacity, (extract(epoch from ends) * "
                                                     "1000000)::bigint from licence_pools order by name"))
            licences.pools.push_back({row[0].c_str(), row[1].as<std::uint64_t>(), moment_of(row[2])});
    });
    return licences;
}

UsersPage load_users_after(Connection& connection, const std::string& aor) {
    UsersPage page;
    connection.transact([&](pqxx::work& transaction) {
        const auto rows = transaction.exec_params(
            records_where("aor > $1") + " order by aor limit " + std::to_string(users_per_page), aor);
        for (const pqxx::row& row : rows) {
            if (auto user = user_of(row))
                page.users.push_back(std::move(*user));
            else
                ++page.unusable;
        }
        if (rows.size() == users_per_page) page.last = rows.back()["aor"].c_str();
    });
    return page;
}

core::UsersChanged load_users(Connection& connection, const std::vector<std::string>& aors) {
    core::UsersChanged users;
    std::set<base::Aor> missing;
    ArrayLiteral keys;
    for (const std::string& text : aors) {
        keys.add(text);
        if (auto aor = aor_of(text)) missing.insert(*aor);
    }
    connection.transact([&](pqxx::work& transaction) {
        for (const pqxx::row& row : transaction.exec_params(records_where("aor = any($1::text[])"), keys.text())) {
            auto user = user_of(row);
            if (!user) continue;
            missing.erase(user->aor);
            users.changed.push_back(std::move(*user));
        }
    });
    users.removed.assign(missing.begin(), missing.end());
    return users;
}

}  // namespace innkeeper::store
