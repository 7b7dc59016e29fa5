#include "link/socket.h"

#include <catch2/catch.hpp>

#include "host/loop.h"
#include "link/byte_queue.h"
#include "support/run_until.h"

using namespace innkeeper;

TEST_CASE("both ends of a connection know each other's address, over IPv4 and IPv6", "[link]") {
    const std::string text = GENERATE("127.0.0.1:0", "[::1]:0");
    const link::Descriptor listener = link::listen_on(base::Endpoint::parse(text).value());
    const base::Endpoint listening = link::local_endpoint(listener.number());
    REQUIRE(listening.port != 0);
    const auto dialled = link::dial(listening, listening);
    REQUIRE(dialled);
    host::Loop loop;
    bool called = false;
    const host::Watch watch(loop, listener.number(), true, false, [&](host::Watch::Ready) { called = true; });
    REQUIRE(support::run_until(loop, [&] { return called; }));
    const auto caller = link::accept_from(listener.number());
    REQUIRE(caller);
    CHECK(caller->remote == link::local_endpoint(dialled->number()));
    CHECK(caller->remote.ip == listening.ip);
}

TEST_CASE("bytes leave a queue in the order they came, in pieces of any size", "[link]") {
    link::ByteQueue queue;
    std::string expected;
    std::string got;
    std::size_t step = 1;
    for (int i = 0; i < 2000; ++i) {
        const std::string piece(step % 701, static_cast<char>('a' + i % 26));
        queue.append(piece);
        expected += piece;
        step = step * 31 % 10007;
        const std::size_t take = std::min(queue.size(), step % 601);
        got += queue.view().substr(0, take);
        queue.take(take);
    }
    got += queue.view();
    queue.take(queue.size());
    CHECK(queue.empty());
    CHECK(got == expected);
}

TEST_CASE("bytes taken from a queue are wiped at once", "[link][R22]") {
    link::ByteQueue queue;
    queue.append("secret and the rest");
    const char* first = queue.view().data();
    queue.take(6);
    CHECK(std::string(first, 6) == std::string(6, '\0'));
    CHECK(queue.view() == " and the rest");
}
