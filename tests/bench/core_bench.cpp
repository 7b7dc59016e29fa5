// What the decisions cost, without any edge: nanoseconds of Gatekeeper::step for a refresh with a reused nonce and for
// challenge and answer, in processor time, and memory per registration. Medians of several rounds; users come in no
// order, as they do.
//
//   innkeeper_core_bench [USERS]
#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "core/gatekeeper.h"
#include "support/owned_register.h"
#include "support/phone_digest.h"
#include "support/settings.h"

using namespace innkeeper;
using namespace innkeeper::core;

namespace {

constexpr int rounds = 5;

std::size_t heap_in_use() {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

// Of this thread, so that whatever else the machine does counts less.
double processor_nanoseconds() {
    timespec spent{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) * 1e9 + static_cast<double>(spent.tv_nsec);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

struct Phone {
    support::OwnedRegister request;
    support::DigestSession session;
};

class Bench {
public:
    explicit Bench(std::size_t users) : order_(users), keeper_(support::settings_of("south", {"north"}, {})) {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::uint64_t random = 1;
        for (std::size_t i = users; i > 1; --i) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            std::swap(order_[i - 1], order_[(random >> 33) % i]);
        }
        for (std::size_t i = 0; i < users; ++i) phones_.push_back(phone(i));
    }

    void run() {
        const std::array<std::uint8_t, 32> key{};
        step(Started{1});
        step(NonceKeyMade{{1, now_, base::SecretBytes<32>(key)}});
        const std::size_t empty = heap_in_use();
        load_users();
        const std::size_t loaded = heap_in_use();
        const double challenge = timed();
        for (const std::size_t i : order_) {
            step(phones_[i].request.shown());
            const auto& response = std::get<Answer>(out_.front()).response;
            phones_[i].session.take(response.challenge->realm, response.challenge->nonce);
        }
        prepare();
        const std::size_t prepared = heap_in_use();
        const double first = timed();
        const std::size_t registered = heap_in_use();
        std::vector<double> refreshes;
        for (int round = 0; round < rounds; ++round) {
            now_ += std::chrono::seconds(10);
            prepare();
            refreshes.push_back(timed());
        }
        const auto per_user = [this](std::size_t bytes) { return bytes / phones_.size(); };
        std::printf("users                  %8zu\n", phones_.size());
        std::printf("challenge              %8.0f ns\n", challenge);
        std::printf("first registration     %8.0f ns\n", first);
        std::printf("refresh                %8.0f ns\n", median(refreshes));
        std::printf("memory per user        %8zu B\n", per_user(loaded - empty));
        std::printf("memory per registration%8zu B\n", per_user(registered - prepared));
        if (keeper_.census(now_).bindings != phones_.size()) std::abort();
    }

private:
    static Phone phone(std::size_t i) {
        const std::string name = std::to_string(100000 + i);
        Phone one{support::register_of(name), support::DigestSession()};
        one.request.source.remote.port = static_cast<std::uint16_t>(1024 + i % 60000);
        one.request.contacts[0].uri = "sip:" + name + "@192.0.2.1:" + std::to_string(one.request.source.remote.port);
        one.request.call_id = "0_" + std::to_string(3141592653u + i) + "@192.0.2.1";
        one.request.expires = 3600;
        one.request.cseq = 0;
        return one;
    }

    void load_users() {
        UsersLoaded page;
        for (const Phone& one : phones_) {
            backup::UserRecord record;
            record.aor = base::Aor::from_parts(one.request.to_user, support::domain).value();
            record.display_name = "User " + one.request.to_user;
            record.extension = one.request.to_user;
            record.settings = "{}";
            record.ha1 = auth::make_ha1(one.request.to_user, support::domain, "secret");
            page.users.push_back(std::move(record));
        }
        page.restart = page.complete = true;
        step(std::move(page));
    }

    void step(Event event) {
        out_.clear();
        keeper_.step(now_, std::move(event), out_);
    }

    // The phones' side, not timed: the next use of their nonces.
    void prepare() {
        for (Phone& one : phones_) {
            ++one.request.cseq;
            one.session.authorise(one.request, one.request.to_user,
                                  auth::make_ha1(one.request.to_user, support::domain, "secret"));
        }
    }

    // Requests come in batches from a buffer that is still in the processor's cache, as they do from a socket.
    double timed() {
        constexpr std::size_t batch = 32;
        std::vector<support::OwnedRegister> requests(batch);
        double spent = 0;
        for (std::size_t from = 0; from < order_.size(); from += batch) {
            const std::size_t size = std::min(batch, order_.size() - from);
            for (std::size_t i = 0; i < size; ++i) requests[i] = phones_[order_[from + i]].request;
            const double start = processor_nanoseconds();
            for (std::size_t i = 0; i < size; ++i) step(requests[i].shown());
            spent += processor_nanoseconds() - start;
        }
        return spent / static_cast<double>(order_.size());
    }

    std::vector<std::size_t> order_;
    std::vector<Phone> phones_;
    Gatekeeper keeper_;
    Effects out_;
    base::Instant now_{std::chrono::hours(1)};
};

}  // namespace

int main(int count, char** arguments) {
    const auto users = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 100000;
    if (users == 0) return 2;
    Bench(users).run();
}
