#include "store/user_file.h"

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>

#include "backup/user_record.h"
#include "base/aor.h"
#include "core/limits.h"
#include "store/file_rows.h"
#include "store/stored_text.h"

namespace innkeeper::store {

namespace {

constexpr std::array<std::string_view, 10> user_columns = {"aor",          "password",  "ha1_md5",  "ha1_sha256",
                                                           "display_name", "extension", "terminal", "settings",
                                                           "enabled",      "priority"};
constexpr auto optional_columns = std::span(user_columns).subspan<4>();

// Empty: the columns say who may register.
std::string trouble_with(const FileRows& rows) {
    if (!rows.has("aor")) return "column 'aor' is missing";
    const bool clear = rows.has("password");
    const bool hashed = rows.has("ha1_md5");
    if (!clear && !hashed) return "column 'password' or 'ha1_md5' is missing";
    if (clear && (hashed || rows.has("ha1_sha256"))) return "columns 'password' and 'ha1_...' exclude each other";
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

// One row; its troubles, if any, are added to `troubles`.
class UserRowReader {
public:
    explicit UserRowReader(FileRows& row) : row_(row) {}

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
        if (row_.has("password"))
            read_password(aor ? *aor : base::Aor(), user.ha1);
        else
            read_hashes(user.ha1);
        user.display_name = row_.text("display_name");
        user.extension = row_.text("extension");
        read_rest(user);
        return user;
    }

private:
    std::string_view field(std::string_view name) const { return row_.field(name); }
    void wrong(const std::string& trouble) { row_.wrong(trouble); }

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
            const auto kind = backup::terminal_kind_from(terminal);
            if (kind && *kind != backup::TerminalKind::group)
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

    FileRows& row_;
};

}  // namespace

base::Expected<UserFile> read_user_file(std::istream& in, const std::string& filename) {
    FileRows rows(in, filename);
    if (const auto error = rows.begin(user_columns)) return base::Unexpected{*error};
    if (const std::string trouble = trouble_with(rows); !trouble.empty())
        return base::Unexpected{rows.wrong_header(trouble)};

    UserFile file;
    for (const std::string_view name : optional_columns)
        if (rows.has(name)) file.optional_columns.emplace_back(name);
    std::unordered_map<std::string, std::size_t> lines;  // by AOR
    while (rows.next()) {
        if (file.users.size() == most_users)
            return base::error(filename + ": more than " + std::to_string(most_users) + " users");
        FileUser user = UserRowReader(rows).read();
        const auto [earlier, first] = lines.emplace(user.aor, user.line);
        if (!first && !user.aor.empty()) rows.wrong("aor: the same as in line " + std::to_string(earlier->second));
        file.users.push_back(std::move(user));
    }
    if (!rows.troubles().none()) return base::Unexpected{rows.troubles().error()};
    return file;
}

}  // namespace innkeeper::store
