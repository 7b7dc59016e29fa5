#include "store/user_file.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "backup/user_record.h"
#include "base/aor.h"
#include "core/limits.h"
#include "store/csv.h"
#include "store/stored_text.h"

namespace innkeeper::store {

namespace {

constexpr std::array<std::string_view, 4> required_columns = {"aor", "password", "ha1_md5", "ha1_sha256"};
constexpr std::array<std::string_view, 6> optional_columns = {"display_name", "extension", "terminal",
                                                              "settings",     "enabled",   "priority"};

using Columns = std::map<std::string, std::size_t, std::less<>>;

// Empty: the columns are good.
std::string trouble_with(const std::vector<std::string>& header, Columns& columns) {
    for (std::size_t i = 0; i < header.size(); ++i) {
        const auto knows = [&](const auto& names) {
            return std::find(names.begin(), names.end(), header[i]) != names.end();
        };
        if (!knows(required_columns) && !knows(optional_columns))
            return "column '" + stored_text(header[i]) +
                   "' is unknown; the first line names the columns: aor, password, ha1_md5, ha1_sha256, display_name, "
                   "extension, terminal, settings, enabled, priority";
        if (!columns.emplace(header[i], i).second) return "column '" + header[i] + "' is named twice";
    }
    if (columns.count("aor") == 0) return "column 'aor' is missing";
    const bool clear = columns.count("password") != 0;
    const bool hashed = columns.count("ha1_md5") != 0;
    if (!clear && !hashed) return "column 'password' or 'ha1_md5' is missing";
    if (clear && (hashed || columns.count("ha1_sha256") != 0))
        return "columns 'password' and 'ha1_...' exclude each other";
    return "";
}

template <std::size_t Size>
std::optional<base::SecretBytes<Size>> secret_from_hex(std::string_view hex) {
    if (hex.size() != 2 * Size) return std::nullopt;
    std::array<std::uint8_t, Size> bytes{};
    for (std::size_t i = 0; i < hex.size(); ++i) {
        const char digit = hex[i] >= 'A' && hex[i] <= 'F' ? static_cast<char>(hex[i] - 'A' + 'a') : hex[i];
        const auto value = std::string_view("0123456789abcdef").find(digit);
        if (value == std::string_view::npos) return std::nullopt;
        bytes[i / 2] = static_cast<std::uint8_t>(unsigned{bytes[i / 2]} << 4U | value);
    }
    return base::SecretBytes<Size>(bytes);
}

std::optional<bool> boolean_from(std::string_view text) {
    for (const std::string_view yes : {"true", "yes", "1", ""})
        if (text == yes) return true;
    for (const std::string_view no : {"false", "no", "0"})
        if (text == no) return false;
    return std::nullopt;
}

// One row; its troubles, if any, are added to `troubles`.
class RowReader {
public:
    RowReader(const Columns& columns, const CsvReader& row, FileTroubles& troubles)
        : columns_(columns), row_(row), troubles_(troubles) {}

    FileUser read() {
        FileUser user;
        user.line = row_.line();
        const auto aor = base::Aor::parse(field("aor"));
        if (aor && is_printable(aor->text()))
            user.aor = aor->text();
        else if (aor)
            wrong("aor: no UTF-8");
        else
            wrong("aor: " + aor.error().text);
        if (columns_.count("password") != 0)
            read_password(aor ? *aor : base::Aor(), user.ha1);
        else
            read_hashes(user.ha1);
        user.display_name = text("display_name");
        user.extension = text("extension");
        read_rest(user);
        return user;
    }

private:
    std::string_view field(std::string_view name) const {
        const auto column = columns_.find(name);
        return column == columns_.end() ? std::string_view() : std::string_view(row_.fields()[column->second]);
    }

    void wrong(const std::string& trouble) { troubles_.add(row_.line(), trouble); }

    // What PostgreSQL takes as text.
    std::string text(std::string_view name) {
        std::string value(field(name));
        if (!is_printable(value)) wrong(std::string(name) + ": control octets or no UTF-8");
        if (value.size() > 255) wrong(std::string(name) + ": longer than 255 octets");
        return value;
    }

    void read_password(const base::Aor& aor, auth::Ha1& ha1) {
        if (field("password").empty()) return wrong("password: empty");
        ha1 = auth::make_ha1(aor.user(), aor.domain(), field("password"));
    }

    void read_hashes(auth::Ha1& ha1) {
        auto md5 = secret_from_hex<16>(field("ha1_md5"));
        auto sha256 = secret_from_hex<32>(field("ha1_sha256"));
        if (md5)
            ha1.md5 = std::move(*md5);
        else
            wrong("ha1_md5: not 32 hexadecimal digits");
        if (sha256)
            ha1.sha256 = std::move(*sha256);
        else if (!field("ha1_sha256").empty())
            wrong("ha1_sha256: neither empty nor 64 hexadecimal digits");
    }

    void read_rest(FileUser& user) {
        if (const auto terminal = field("terminal"); !terminal.empty()) {
            if (const auto kind = backup::terminal_kind_from(terminal))
                user.terminal = backup::to_text(*kind);
            else
                wrong("terminal: none of desk, dect, analogue, video, soft, unknown");
        }
        if (const auto settings = field("settings"); !settings.empty()) user.settings = settings;
        std::string printable = user.settings;
        for (char& octet : printable)
            if (octet == '\n' || octet == '\r' || octet == '\t') octet = ' ';
        if (!is_printable(printable)) wrong("settings: control octets or no UTF-8");
        if (user.settings.size() > core::Limits::settings_octets) wrong("settings: longer than 4096 octets");
        if (const auto enabled = boolean_from(field("enabled")))
            user.enabled = *enabled;
        else
            wrong("enabled: neither true nor false");
        if (const auto named = field("priority"); !named.empty()) {
            if (const auto priority = backup::priority_from(named))
                user.priority = backup::to_text(*priority);
            else
                wrong("priority: none of normal, attendant, emergency");
        }
    }

    const Columns& columns_;
    const CsvReader& row_;
    FileTroubles& troubles_;
};

}  // namespace

void FileTroubles::add(std::size_t line, const std::string& trouble) {
    ++count_;
    if (count_ > shown) return;
    if (!text_.empty()) text_ += '\n';
    text_ += filename_ + ':' + std::to_string(line) + ": " + trouble;
}

base::Error FileTroubles::error() const {
    if (count_ <= shown) return {text_};
    return {text_ + '\n' + filename_ + ": and " + std::to_string(count_ - shown) + " more; nothing was imported"};
}

base::Expected<UserFile> read_user_file(std::istream& in, const std::string& filename) {
    FileTroubles troubles(filename);
    CsvReader csv(in);
    if (!csv.next()) return base::error(filename + ": empty; the first line names the columns");
    Columns columns;
    const std::string trouble = csv.trouble().empty() ? trouble_with(csv.fields(), columns) : csv.trouble();
    if (!trouble.empty()) return base::error(filename + ":1: " + trouble);

    UserFile file;
    for (const std::string_view name : optional_columns)
        if (columns.count(name) != 0) file.optional_columns.emplace_back(name);
    std::unordered_map<std::string, std::size_t> lines;  // by AOR
    const std::size_t width = csv.fields().size();
    while (csv.next()) {
        if (file.users.size() == most_users)
            return base::error(filename + ": more than " + std::to_string(most_users) + " users");
        if (!csv.trouble().empty()) {
            troubles.add(csv.line(), csv.trouble());
        } else if (csv.fields().size() != width) {
            troubles.add(csv.line(),
                         std::to_string(csv.fields().size()) + " fields, but " + std::to_string(width) + " columns");
        } else {
            FileUser user = RowReader(columns, csv, troubles).read();
            const auto [earlier, first] = lines.emplace(user.aor, user.line);
            if (!first && !user.aor.empty())
                troubles.add(user.line, "aor: the same as in line " + std::to_string(earlier->second));
            file.users.push_back(std::move(user));
        }
    }
    if (!troubles.none()) return base::Unexpected{troubles.error()};
    return file;
}

}  // namespace innkeeper::store
