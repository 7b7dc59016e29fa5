#include "host/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>
#include <vector>

#include "host/text.h"

using namespace innkeeper::host;

namespace {

struct Lines {
    std::vector<std::string> all;
    Log::Sink sink() {
        return [this](std::string_view line) { all.emplace_back(line); };
    }
};

// stderr as a pipe that the test reads, until it goes out of scope.
class StderrPipe {
public:
    StderrPipe() : saved_(::dup(STDERR_FILENO)) {
        REQUIRE(::pipe2(ends_, O_CLOEXEC | O_NONBLOCK) == 0);
        ::dup2(ends_[1], STDERR_FILENO);
    }
    ~StderrPipe() {
        ::dup2(saved_, STDERR_FILENO);
        for (const int end : {saved_, ends_[0], ends_[1]}) ::close(end);
    }
    std::string identity() const {  // as systemd puts it into JOURNAL_STREAM
        struct stat status {};
        ::fstat(ends_[1], &status);
        return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
    }
    std::string drain() const {
        std::string all;
        char part[65536];
        for (ssize_t got = 0; (got = ::read(ends_[0], part, sizeof part)) > 0;)
            all.append(part, static_cast<std::size_t>(got));
        return all;
    }

private:
    int saved_;
    int ends_[2] = {-1, -1};
};

}  // namespace

TEST_CASE("an event is one line of fields, quoted where they need it", "[log][R20]") {
    Lines lines;
    Log log(Level::info, LogFormat::text, lines.sink());
    log.write(Level::warning, "peer_mismatched", {{"site", "south"}, {"mismatch", "domains differ"}, {"detail", ""}});
    REQUIRE(lines.all.size() == 1);
    CHECK(lines.all[0] == "event=peer_mismatched level=warning site=south mismatch=\"domains differ\" detail=\"\"");
}

TEST_CASE("what a phone sent cannot break a line or forge a field", "[log][R20]") {
    Lines lines;
    Log log(Level::info, LogFormat::text, lines.sink());
    log.write(Level::info, "phone_registered", {{"contact", "a\r\nevent=forged \"x\"\x1b[2J\xff"}});
    REQUIRE(lines.all.size() == 1);
    CHECK(lines.all[0] ==
          "event=phone_registered level=info contact=\"a\\\\x0d\\\\x0aevent=forged \\\"x\\\"\\\\x1b[2J\\\\xff\"");
}

TEST_CASE("escaping keeps UTF-8 and shows every other octet", "[log][R20]") {
    CHECK(escape_controls("Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x93\x9e") == "Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x93\x9e");
    CHECK(escape_controls("\xc2\x9b") == "\\xc2\\x9b");  // CSI as one C1 control
    CHECK(escape_controls("\x7f\t") == "\\x7f\\x09");
    CHECK(escape_controls("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // a surrogate is not UTF-8
    CHECK(escape_controls("\xc0\xaf") == "\\xc0\\xaf");           // nor is an overlong form
    CHECK(escape_controls("\xe2\x82") == "\\xe2\\x82");           // nor a sequence cut short
}

TEST_CASE("json is one object a line", "[log][R20]") {
    Lines lines;
    Log log(Level::debug, LogFormat::json, lines.sink());
    log.write(LogLine{Level::debug, "register_judged", {{"reason", "a \"b\" \\ \n"}}});
    REQUIRE(lines.all.size() == 1);
    CHECK(lines.all[0] == R"({"event":"register_judged","level":"debug","reason":"a \"b\" \\ \\x0a"})");
}

TEST_CASE("a level above the threshold is not written", "[log]") {
    Lines lines;
    Log log(Level::warning, LogFormat::text, lines.sink());
    CHECK(log.wants(Level::error));
    CHECK_FALSE(log.wants(Level::info));
    log.write(Level::info, "something", {});
    log.write(Level::error, "something_else", {});
    REQUIRE(lines.all.size() == 1);
    CHECK(lines.all[0] == "event=something_else level=error");
}

TEST_CASE("a flood of one event is cut and counted, others and errors are not", "[log][R14]") {
    Lines lines;
    {
        Log log(Level::info, LogFormat::text, lines.sink());
        for (int i = 0; i < 1000; ++i) log.write(Level::info, "accept_failed", {});
        const std::size_t after_flood = lines.all.size();
        CHECK(after_flood >= Log::lines_per_second);
        CHECK(after_flood <= 4 * Log::lines_per_second);  // the flood may cross a second's end
        log.write(Level::info, "other", {});
        CHECK(lines.all.size() == after_flood + 1);
        for (int i = 0; i < 20; ++i) log.write(Level::error, "disaster", {});
        CHECK(lines.all.size() == after_flood + 21);
    }
    std::uint64_t told = 0;
    std::uint64_t written = 0;
    for (const std::string& line : lines.all) {
        if (line.find("event=accept_failed") == std::string::npos) continue;
        const auto at = line.find("suppressed=");
        if (at == std::string::npos)
            ++written;
        else
            told += std::stoull(line.substr(at + 11));
    }
    CHECK(written + told == 1000);
}

TEST_CASE("a line is bounded, whatever its fields hold", "[log][R20]") {
    Lines lines;
    Log log(Level::info, LogFormat::text, lines.sink());
    log.write(Level::info, "long", {{"a", std::string(100000, '\n')}, {"b", std::string(100000, '"')}, {"c", "end"}});
    REQUIRE(lines.all.size() == 1);
    CHECK(lines.all[0].size() < 4096);
    CHECK(lines.all[0].find("c=end") != std::string::npos);
}

TEST_CASE("a terminal sees the time, the journal a priority", "[log]") {
    const StderrPipe pipe;
    Log(Level::info, LogFormat::text).write(Level::warning, "store_away", {});
    const std::string timed = pipe.drain();
    CHECK(timed.substr(0, 7) == "time=20");
    CHECK(timed.substr(29) == " event=store_away level=warning\n");
    ::setenv("JOURNAL_STREAM", pipe.identity().c_str(), 1);
    Log(Level::info, LogFormat::text).write(Level::warning, "store_away", {});
    CHECK(pipe.drain() == "<4>event=store_away level=warning\n");
    ::setenv("JOURNAL_STREAM", "1:1", 1);  // the journal reads something else than this stderr
    Log(Level::info, LogFormat::json).write(Level::warning, "store_away", {});
    CHECK(pipe.drain().substr(0, 10) == "{\"time\":\"2");
    ::unsetenv("JOURNAL_STREAM");
}

TEST_CASE("a log that nobody reads does not hold the daemon up, and says later what was lost", "[log][R14]") {
    const StderrPipe pipe;
    Log log(Level::info, LogFormat::text);
    for (int i = 0; i < 1000; ++i) log.write(Level::error, "disk_full", {{"detail", std::string(300, 'x')}});
    const std::string kept = pipe.drain();
    const auto lines = std::count(kept.begin(), kept.end(), '\n');
    CHECK(lines > 0);
    CHECK(lines < 1000);
    CHECK(kept.back() == '\n');
    log.write(Level::error, "disk_full", {});
    CHECK_THAT(pipe.drain(), Catch::Contains("event=log_dropped level=warning lines=" + std::to_string(1000 - lines)));
}
