#include "store/licences.h"

#include <charconv>

#include "backup/user_record.h"
#include "store/schema.h"

namespace innkeeper::store {

namespace {

constexpr std::chrono::seconds licence_deadline{10};
constexpr std::uint64_t most_licences = 1'000'000'000;

template <class Number>
std::optional<Number> number_from(std::string_view text) {
    Number number{};
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<std::chrono::sys_days> date_from(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = number_from<unsigned>(text.substr(0, 4));
    const auto month = number_from<unsigned>(text.substr(5, 2));
    const auto day = number_from<unsigned>(text.substr(8, 2));
    if (!year || !month || !day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                           std::chrono::day(*day)};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date);
}

}  // namespace

base::Expected<LicenceSpec> parse_licence(std::string_view text) {
    const auto refuse = [&](const std::string& trouble) {
        return base::error("set-licence: " + trouble + "; expected POOL=COUNT[,until=YYYY-MM-DD], as in desk=100");
    };
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return refuse("no '='");
    const auto kind = backup::terminal_kind_from(text.substr(0, equals));
    if (!kind || backup::is_no_terminal(*kind)) return refuse("the pool is none of desk, dect, analogue, video, soft");
    LicenceSpec spec;
    spec.pool = backup::to_text(*kind);

    std::string_view rest = text.substr(equals + 1);
    const auto comma = rest.find(',');
    const std::string_view count = rest.substr(0, comma);
    if (count != "unlimited") {
        spec.capacity = number_from<std::uint64_t>(count);
        if (!spec.capacity || *spec.capacity > most_licences)
            return refuse("the count is neither a number up to " + std::to_string(most_licences) + " nor 'unlimited'");
    }
    if (comma == std::string_view::npos) return spec;

    rest.remove_prefix(comma + 1);
    constexpr std::string_view until = "until=";
    if (rest.substr(0, until.size()) != until) return refuse("after the comma there is no 'until='");
    if (!spec.capacity) return refuse("what is unlimited has no end");
    const auto date = date_from(rest.substr(until.size()));
    if (!date) return refuse("there is no such day");
    spec.ends = *date + std::chrono::days(1);
    return spec;
}

base::Expected<LicenceSpec> set_licence(const std::string& conninfo, std::string_view text) {
    const auto spec = parse_licence(text);
    if (!spec) return spec;
    const auto failed = attempt([&] {
        Watchdog watchdog;
        Connection connection(conninfo, watchdog, licence_deadline);
        require_current_schema(connection);
        connection.transact([&](pqxx::work& transaction) {
            if (!spec->capacity) {
                transaction.exec_params("delete from licence_pools where name = $1", spec->pool);
                return;
            }
            const std::string ends = spec->ends ? std::to_string(spec->ends->time_since_epoch().count()) : "";
            transaction.exec_params(
                "insert into licence_pools (name, capacity, ends) values ($1, $2, to_timestamp(nullif($3, "
                "'')::bigint)) "
                "on conflict (name) do update set capacity = excluded.capacity, ends = excluded.ends",
                spec->pool, *spec->capacity, ends);
        });
    });
    if (failed) return base::error("database: " + failed->text);
    return spec;
}

}  // namespace innkeeper::store
