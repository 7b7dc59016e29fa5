// The daemon's log: one event, one line, a stable name and fields (R20). Levels mean: error = act now, warning = act
// today, info = state changed, debug = per message.
//
// `text` is key=value, headed by the time on a terminal or in a file, by the <N> prefix of sd-daemon(3) when the
// journal reads along. `json` is one object a line. `journal` sends the fields as the journal's
// own, so that `journalctl AOR=1001@example.com` works. No line ever waits: one that the reader of stderr has no room
// for is dropped and counted.
//
// main owns the one Log and hands it on by reference. Any thread may write.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"

namespace innkeeper::host {

enum class Level : std::uint8_t { error, warning, info, debug };
std::string_view to_text(Level level);

enum class LogFormat : std::uint8_t { text, json, journal };

struct Field {
    std::string_view name;  // lower-case letters and underscores, a literal
    std::string value;      // anything; escaped when written
};

struct LogLine {
    Level level = Level::info;
    std::string_view event;  // a literal: the rate limit keeps one entry per name for good
    std::vector<Field> fields;
};

class Log {
public:
    // At most this many lines per event name and second below `error`; the rest is counted, and told in one line with
    // suppressed=N when the second is over (R14).
    static constexpr std::uint32_t lines_per_second = 10;

    using Sink = std::function<void(std::string_view line)>;

    Log(Level threshold, LogFormat format);  // writes to stderr, or to the journal
    // Writes text or json lines, without time and prefix, to `sink`. For tests and for whoever wants lines.
    Log(Level threshold, LogFormat format, Sink sink);
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    bool wants(Level level) const { return level <= threshold_; }  // ask before building what debug alone needs
    void write(const LogLine& line);
    void write(Level level, std::string_view event, std::initializer_list<Field> fields);

    // Tells what was suppressed in seconds that are over. To be called about once a second.
    void tell_suppressed();

private:
    struct Second {
        base::Instant began;
        std::uint32_t lines = 0;
        std::uint64_t suppressed = 0;
        Level level = Level::info;
    };
    using Fields = std::span<const Field>;

    void write(Level level, std::string_view event, Fields fields);
    bool admit(Level level, std::string_view event, base::Instant now);
    void tell_suppressed(std::string_view event, Second& second);
    void emit(Level level, std::string_view event, Fields fields);
    std::string render(Level level, std::string_view event, Fields fields) const;
    void put(const std::string& line);

    const Level threshold_;
    const LogFormat format_;
    const Sink sink_;
    const bool journal_reads_stderr_;
    std::mutex mutex_;                            // guards what follows
    std::map<std::string_view, Second> seconds_;  // by event
    std::uint64_t dropped_ = 0;                   // lines stderr had no room for
};

}  // namespace innkeeper::host
