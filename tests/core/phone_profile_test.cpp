#include "core/phone_profile.h"

#include <catch2/catch.hpp>

#include "core/phone_profile_text.h"

using namespace innkeeper::core;

namespace {

PhoneProfiles profiles_of(const std::string& text) {
    PhoneProfileText read = read_phone_profiles(text);
    for (const auto& fault : read.faults) FAIL(fault.line << ": " << fault.text);
    return read.profiles;
}

// "LINE: TEXT" of the only fault.
std::string fault_of(const std::string& text) {
    const PhoneProfileText read = read_phone_profiles(text);
    REQUIRE(read.faults.size() == 1);
    return std::to_string(read.faults[0].line) + ": " + read.faults[0].text;
}

std::string fault_of_line(const std::string& line) {
    return fault_of("[default]\n" + line + "\n");
}

}  // namespace

TEST_CASE("the longest prefix of the User-Agent decides, without regard to case", "[profile][SR4]") {
    const PhoneProfiles profiles = profiles_of(
        "[default]\n[make]\nuser-agent = Make\n[old]\nuser-agent = make v1.\n[other]\nuser-agent = Other\n");
    CHECK(profiles.of("MAKE v2.0").name == "make");
    CHECK(profiles.of("Make V1.9").name == "old");
    CHECK(profiles.of("Mak").name == "default");
    CHECK(profiles.of("").name == "default");
}

TEST_CASE("every model that has a word of its own has a profile", "[profile][SR4]") {
    const PhoneProfiles& shipped = standard_phone_profiles();
    CHECK(shipped.of("Yealink SIP-T46S 66.86.0.15").name == "yealink");
    CHECK(shipped.of("Avaya 1140E/04.04.18").name == "avaya-1100-1200");
    CHECK(shipped.of("Avaya J169/4.0.7").name == "avaya-j100");
    CHECK(shipped.of("Aastra 6731i/3.3.1.4365").name == "aastra-mitel-6700i");
    CHECK(shipped.of("Mitel 6867i/5.1").name == "aastra-mitel-6700i");
    CHECK(shipped.of("snom720/8.9.3.80").name == "snom-gigaset");
    CHECK(shipped.of("Gigaset N870 IP PRO").name == "snom-gigaset");
    CHECK(shipped.of("Cisco-CP-8851-3PCC/11.3.1").name == "cisco-mpp");
    CHECK(shipped.of("PolycomVVX-VVX_411-UA/5.9.5").name == "polycom");
    CHECK(shipped.of("baresip v3.12.0").name == "baresip-before-3.12");
    CHECK(shipped.of("baresip v4.1.0 (x86_64/Linux)").name == "baresip");
    CHECK(shipped.of("Linphone/4.4.0").name == "linphone");
    CHECK(shipped.of("never heard of").name == "default");
    CHECK(shipped.of("Yealink").concurrent == Concurrent::standby);
    CHECK(shipped.of("").concurrent == Concurrent::block);
}

TEST_CASE("phones that know MD5 alone are known by their profile", "[profile][RFC8760]") {
    CHECK(standard_phone_profiles().of("Baresip v1.0.0").md5_only);
    CHECK_FALSE(standard_phone_profiles().of("baresip v4.0.0").md5_only);
}

TEST_CASE("no shipped profile makes a gatekeeping refusal sound like a wrong password", "[profile][IP2]") {
    for (const PhoneProfile& profile : standard_phone_profiles().all()) {
        for (const Refusal refusal : every_refusal) {
            if (!is_gatekeeping(refusal)) continue;
            INFO(profile.name << ' ' << to_text(refusal));
            const PhoneAnswer answer = answer_for(profile, refusal, 30, 7);
            CHECK(answer.status >= 480);
            CHECK(answer.status < 600);
            CHECK_FALSE(answer.phrase.empty());
        }
    }
}

TEST_CASE("a profile changes status, phrase, wait and headers of the reason it names", "[profile]") {
    const PhoneProfiles profiles = profiles_of(
        "[default]\n"
        "answer.registered_at_home = 480 Please Failover\n"
        "retry-after.registered_at_home = 10..12\n"
        "header.registered_at_home = X-Server: backup\n"
        "header.registered_at_home = X-Try: home\n");
    const PhoneProfile& profile = profiles.of("any");
    bool seen[13] = {};
    for (std::uint64_t salt = 0; salt < 20; ++salt) {
        const PhoneAnswer answer = answer_for(profile, Refusal::registered_at_home, 45, salt);
        CHECK(answer.status == 480);
        CHECK(answer.phrase == "Please Failover");
        CHECK(answer.headers == "X-Server: backup\r\nX-Try: home\r\n");
        REQUIRE(answer.retry_after);
        REQUIRE(*answer.retry_after >= 10);
        REQUIRE(*answer.retry_after <= 12);
        seen[*answer.retry_after] = true;
    }
    CHECK((seen[10] && seen[11] && seen[12]));
    const PhoneAnswer other = answer_for(profile, Refusal::draining, 45, 0);
    CHECK(other.status == 503);
    CHECK(other.retry_after == 45u);
    CHECK(other.headers.empty());
}

TEST_CASE("the longest wait of a model bounds every wait but a promised turn", "[profile][R11]") {
    const PhoneProfiles profiles = profiles_of("[default]\nlongest-retry-after = 20\n");
    const PhoneProfile& profile = profiles.of("");
    CHECK(answer_for(profile, Refusal::registered_at_home, 45, 0).retry_after == 20u);
    CHECK(answer_for(profile, Refusal::registered_at_home, 5, 0).retry_after == 5u);
    CHECK(answer_for(profile, Refusal::paced, 45, 0).retry_after == 45u);
}

TEST_CASE("a model that chokes on Retry-After is sent none", "[profile]") {
    const PhoneProfile& profile = standard_phone_profiles().of("SIP.js/0.7.8");
    CHECK_FALSE(answer_for(profile, Refusal::registered_at_home, 45, 0).retry_after);
    CHECK_FALSE(answer_for(profile, Refusal::paced, 45, 0).retry_after);
}

TEST_CASE("what the protocol demands is the same for every model", "[profile][R16]") {
    for (const PhoneProfile& profile : standard_phone_profiles().all()) {
        CHECK(answer_for(profile, Refusal::wrong_credentials, 30, 0).status == 401);
        CHECK(answer_for(profile, Refusal::user_disabled, 30, 0).status == 403);
        CHECK(answer_for(profile, Refusal::interval_too_brief, 30, 0).status == 423);
    }
}

TEST_CASE("a fault in the table is told with its line and what to do", "[profile]") {
    CHECK(
        fault_of_line("answer.registered_at_home = 403 Forbidden") ==
        "2: answer.registered_at_home: 403 says more than \"not now\", and phones give up on it: write 408, 480, 500, "
        "503 or 504");
    CHECK(fault_of_line("answer.wrong_credentials = 503 No") ==
          "2: 'wrong_credentials' is answered as the protocol demands, the same for every phone");
    CHECK(fault_of_line("answer.registered_at_home = 503") ==
          "2: answer.registered_at_home: write STATUS PHRASE, as in 503 Register At Home");
    CHECK(fault_of_line("answer.bad_mood = 503 No") == "2: 'bad_mood' is no reason of a refusal");
    CHECK(fault_of_line("retry-after.home_is_back = 30") ==
          "2: retry-after.home_is_back: at most 10 s, because the answer changes within seconds");
    CHECK(fault_of_line("retry-after.draining = 3600") == "2: retry-after.draining: at most 600 s");
    CHECK(fault_of_line("retry-after.draining = 60..30") ==
          "2: retry-after.draining: write seconds, as in 30 or 30..60");
    CHECK(fault_of_line("retry-after.paced = 30") ==
          "2: retry-after.paced: is the phone's turn, computed from the queue: leave it out");
    CHECK(fault_of_line("header.draining = Retry-After: 5") == "2: header: 'Retry-After' is written by the daemon");
    CHECK(fault_of_line("header.draining = no colon") == "2: header: write NAME: VALUE");
    CHECK(fault_of_line("concurrent = yes") == "2: concurrent: 'yes' is not known: write one of block, standby");
    CHECK(fault_of_line("longest-retry-after = 601") ==
          "2: longest-retry-after: write seconds, at most 600; 0 sends none");
    CHECK(fault_of_line("digest = sha") == "2: digest: write md5, for a phone that knows nothing else, or any");
    CHECK(fault_of_line("words") == "2: write [PROFILE] or KEY = VALUE");
    CHECK(fault_of("[yealink\n[default]\n") == "1: write [NAME] with letters, digits, '-', '_' and '.' only");
    CHECK(fault_of("concurrent = block\n[default]\n") == "1: 'concurrent' stands before the first [PROFILE]");
    CHECK(fault_of("[default]\n[make]\n") == "2: the profile 'make' names no user-agent");
    CHECK(fault_of("[make]\nuser-agent = Make\n") == "1: there is no profile [default], for all other phones");
    CHECK(fault_of("[default]\n[a]\nuser-agent = M\n[b]\nuser-agent = M\n") ==
          "5: user-agent: 'M' belongs to the profile 'a' too");
    CHECK(fault_of("[default]\nuser-agent = M\n") ==
          "1: the profile 'default' is for all other phones: it names no user-agent");
}
