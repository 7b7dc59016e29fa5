#include "host/log.h"

#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "host/clock.h"
#include "host/text.h"

namespace innkeeper::host {
namespace {

constexpr std::size_t longest_line = 3800;  // below PIPE_BUF: a pipe that is ready for writing takes it whole

int priority(Level level) {
    switch (level) {
        case Level::error:
            return LOG_ERR;
        case Level::warning:
            return LOG_WARNING;
        case Level::info:
            return LOG_INFO;
        case Level::debug:
            return LOG_DEBUG;
    }
    return LOG_INFO;
}

// systemd.exec(5): JOURNAL_STREAM names the journal's end, so that a redirected stderr is told apart.
bool journal_reads_stderr() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat status {};
    if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

std::string time_text() {
    const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(wall_now());
    const auto milliseconds = now.time_since_epoch().count();
    const auto seconds = static_cast<time_t>(milliseconds / 1000);
    tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[64];
    const std::size_t length = ::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(milliseconds % 1000));
    return text;
}

void append_quoted(std::string& out, std::string_view escaped) {
    out += '"';
    for (const char c : escaped) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

void append_text_field(std::string& out, std::string_view name, std::string_view value) {
    const std::string escaped = escape_controls(value);
    if (!out.empty()) out += ' ';
    out += name;
    out += '=';
    if (escaped.empty() || escaped.find_first_of(" =\"\\") != std::string::npos)
        append_quoted(out, escaped);
    else
        out += escaped;
}

void append_json_field(std::string& out, std::string_view name, std::string_view value) {
    out += out.empty() ? "{" : ",";
    append_quoted(out, name);
    out += ':';
    append_quoted(out, escape_controls(value));
}

void send_to_journal(Level level, std::string_view event, std::span<const Field> fields, const std::string& message) {
    std::vector<std::string> entries = {"MESSAGE=" + message, "PRIORITY=" + std::to_string(priority(level)),
                                        "SYSLOG_IDENTIFIER=innkeeperd", "EVENT=" + std::string(event)};
    for (const Field& field : fields) {
        std::string entry;
        for (const char c : field.name) entry += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        entries.push_back(entry + "=" + escape_controls(field.value));
    }
    std::vector<iovec> vectors;
    for (std::string& entry : entries) vectors.push_back({entry.data(), entry.size()});
    sd_journal_sendv(vectors.data(), static_cast<int>(vectors.size()));
}

}  // namespace

std::string_view to_text(Level level) {
    switch (level) {
        case Level::error:
            return "error";
        case Level::warning:
            return "warning";
        case Level::info:
            return "info";
        case Level::debug:
            return "debug";
    }
    return "info";
}

Log::Log(Level threshold, LogFormat format) : Log(threshold, format, nullptr) {}

Log::Log(Level threshold, LogFormat format, Sink sink)
    : threshold_(threshold), format_(format), sink_(std::move(sink)), journal_reads_stderr_(journal_reads_stderr()) {}

Log::~Log() {
    for (auto& [event, second] : seconds_) tell_suppressed(event, second);
}

void Log::write(const LogLine& line) {
    write(line.level, line.event, Fields(line.fields));
}

void Log::write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    write(level, event, Fields(fields.begin(), fields.size()));
}

void Log::write(Level level, std::string_view event, Fields fields) {
    if (!wants(level)) return;
    const std::lock_guard lock(mutex_);
    if (admit(level, event, now())) emit(level, event, fields);
}

bool Log::admit(Level level, std::string_view event, base::Instant now) {
    if (level == Level::error) return true;
    Second& second = seconds_[event];
    if (now - second.began >= std::chrono::seconds(1)) {
        tell_suppressed(event, second);
        second = Second{now, 0, 0, level};
    }
    if (second.lines < lines_per_second) {
        ++second.lines;
        return true;
    }
    ++second.suppressed;
    return false;
}

void Log::tell_suppressed() {
    const std::lock_guard lock(mutex_);
    const base::Instant moment = now();
    for (auto& [event, second] : seconds_)
        if (moment - second.began >= std::chrono::seconds(1)) tell_suppressed(event, second);
}

void Log::tell_suppressed(std::string_view event, Second& second) {
    if (second.suppressed == 0) return;
    const Field count{"suppressed", std::to_string(std::exchange(second.suppressed, 0))};
    emit(second.level, event, Fields(&count, 1));
}

void Log::emit(Level level, std::string_view event, Fields fields) {
    const std::string line = render(level, event, fields);
    if (sink_)
        sink_(line);
    else if (format_ == LogFormat::journal)
        send_to_journal(level, event, fields, line);
    else
        put(line);
}

std::string Log::render(Level level, std::string_view event, Fields fields) const {
    std::string line;
    const auto append = format_ == LogFormat::json ? &append_json_field : &append_text_field;
    if (!sink_ && !journal_reads_stderr_ && format_ != LogFormat::journal) append(line, "time", time_text());
    append(line, "event", event);
    append(line, "level", to_text(level));
    for (const Field& field : fields) {
        std::string_view value = field.value;
        const std::size_t room = longest_line - std::min(longest_line, line.size());
        append(line, field.name, value.substr(0, room / 8));  // an octet grows to four, quoting included to five
    }
    if (format_ == LogFormat::json) line += '}';
    if (!sink_ && journal_reads_stderr_ && format_ == LogFormat::text)
        line.insert(0, "<" + std::to_string(priority(level)) + ">");
    return line;
}

void Log::put(const std::string& line) {
    pollfd out{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&out, 1, 0) != 1 || (out.revents & POLLOUT) == 0) {
        ++dropped_;
        return;
    }
    std::string text = line + '\n';
    if (dropped_ > 0) {
        const Field count{"lines", std::to_string(std::exchange(dropped_, 0))};
        text += render(Level::warning, "log_dropped", Fields(&count, 1)) + '\n';
    }
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace innkeeper::host
