// The part of a telephone, or of a small PBX, that makes and takes calls (RFC 3261 sections 8, 9, 12, 13, 15, 17 and
// 22): digest, repetition, dialogs. It knows nothing of the network: whoever owns it carries its messages.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/ha1.h"
#include "calls/message.h"
#include "support/phone_digest.h"
#include "world/calendar.h"

namespace innkeeper::world {

// One call as its user agent sees it, for as long as it knows it.
struct Call {
    enum class State : std::uint8_t { calling, ringing, talking, over };

    std::string id;  // Call-ID
    bool outgoing = false;
    std::string other;             // whom it called, or who calls: the user part
    State state = State::calling;  // ringing: over there where it is outgoing, else here
    std::uint16_t status = 0;      // final answer of its INVITE; 0: none yet, or none ever
    std::string phrase;
    bool ended_by_other = false;   // over, after the other side's BYE or CANCEL
    bool lost = false;             // over, because nobody answered what was sent
    std::uint16_t bye_status = 0;  // what its own BYE was answered; 0: nothing yet
    base::SiteName bye_by;         // where that was sent
    bool with_credentials = true;

    // Its dialog.
    std::string own_tag;
    std::string other_tag;
    std::string own_uri;  // addresses of From and To without tags
    std::string other_uri;
    std::string target;  // where requests inside it go
    std::vector<std::string> routes;
    std::uint32_t cseq = 0;
    base::SiteName server;  // by which it was begun

    // Its INVITE.
    calls::Message invite;
    std::string branch;
    std::string answer;        // the last one given, for whoever asks again; incoming
    std::string ack;           // sent again with each repetition of the 2xx
    bool provisional = false;  // somebody has it
    bool cancel_wanted = false;
    bool acknowledged = false;
    bool refreshing = false;  // its re-INVITE is under way
    int refreshed = 0;
    int challenges = 0;
};
std::string to_text(const Call& call);  // "calling 101", "talks with 101", "refused 486 Busy Here", ...

struct Identity {
    std::string user;
    std::string domain;
    std::string contact;    // URI
    std::string sent_by;    // "UDP 198.51.100.1:5060", for its Via
    bool reliable = false;  // over a stream nothing is repeated
    auth::Algorithm algorithm = auth::Algorithm::md5;
};

class UserAgent {
public:
    struct Surroundings {
        Calendar& calendar;
        std::function<void(const base::SiteName& server, const std::string& octets)> send;
        std::function<base::SiteName()> working_server;  // requests inside a dialog go there; empty: where it began
        std::function<void(const Call&)> changed;        // after each change of a call
        std::function<bool(const base::SiteName& by, const calls::Message& invite)> takes;  // is a new one for it?
    };
    UserAgent(Identity identity, auth::Ha1 ha1, Surroundings surroundings);
    UserAgent(const UserAgent&) = delete;

    // How it treats calls that come in; by default they ring until somebody picks up.
    void answer_after(std::optional<base::Duration> delay) { answer_after_ = delay; }
    void refuse_with(std::uint16_t status) { refuse_with_ = status; }  // 0: it rings

    const Call& dial(const std::string& user, const base::SiteName& server, bool with_credentials = true);
    void pick_up();  // what rings here
    void hang_up();  // CANCEL, BYE or 486, whatever ends its call
    void refresh();  // a re-INVITE inside the call

    void receive(const base::SiteName& server, const std::string& octets);
    void power_off();  // everything forgotten, nobody told

    const Call* current() const;  // the latest that is not over
    const Call* latest() const;   // over or not
    bool busy() const { return current() != nullptr; }
    bool is_thanked(const std::string& call_id) const;  // its 2xx has been acknowledged

private:
    // A request whose answer is waited for.
    struct Pending {
        std::string call_id;
        calls::Message request;
        base::SiteName server;
        int challenges = 0;
        bool answered = false;  // provisionally: not sent again
    };
    calls::Message begin_request(Call& call, const std::string& method);
    void add_credentials(calls::Message& request, const base::SiteName& server);
    bool take_challenge(const calls::Message& answer, const base::SiteName& server);
    std::string new_branch();
    void send(const base::SiteName& server, const std::string& octets) { around_.send(server, octets); }
    void start(const std::string& call_id, calls::Message request, const base::SiteName& server, int challenges = 0);
    void repeat_later(const std::string& branch, base::Duration interval);
    void give_up_later(const std::string& branch);
    void timed_out(const Pending& pending);
    void send_invite(Call& call);
    void acknowledge(Call& call, const calls::Message& success);
    void acknowledge_refusal(const Call& call, const calls::Message& refusal);
    void cancel(Call& call);
    void end_with_bye(Call& call);
    void end_other_answer(const Call& call, const calls::Message& success);

    void receive_answer(const base::SiteName& server, const calls::Message& answer);
    void invite_answered(Call& call, const base::SiteName& server, const calls::Message& answer);
    void receive_request(const base::SiteName& server, const calls::Message& request);
    void receive_invite(const base::SiteName& server, const calls::Message& request);
    void receive_cancel(const base::SiteName& server, const calls::Message& request);
    void receive_bye(const base::SiteName& server, const calls::Message& request);
    calls::Message answer_to(const calls::Message& request, std::uint16_t status, const std::string& tag) const;
    void answer_invite(Call& call, std::uint16_t status);
    void repeat_answer_later(const std::string& call_id, base::Duration interval, Moment until);
    void over(Call& call);
    Call* find(const std::string& call_id) const;
    Call* in_state(Call::State state, bool outgoing);

    Identity identity_;
    auth::Ha1 ha1_;
    Surroundings around_;
    std::map<base::SiteName, support::DigestSession> sessions_;
    std::vector<std::unique_ptr<Call>> calls_;
    std::map<std::string, Pending> pending_;  // by branch
    std::optional<base::Duration> answer_after_;
    std::uint16_t refuse_with_ = 0;
    std::uint64_t life_ = 0;  // what was planned in an earlier one is void
    std::uint64_t count_ = 0;
};

}  // namespace innkeeper::world
