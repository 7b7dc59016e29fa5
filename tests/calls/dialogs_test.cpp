#include "calls/dialogs.h"

#include <catch2/catch.hpp>

#include "support.h"

namespace innkeeper::calls {
namespace {

using namespace std::chrono_literals;

const base::Aor ann = *base::Aor::parse("1001@example.com"), bob = *base::Aor::parse("1002@example.com");

Party party(const base::Aor& aor, std::string contact, Hop hop = SiteHop{{"north"}}) {
    return {aor, std::move(contact), std::move(hop), {}};
}

// Ann calls or subscribes to Bob; both are known by their Contacts.
struct Line {
    Dialogs dialogs;
    base::Instant now{1000s};
    Sketch sketch;

    Line() = default;
    explicit Line(std::string method, std::string more = {}) {
        sketch.method = std::move(method);
        sketch.more = std::move(more);
    }
    void answered(std::uint16_t status, std::string_view tag = "bob", std::string_view more = {}) {
        Message answer = answer_to(text_of(sketch), status, tag);
        if (!more.empty()) answer = *Message::parse(answer.text().insert(answer.text().find("\r\n") + 2, more));
        dialogs.note(now, request(sketch), answer, party(ann, "sip:1001@192.0.2.11"),
                     party(bob, "sip:1002@192.0.2.12"));
    }
    Message inside(std::string method, bool from_caller = true, std::string more = {}, std::uint32_t cseq = 2) {
        Sketch next;
        next.method = std::move(method);
        next.from_tag = from_caller ? "alice" : "bob";
        next.to_tag = from_caller ? "bob" : "alice";
        next.cseq = cseq;
        next.more = std::move(more);
        return request(next);
    }
    std::size_t ended() {
        std::size_t count = 0;
        while (dialogs.take_due(now)) ++count;
        return count;
    }
};

}  // namespace

TEST_CASE("a call counts for both its users from the answer to its end", "[calls][IP7]") {
    Line line;
    line.answered(180);
    CHECK(line.dialogs.calls() == 0);
    CHECK(line.dialogs.take_changes().empty());
    line.answered(200);
    CHECK(line.dialogs.calls_of(ann) == 1);
    CHECK(line.dialogs.calls_of(bob) == 1);
    CHECK(line.dialogs.take_changes() == std::vector<base::Aor>{ann, bob});
    line.answered(200);  // repeated
    CHECK(line.dialogs.calls_of(ann) == 1);
    CHECK(line.dialogs.end(line.inside("BYE", false)));
    CHECK(line.dialogs.calls_of(ann) == 0);
    CHECK(line.dialogs.take_changes() == std::vector<base::Aor>{ann, bob});
    CHECK(line.dialogs.size() == 0);
    CHECK_FALSE(line.dialogs.end(line.inside("BYE")));
}

TEST_CASE("a request inside a dialog is for the other side, whichever sends it", "[calls][RFC3261]") {
    Line line;
    line.answered(200);
    CHECK(line.dialogs.find(line.inside("BYE")).to->contact == "sip:1002@192.0.2.12");
    CHECK(line.dialogs.find(line.inside("BYE", false)).to->contact == "sip:1001@192.0.2.11");
    CHECK(line.dialogs.find(request({})).dialog == nullptr);
}

TEST_CASE("a call whose BYE was lost ends by its session timer, which refreshes prolong", "[calls][RFC4028][IP7]") {
    Line line;
    line.answered(200, "bob", "Session-Expires: 100\r\n");
    line.now += 149s;
    CHECK(line.ended() == 0);
    const Message update = line.inside("UPDATE", false);
    Message ok = answer_to(update.text(), 200);
    ok.set("Session-Expires", "100");
    line.dialogs.refreshed(line.now, update, ok);
    line.now += 149s;
    CHECK(line.ended() == 0);
    line.now += 2s;
    CHECK(line.ended() == 1);
    CHECK(line.dialogs.calls_of(bob) == 0);
}

TEST_CASE("only what refreshes a session prolongs a call", "[calls][RFC4028]") {
    Line line;
    line.answered(200, "bob", "Session-Expires: 100\r\n");
    line.now += 140s;
    const Message info = line.inside("INFO");
    line.dialogs.refreshed(line.now, info, answer_to(info.text(), 200));
    const Message invite = line.inside("INVITE");
    line.dialogs.refreshed(line.now, invite, answer_to(invite.text(), 488));
    line.now += 11s;
    CHECK(line.ended() == 1);
}

TEST_CASE("a call without a session timer is forgotten after the ceiling", "[calls][IP7]") {
    Line line;
    line.answered(200);
    line.now += Dialogs::ceiling - 1s;
    CHECK(line.ended() == 0);
    line.now += 1s;
    CHECK(line.ended() == 1);
}

TEST_CASE("of several phones that rang only the one that answered has a dialog", "[calls]") {
    Line line;
    line.answered(180, "desk");
    line.answered(180, "bob");
    line.answered(200, "bob");
    CHECK(line.dialogs.size() == 2);
    line.dialogs.settled(request(line.sketch));
    CHECK(line.dialogs.size() == 1);
    CHECK(line.dialogs.calls() == 1);
}

TEST_CASE("a subscription is no call, and ends with its expiry", "[calls][RFC6665]") {
    Line line("SUBSCRIBE", "Event: dialog;id=7\r\nExpires: 3600\r\n");
    line.answered(202, "bob", "Expires: 600\r\n");
    CHECK(line.dialogs.calls_of(ann) == 0);
    REQUIRE(line.dialogs.subscriptions_of(bob).size() == 1);
    const Subscription& subscription = *line.dialogs.subscriptions_of(ann).front()->subscription;
    CHECK(subscription.event == "dialog;id=7");
    CHECK(subscription.subscriber == "\"One\" <sip:1001@example.com>;tag=alice");
    CHECK(subscription.notifier == "<sip:1002@example.com>;tag=bob");
    line.now += 600s;
    CHECK(line.ended() == 0);
    line.now += 33s;
    CHECK(line.ended() == 1);
    CHECK(line.dialogs.subscriptions_of(bob).empty());
}

TEST_CASE("a NOTIFY tells how far the notifier has counted and how long the subscription lives", "[calls][RFC6665]") {
    Line line("SUBSCRIBE", "Event: dialog\r\n");
    line.answered(200);
    line.dialogs.passed(line.now, line.inside("NOTIFY", false, "Subscription-State: active;expires=60\r\n", 41));
    CHECK(line.dialogs.subscriptions_of(ann).front()->subscription->sequence == 41);
    line.dialogs.passed(line.now, line.inside("NOTIFY", false, "Subscription-State: active;expires=60\r\n", 40));
    CHECK(line.dialogs.subscriptions_of(ann).front()->subscription->sequence == 41);
    line.now += 93s;
    CHECK(line.ended() == 1);

    line.answered(200);
    line.dialogs.passed(line.now, line.inside("NOTIFY", false, "Subscription-State: terminated;reason=timeout\r\n"));
    line.now += 33s;
    CHECK(line.ended() == 1);
}

TEST_CASE("a refreshed subscription lives on, and the subscriber's own requests do not count as notices",
          "[calls][RFC6665]") {
    Line line("SUBSCRIBE", "Event: dialog\r\n");
    line.answered(200, "bob", "Expires: 60\r\n");
    const Message again = line.inside("SUBSCRIBE", true, "Expires: 600\r\n", 9);
    line.dialogs.passed(line.now, again);
    line.dialogs.refreshed(line.now, again, answer_to(again.text(), 200));
    line.now += 600s;
    CHECK(line.ended() == 0);
    CHECK(line.dialogs.subscriptions_of(ann).front()->subscription->sequence == 0);
}

TEST_CASE("the subscriptions that lead through a site are found", "[calls][RFC6665]") {
    Line line("SUBSCRIBE", "Event: dialog\r\n");
    line.answered(200);
    REQUIRE(line.dialogs.subscriptions_through({"north"}).size() == 1);
    CHECK(line.dialogs.subscriptions_through({"south"}).empty());
    const Dialog* found = line.dialogs.subscriptions_through({"north"}).front();
    CHECK(line.dialogs.take(*found).caller.aor == ann);
    CHECK(line.dialogs.size() == 0);
    CHECK(line.dialogs.next_end() == base::Instant::max());
}

TEST_CASE("a transfer is a subscription to what becomes of it", "[calls][RFC3515]") {
    Line line("REFER", "Refer-To: <sip:1003@example.com>\r\n");
    line.answered(202);
    CHECK(line.dialogs.subscriptions_of(bob).front()->subscription->event == "refer");
    line.now += 3min;
    CHECK(line.ended() == 1);
}

TEST_CASE("no more dialogs are remembered than there is room for", "[calls][R15]") {
    Line line;
    for (std::size_t i = 0; i < Dialogs::most + 10; ++i) {
        line.sketch.call_id = std::to_string(i);
        line.answered(200);
    }
    CHECK(line.dialogs.size() == Dialogs::most);
}

}  // namespace innkeeper::calls
