#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "control/client.h"
#include "control/command_json.h"
#include "control/server.h"
#include "support/run_until.h"

using namespace innkeeper;
using support::run_until;

namespace {

class Folder {
public:
    Folder() {
        char name[] = "/tmp/innkeeper-control-XXXXXX";
        path_ = ::mkdtemp(name);
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string socket() const { return path_ + "/control.sock"; }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

struct Asked {
    int code = -1;
    std::string out;
    std::string err;
};

// A daemon whose core is the test: `answer` makes the report of each command.
struct Daemon {
    using AnswerTo = std::function<core::Report(const core::Command&)>;

    Folder folder;
    host::Loop loop;
    std::vector<core::Command> commands;
    AnswerTo answer_to;
    control::Server server;

    explicit Daemon(AnswerTo to)
        : answer_to(std::move(to)), server(loop, folder.socket(), [this](core::OperatorCommand asked) {
              commands.push_back(asked.command);
              server.reply(asked.id, answer_to(asked.command));
          }) {}

    Asked ask(const core::Command& command, bool json = false) {
        Asked asked;
        std::atomic<bool> over{false};
        std::thread operator_process([&] {
            std::ostringstream out;
            std::ostringstream err;
            asked.code = control::run_command(folder.socket(), command, json, out, err);
            asked.out = out.str();
            asked.err = err.str();
            over = true;
        });
        run_until(
            loop, [&] { return over.load(); }, std::chrono::seconds(60));
        operator_process.join();
        return asked;
    }
};

// A client by hand.
class Client {
public:
    explicit Client(const std::string& path) : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        connected_ = ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~Client() { ::close(descriptor_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    bool connected() const { return connected_; }
    void send(const std::string& text) const { ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL); }
    // What came so far, until the line or the connection ends.
    bool receive(std::string& into) const {
        char part[4096];
        const ssize_t got = ::recv(descriptor_, part, sizeof part, MSG_DONTWAIT);
        if (got > 0) into.append(part, static_cast<std::size_t>(got));
        return got == 0 || (!into.empty() && into.back() == '\n');
    }
    bool closed() const {
        char octet = 0;
        return ::recv(descriptor_, &octet, 1, MSG_DONTWAIT) == 0;
    }

private:
    int descriptor_;
    bool connected_ = false;
};

std::string talk(Daemon& daemon, const Client& client, const std::string& request) {
    client.send(request);
    std::string answer;
    run_until(daemon.loop, [&] { return client.receive(answer); });
    return answer;
}

core::Report done(const core::Command&) {
    return core::Done{"done"};
}

core::RegistrationReport registration(int number) {
    core::RegistrationReport row;
    row.aor = *base::Aor::parse("sip:" + std::to_string(number) + "@example.com");
    row.site = {"west"};
    return row;
}

}  // namespace

TEST_CASE("every command arrives as it was given", "[control]") {
    Daemon daemon(&done);
    const core::Command commands[] = {core::ShowStatus{},
                                      core::ShowPeers{},
                                      core::ShowRegistrations{{7}, true},
                                      core::ShowLicences{},
                                      core::Explain{"sip:1001@example.com"},
                                      core::Drain{"new \"disk\"\n"},
                                      core::Resume{},
                                      core::Failback{{"north"}},
                                      core::SetUser{"1001", R"({"dnd":true})"},
                                      core::Drain{"kernel", std::chrono::minutes(30)},
                                      core::Drill{{"north"}},
                                      core::ShowReadiness{},
                                      core::ShowFailoverChanges{{"north"}}};
    for (const core::Command& command : commands) {
        const Asked asked = daemon.ask(command);
        CHECK(asked.code == control::exit_ok);
        CHECK(asked.out == "done\n");
        CHECK(asked.err.empty());
    }
    REQUIRE(daemon.commands.size() == std::size(commands));
    for (std::size_t i = 0; i < std::size(commands); ++i) CHECK(daemon.commands[i].index() == commands[i].index());
    const auto& page = std::get<core::ShowRegistrations>(daemon.commands[2]);
    CHECK(page.after.value == 7);
    CHECK(page.guests_only);
    CHECK(std::get<core::Explain>(daemon.commands[4]).aor == "sip:1001@example.com");
    CHECK(std::get<core::Drain>(daemon.commands[5]).reason == "new \"disk\"\n");
    CHECK(std::get<core::Failback>(daemon.commands[7]).home.text == "north");
    CHECK(std::get<core::SetUser>(daemon.commands[8]).changes == R"({"dnd":true})");
    CHECK_FALSE(std::get<core::Drain>(daemon.commands[5]).lasts);
    CHECK(std::get<core::Drain>(daemon.commands[9]).lasts == base::Duration(std::chrono::minutes(30)));
    CHECK(std::get<core::Drill>(daemon.commands[10]).home.text == "north");
}

TEST_CASE("a failover that would not work is exit code 1, with the table all the same", "[control][readiness]") {
    std::vector<core::Finding> findings;
    Daemon daemon([&](const core::Command&) {
        return core::ReadinessReport{{"south"}, {{{"north"}, {"south"}, findings}}};
    });
    Asked asked = daemon.ask(core::ShowReadiness{});
    CHECK(asked.code == control::exit_ok);
    CHECK(asked.out == "north -> south: ready\n");
    findings = {{core::Severity::warns, "version_differs", "north is older", "update it"}};
    CHECK(daemon.ask(core::ShowReadiness{}).code == control::exit_ok);
    findings = {{core::Severity::blocks, "link_down", "no link to \x1bnorth", "see --peers"}};
    asked = daemon.ask(core::ShowReadiness{});
    CHECK(asked.code == control::exit_declined);
    CHECK(asked.out == "north -> south: not ready\n  blocks: no link to \\x1bnorth\n          see --peers\n");
    CHECK(daemon.ask(core::ShowReadiness{}, true).code == control::exit_declined);
}

TEST_CASE("a drain with an end that is no sane time is declined before it reaches the daemon", "[control]") {
    for (const std::string seconds : {"1e300", "\"soon\"", "-1e12"})
        CHECK_FALSE(control::decode_command(R"({"schema":1,"command":"drain","seconds":)" + seconds + "}"));
    const auto negative = control::decode_command(R"({"schema":1,"command":"drain","seconds":-5})");
    REQUIRE(negative);  // the core declines it, with what would do
    CHECK(std::get<core::Drain>(*negative).lasts == base::Duration(std::chrono::seconds(-5)));
}

TEST_CASE("a declined command is exit code 1 and one line", "[control]") {
    Daemon daemon([](const core::Command&) { return core::Declined{"no home \x1b[2Jnorth"}; });
    const Asked plain = daemon.ask(core::Failback{{"north"}});
    CHECK(plain.code == 1);
    CHECK(plain.out.empty());
    CHECK(plain.err == "innkeeperd: no home \\x1b[2Jnorth\n");
    const Asked json = daemon.ask(core::Failback{{"north"}}, true);
    CHECK(json.code == 1);
    CHECK(json.out == "{\n  \"schema\": 1,\n  \"declined\": \"no home \\u001b[2Jnorth\"\n}\n");
}

TEST_CASE("no daemon is exit code 3", "[control]") {
    const Folder folder;
    std::ostringstream out;
    std::ostringstream err;
    CHECK(control::run_command(folder.socket(), core::ShowStatus{}, true, out, err) == 3);
    CHECK(out.str().empty());
    CHECK(err.str() == "innkeeperd: no daemon answers at " + folder.socket() + ": No such file or directory\n");
}

TEST_CASE("all pages of registrations are one table", "[control]") {
    const auto page = [](const core::Command& command) -> core::Report {
        const auto after = std::get<core::ShowRegistrations>(command).after.value;
        core::RegistrationsReport report;
        for (int i = 0; i < 1000; ++i) report.rows.push_back(registration(static_cast<int>(after) * 1000 + i));
        if (after < 4) report.next = base::Sequence{after + 1};
        return report;
    };
    Daemon daemon(page);
    const Asked json = daemon.ask(core::ShowRegistrations{}, true);
    CHECK(json.code == 0);
    CHECK(daemon.commands.size() == 5);
    std::size_t rows = 0;
    for (auto at = json.out.find("\"aor\""); at != std::string::npos; at = json.out.find("\"aor\"", at + 1)) ++rows;
    CHECK(rows == 5000);
    CHECK(json.out.find("\"next\"") == std::string::npos);
    const Asked table = daemon.ask(core::ShowRegistrations{});
    CHECK(std::count(table.out.begin(), table.out.end(), '\n') == 5001);
}

TEST_CASE("a page that is declined half-way is a declined command", "[control]") {
    Daemon daemon([](const core::Command& command) -> core::Report {
        if (std::get<core::ShowRegistrations>(command).after.value > 0) return core::Declined{"start again"};
        return core::RegistrationsReport{{registration(1)}, base::Sequence{1}};
    });
    CHECK(daemon.ask(core::ShowRegistrations{}).code == 1);
}

TEST_CASE("the socket is for its owner and group, and goes with the daemon", "[control][R22]") {
    std::string path;
    {
        const Daemon daemon(&done);
        path = daemon.folder.socket();
        struct stat status {};
        REQUIRE(::stat(path.c_str(), &status) == 0);
        CHECK((status.st_mode & 07777) == 0660);
    }
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a socket that a killed daemon left is replaced, one that answers is not", "[control]") {
    const Folder folder;
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, folder.socket().c_str(), sizeof address.sun_path - 1);
        const int stale = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        REQUIRE(::bind(stale, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        ::close(stale);
    }
    host::Loop loop;
    const control::Server server(loop, folder.socket(), [](core::OperatorCommand) {});
    CHECK_THROWS_WITH(control::Server(loop, folder.socket(), [](core::OperatorCommand) {}),
                      "control-socket " + folder.socket() + ": another daemon answers there");
    CHECK(Client(folder.socket()).connected());
}

TEST_CASE("a path that cannot be a socket is one clear line", "[control]") {
    const Folder folder;
    host::Loop loop;
    const auto make = [&](const std::string& path) { control::Server(loop, path, [](core::OperatorCommand) {}); };
    CHECK_THROWS_WITH(make("/" + std::string(108, 'x')), Catch::Contains("1 to 107 octets"));
    CHECK_THROWS_WITH(make(""), Catch::Contains("1 to 107 octets"));
    CHECK_THROWS_WITH(make(folder.path() + "/no/control.sock"), Catch::Contains("No such file or directory"));
    std::ofstream(folder.socket()) << "precious";
    CHECK_THROWS_WITH(make(folder.socket()), Catch::Contains("something else is there"));
    CHECK(std::filesystem::file_size(folder.socket()) == 8);
}

TEST_CASE("a request that is none is declined and its connection closed", "[control]") {
    Daemon daemon(&done);
    for (const std::string request :
         {"\n", "status\n", "[]\n", "{\"schema\":1}\n", "{\"schema\":2,\"command\":\"status\"}\n",
          "{\"schema\":1,\"command\":\"reboot\"}\n", "{\"schema\":1,\"command\":7}\n",
          "{\"schema\":1,\"command\":\"explain\",\"aor\":[]}\n",
          "{\"schema\":1,\"command\":\"registrations\",\"after\":-1,\"guests_only\":\"x\"}\n", "\xff\xfe\n"}) {
        INFO(request);
        const Client client(daemon.folder.socket());
        CHECK(talk(daemon, client, request).substr(0, 23) == "{\"schema\":1,\"declined\":");
        CHECK(run_until(daemon.loop, [&] { return client.closed(); }));
    }
    CHECK(daemon.commands.empty());
    const Client endless(daemon.folder.socket());
    CHECK(talk(daemon, endless, std::string(2 * control::Server::request_octets, 'x')).find("at most 4096 octets") !=
          std::string::npos);
    const Client hasty(daemon.folder.socket());
    const std::string status = control::encode(core::ShowStatus{}) + "\n";
    CHECK(talk(daemon, hasty, status + status).find("after the answer") != std::string::npos);
}

TEST_CASE("one connection carries one request after the other, also in pieces", "[control]") {
    Daemon daemon(&done);
    const Client client(daemon.folder.socket());
    const std::string request = control::encode(core::ShowStatus{}) + "\n";
    CHECK(talk(daemon, client, request) == "{\"schema\":1,\"done\":\"done\"}\n");
    client.send(request.substr(0, 10));
    run_until(
        daemon.loop, [] { return false; }, std::chrono::milliseconds(20));
    CHECK(talk(daemon, client, request.substr(10)) == "{\"schema\":1,\"done\":\"done\"}\n");
}

TEST_CASE("one operator too many is told so, and one that leaves makes room", "[control]") {
    Daemon daemon(&done);
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < control::Server::most_clients; ++i) {
        clients.push_back(std::make_unique<Client>(daemon.folder.socket()));
        daemon.loop.step(std::chrono::milliseconds(1));
    }
    const Client late(daemon.folder.socket());
    CHECK(talk(daemon, late, "").find("too many operators") != std::string::npos);
    clients.pop_back();
    const auto deadline = host::now() + std::chrono::seconds(10);
    std::string answer;
    while (answer != "{\"schema\":1,\"done\":\"done\"}\n" && host::now() < deadline) {
        const Client next(daemon.folder.socket());
        answer = talk(daemon, next, control::encode(core::ShowStatus{}) + "\n");
    }
    CHECK(answer == "{\"schema\":1,\"done\":\"done\"}\n");
}

TEST_CASE("a reply for somebody who has left goes nowhere", "[control]") {
    const Folder folder;
    host::Loop loop;
    std::vector<base::CommandId> asked;
    control::Server server(loop, folder.socket(), [&](core::OperatorCommand command) { asked.push_back(command.id); });
    {
        const Client client(folder.socket());
        client.send(control::encode(core::ShowStatus{}) + "\n");
        REQUIRE(run_until(loop, [&] { return asked.size() == 1; }));
    }
    loop.step(std::chrono::milliseconds(1));
    server.reply(asked[0], core::Done{"late"});
    server.reply({4711}, core::Done{"never asked"});
    const Client client(folder.socket());
    client.send(control::encode(core::ShowStatus{}) + "\n");
    CHECK(run_until(loop, [&] { return asked.size() == 2; }));
}
