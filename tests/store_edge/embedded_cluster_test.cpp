#include "store/embedded_cluster.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "store_edge/database.h"

using namespace innkeeper;
using store::EmbeddedCluster;
using store_edge::Database;

TEST_CASE("the embedded cluster is reached through a private folder only", "[store][embedded][R22]") {
    const Database database;
    CHECK(database.value("show listen_addresses").empty());
    struct stat folder {};
    REQUIRE(stat((database.state_directory() + "/postgresql").c_str(), &folder) == 0);
    CHECK((folder.st_mode & 0777) == 0700);
    CHECK(folder.st_uid != 0);
    CHECK(EmbeddedCluster::in_use(database.state_directory()));
}

TEST_CASE("a second daemon cannot open the cluster of the first", "[store][embedded]") {
    const Database database;
    const auto second =
        EmbeddedCluster::open({database.state_directory(), store_edge::unprivileged_user(), [](const std::string&) {}});
    REQUIRE_FALSE(second);
    CHECK_THAT(second.error().text, Catch::Contains("in use by another"));
}

TEST_CASE("a second start finds what the first one kept", "[store][embedded][R7]") {
    Database database;
    database.execute("create table kept (n integer); insert into kept values (7)");
    database.stop();
    CHECK_FALSE(EmbeddedCluster::in_use(database.state_directory()));
    database.start();
    CHECK(database.value("select n from kept") == "7");
}

TEST_CASE("a cluster whose postmaster is killed is started again", "[store][embedded][R7]") {
    const Database database;
    database.execute("create table kept (n integer); insert into kept values (7)");
    const pid_t killed = database.postmaster();
    REQUIRE(kill(killed, SIGKILL) == 0);
    std::string kept;
    const auto due = host::now() + store_edge::patience;
    while (kept.empty() && host::now() < due) {
        try {
            kept = database.value("select n from kept");
        } catch (const pqxx::failure&) {
            usleep(10'000);
        }
    }
    CHECK(kept == "7");
    CHECK(database.postmaster() != killed);
}

TEST_CASE("a daemon that is killed takes its cluster along, and the next one has it at once", "[store][embedded][R7]") {
    store_edge::Folder folder;
    int ready[2];
    REQUIRE(pipe(ready) == 0);
    const pid_t daemon = fork();
    REQUIRE(daemon >= 0);
    if (daemon == 0) {
        auto cluster =
            EmbeddedCluster::open({folder.path(), store_edge::unprivileged_user(), [](const std::string&) {}});
        const char answer =
            cluster && EmbeddedCluster::wait_until_ready(folder.path(), store_edge::patience) ? 'y' : 'n';
        if (write(ready[1], &answer, 1) == 1)
            for (;;) pause();
        _exit(1);
    }
    char answer = 0;
    REQUIRE(read(ready[0], &answer, 1) == 1);
    REQUIRE(answer == 'y');
    SECTION("while its PostgreSQL runs") {}
    SECTION("while its PostgreSQL is frozen") {
        std::ifstream file(folder.path() + "/postgresql/data/postmaster.pid");
        pid_t postmaster = 0;
        file >> postmaster;
        REQUIRE(kill(postmaster, SIGSTOP) == 0);
    }
    kill(daemon, SIGKILL);
    waitpid(daemon, nullptr, 0);

    auto next = EmbeddedCluster::open({folder.path(), store_edge::unprivileged_user(), [](const std::string&) {}});
    REQUIRE(next);
    CHECK(EmbeddedCluster::wait_until_ready(folder.path(), store_edge::patience));
    close(ready[0]);
    close(ready[1]);
}

TEST_CASE("a cluster that was half made when its daemon died is made anew", "[store][embedded]") {
    store_edge::Folder folder;
    std::filesystem::create_directories(folder.path() + "/postgresql/data.unfinished/base");
    auto cluster = EmbeddedCluster::open({folder.path(), store_edge::unprivileged_user(), [](const std::string&) {}});
    REQUIRE(cluster);
    CHECK(EmbeddedCluster::wait_until_ready(folder.path(), store_edge::patience));
}

TEST_CASE("a cluster that cannot be is refused with the reason", "[store][embedded]") {
    const auto report = [](const std::string&) {};
    const auto far = EmbeddedCluster::open({"/tmp/" + std::string(90, 'x'), store_edge::unprivileged_user(), report});
    REQUIRE_FALSE(far);
    CHECK_THAT(far.error().text, Catch::Contains("too long for a Unix socket"));
    const auto nowhere = EmbeddedCluster::open({"/nonexistent", store_edge::unprivileged_user(), report});
    REQUIRE_FALSE(nowhere);
    CHECK_THAT(nowhere.error().text, Catch::Contains("No such file"));
    const auto stranger = EmbeddedCluster::open({"/tmp", "no-such-user-here", report});
    REQUIRE_FALSE(stranger);
    CHECK_THAT(stranger.error().text, Catch::Contains("does not exist"));
}
