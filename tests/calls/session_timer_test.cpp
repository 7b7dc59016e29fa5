#include "calls/session_timer.h"

#include <catch2/catch.hpp>

#include "support.h"

namespace innkeeper::calls {
namespace {

using namespace std::chrono_literals;

std::string session_in(const Message& message) {
    const std::string* header = message.find("Session-Expires");
    return header != nullptr ? *header : "none";
}

Message sent_for(const Message& request) {
    Message copy = request;
    if (const std::string session = session_to_ask_for(request); !session.empty()) copy.set("Session-Expires", session);
    return copy;
}

}  // namespace

TEST_CASE("an INVITE without a session timer is given one, and one that has its own keeps it", "[calls][RFC4028]") {
    CHECK(session_in(sent_for(request({}))) == "1800");
    Sketch own;
    own.more = "Session-Expires: 600;refresher=uac\r\n";
    CHECK(session_in(sent_for(request(own))) == "600;refresher=uac");
    Sketch update;
    update.method = "UPDATE";
    CHECK(session_in(sent_for(request(update))) == "1800");
    Sketch bye;
    bye.method = "BYE";
    CHECK(session_in(sent_for(request(bye))) == "none");
}

TEST_CASE("a session is never asked to be shorter than the caller bears", "[calls][RFC4028]") {
    Sketch patient;
    patient.more = "Min-SE: 3600\r\n";
    CHECK(session_in(sent_for(request(patient))) == "3600");
    patient.more = "Min-SE: nonsense\r\n";
    CHECK(session_in(sent_for(request(patient))) == "1800");
}

TEST_CASE("where only the caller knows timers, it is told to refresh", "[calls][RFC4028]") {
    Sketch knowing;
    knowing.more = "Supported: replaces, timer\r\n";
    const Message asked = request(knowing);
    const Message sent = sent_for(asked);
    Message answer = answer_to(sent.text(), 200);
    hand_session_to_caller(asked, answer);
    CHECK(session_in(answer) == "1800;refresher=uac");
    CHECK(*answer.find("Require") == "timer");
}

TEST_CASE("what the callee agreed to stays, and a caller without timers is told nothing of them", "[calls][RFC4028]") {
    Sketch knowing;
    knowing.more = "k: timer\r\n";
    Message asked = request(knowing);
    Message sent = sent_for(asked);
    Message answer = answer_to(sent.text(), 200);
    answer.set("Session-Expires", "900;refresher=uas");
    hand_session_to_caller(asked, answer);
    CHECK(session_in(answer) == "900;refresher=uas");
    CHECK(answer.find("Require") == nullptr);

    asked = request({});
    sent = sent_for(asked);
    answer = answer_to(sent.text(), 200);
    hand_session_to_caller(asked, answer);
    CHECK(session_in(answer) == "none");
    answer = answer_to(sent.text(), 486);
    hand_session_to_caller(request(knowing), answer);
    CHECK(session_in(answer) == "none");
}

TEST_CASE("an interval below 90 s, or none that can be read, is no agreement", "[calls][RFC4028]") {
    Message answer = answer_to(text_of({}), 200);
    CHECK_FALSE(session_of(answer));
    answer.set("Session-Expires", "89");
    CHECK_FALSE(session_of(answer));
    answer.set("Session-Expires", "soon");
    CHECK_FALSE(session_of(answer));
    answer.set("Session-Expires", "90;refresher=uas");
    CHECK(session_of(answer) == 90s);
}

}  // namespace innkeeper::calls
