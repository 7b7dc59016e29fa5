#include "host/loop.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "support/run_until.h"

using namespace innkeeper::host;
using innkeeper::support::run_until;
using namespace std::chrono_literals;

TEST_CASE("work posted from another thread runs on the loop's thread in order", "[host]") {
    Loop loop;
    std::vector<int> order;
    std::vector<std::thread::id> threads;
    std::thread other([&] {
        for (int i = 0; i < 3; ++i)
            loop.post([&, i] {
                order.push_back(i);
                threads.push_back(std::this_thread::get_id());
            });
    });
    REQUIRE(run_until(loop, [&] { return order.size() == 3; }));
    other.join();
    CHECK(order == std::vector<int>{0, 1, 2});
    for (const auto thread : threads) CHECK(thread == std::this_thread::get_id());
}

TEST_CASE("a loop that was stopped before it ran returns at once", "[host]") {
    Loop loop;
    loop.stop();
    loop.run();
    SUCCEED();
}

TEST_CASE("a loop that runs is stopped from another thread", "[host]") {
    Loop loop;
    std::thread other([&] { loop.stop(); });
    loop.run();
    other.join();
    SUCCEED();
}

TEST_CASE("a watch tells what its descriptor is ready for and may be destroyed from its callback", "[host]") {
    Loop loop;
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    bool readable = false;
    std::unique_ptr<Watch> watch;
    watch = std::make_unique<Watch>(loop, ends[0], true, false, [&](Watch::Ready ready) {
        readable = ready.readable;
        watch.reset();
    });
    REQUIRE(write(ends[1], "x", 1) == 1);
    CHECK(run_until(loop, [&] { return readable; }));
    watch.reset();
    close(ends[0]);
    close(ends[1]);
}

TEST_CASE("a timer fires once per arm and may be armed from its own callback", "[host]") {
    Loop loop;
    int fired = 0;
    std::unique_ptr<Timer> timer;
    timer = std::make_unique<Timer>(loop, [&] {
        if (++fired < 3) timer->arm(1ms);
    });
    timer->arm(1ms);
    REQUIRE(run_until(loop, [&] { return fired == 3; }));
    timer->arm(1ms);
    timer->disarm();
    CHECK_FALSE(run_until(
        loop, [&] { return fired > 3; }, 20ms));
}
