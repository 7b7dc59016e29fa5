#include "core/phone_profile_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <initializer_list>
#include "base/ascii.h"

namespace innkeeper::core {
namespace {

// A phone that is asked to wait must be heard again soon where the truth changes within seconds (R6), and not too late
// anywhere: it may be the one that a failover waits for.
constexpr std::uint32_t longest_short_wait = 10;
constexpr std::uint32_t longest_wait = 600;
constexpr std::size_t most_octets = 200;  // of a phrase, a header, a prefix

// What says "not now, not here" and nothing about the user or the password: a phone that hears 401, 403, 404 or 6xx
// from its backup gives up, locks the account or asks its user, when it should only wait.
constexpr std::uint16_t harmless[] = {408, 480, 500, 503, 504};

// Written by the daemon itself, or copied from the request.
constexpr std::string_view own_headers[] = {"via",
                                            "from",
                                            "to",
                                            "call-id",
                                            "cseq",
                                            "contact",
                                            "path",
                                            "date",
                                            "server",
                                            "warning",
                                            "require",
                                            "supported",
                                            "unsupported",
                                            "allow",
                                            "v",
                                            "f",
                                            "t",
                                            "i",
                                            "m",
                                            "l",
                                            "k",
                                            "max-forwards",
                                            "retry-after",
                                            "min-expires",
                                            "content-length",
                                            "www-authenticate",
                                            "record-route",
                                            "route",
                                            "expires",
                                            "content-type"};

bool printable(std::string_view text) {
    return text.size() <= most_octets && std::all_of(text.begin(), text.end(), [](char octet) {
               const auto value = static_cast<unsigned char>(octet);
               return value >= 0x20 && value != 0x7f;
           });
}

bool token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char octet) {
        return std::isalnum(static_cast<unsigned char>(octet)) || octet == '-' || octet == '_' || octet == '.';
    });
}

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

bool ends_within_seconds(Refusal refusal) {
    return refusal == Refusal::home_is_asked || refusal == Refusal::home_not_lost_yet ||
           refusal == Refusal::home_is_settling || refusal == Refusal::home_is_back || refusal == Refusal::just_woken;
}

class Reader {
public:
    PhoneProfileText read(std::string_view text) {
        while (!text.empty()) {
            ++line_;
            const auto end = std::min(text.find('\n'), text.size());
            take(base::trimmed(text.substr(0, end)));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        finish();
        return std::move(out_);
    }

private:
    void fault(std::string text) { out_.faults.push_back({line_, std::move(text)}); }

    void take(std::string_view line) {
        if (line.empty() || line.front() == '#') return;
        if (line.front() == '[') return begin(line);
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) return fault("write [PROFILE] or KEY = VALUE");
        const std::string_view key = base::trimmed(line.substr(0, equals));
        const std::string_view value = base::trimmed(line.substr(equals + 1));
        if (profiles_.empty()) return fault(quoted(key) + " stands before the first [PROFILE]");
        if (!printable(value)) return fault(quoted(key) + " has a control character, or more than 200 octets");
        if (const auto dot = key.find('.'); dot != std::string_view::npos)
            return take_style(key.substr(0, dot), key.substr(dot + 1), value);
        take_trait(key, value);
    }

    void begin(std::string_view line) {
        const std::string_view name = line.back() == ']' ? line.substr(1, line.size() - 2) : std::string_view{};
        if (!token(name)) return fault("write [NAME] with letters, digits, '-', '_' and '.' only");
        for (const PhoneProfile& earlier : profiles_)
            if (earlier.name == name) fault("the profile " + quoted(name) + " stands here twice");
        PhoneProfile profile;
        profile.name = name;
        profiles_.push_back(std::move(profile));
        begun_at_.push_back(line_);
    }

    template <class Value>
    void take_word(std::string_view key, std::string_view word, std::initializer_list<Value> values, Value& into) {
        std::string known;
        for (const Value value : values) {
            if (to_text(value) == word) {
                into = value;
                return;
            }
            known += (known.empty() ? "" : ", ") + std::string(to_text(value));
        }
        fault(std::string(key) + ": " + quoted(word) + " is not known: write one of " + known);
    }

    void take_trait(std::string_view key, std::string_view value) {
        PhoneProfile& profile = profiles_.back();
        if (key == "user-agent") {
            take_user_agent(profile, value);
        } else if (key == "concurrent") {
            take_word(key, value, {Concurrent::block, Concurrent::standby}, profile.concurrent);
        } else if (key == "keepalive") {
            take_word(key, value, {Keepalive::none, Keepalive::marked, Keepalive::unregistered}, profile.keepalive);
        } else if (key == "digest") {
            if (value != "md5" && value != "any")
                fault("digest: write md5, for a phone that knows nothing else, or any");
            profile.md5_only = value == "md5";
        } else if (key == "longest-retry-after") {
            const auto seconds = number(value);
            if (!seconds || *seconds > longest_wait)
                return fault("longest-retry-after: write seconds, at most 600; 0 sends none");
            profile.longest_retry_after = *seconds;
        } else {
            fault(quoted(key) + " is no key: write user-agent, concurrent, keepalive, digest, longest-retry-after, " +
                  "answer.REASON, retry-after.REASON or header.REASON");
        }
    }

    void take_user_agent(PhoneProfile& profile, std::string_view prefix) {
        if (prefix.empty()) return fault("user-agent: write how the phone's User-Agent begins");
        for (const PhoneProfile& other : profiles_)
            for (const std::string& taken : other.user_agents)
                if (taken == prefix)
                    fault("user-agent: " + quoted(prefix) + " belongs to the profile " + quoted(other.name) + " too");
        profile.user_agents.emplace_back(prefix);
    }

    void take_style(std::string_view key, std::string_view reason, std::string_view value) {
        const auto* refusal = std::find_if(std::begin(every_refusal), std::end(every_refusal),
                                           [&](Refusal one) { return to_text(one) == reason; });
        if (refusal == std::end(every_refusal)) return fault(quoted(reason) + " is no reason of a refusal");
        if (!is_gatekeeping(*refusal))
            return fault(quoted(reason) + " is answered as the protocol demands, the same for every phone");
        RefusalStyle& style = profiles_.back().refusals[*refusal];
        if (key == "answer")
            take_answer(style, reason, value);
        else if (key == "retry-after")
            take_wait(style, *refusal, value);
        else if (key == "header")
            take_header(style, value);
        else
            fault(quoted(key) + " is no key: write answer, retry-after or header before ." + std::string(reason));
    }

    void take_answer(RefusalStyle& style, std::string_view reason, std::string_view value) {
        const auto blank = std::min(value.find(' '), value.size());
        const auto status = number(value.substr(0, blank));
        const std::string_view phrase = base::trimmed(value.substr(blank));
        if (!status || phrase.empty())
            return fault("answer." + std::string(reason) + ": write STATUS PHRASE, as in 503 Register At Home");
        if (std::find(std::begin(harmless), std::end(harmless), *status) == std::end(harmless))
            return fault("answer." + std::string(reason) + ": " + std::to_string(*status) +
                         " says more than \"not now\", and phones give up on it: write 408, 480, 500, 503 or 504");
        style.status = static_cast<std::uint16_t>(*status);
        style.phrase = phrase;
    }

    void take_wait(RefusalStyle& style, Refusal refusal, std::string_view value) {
        const std::string key = "retry-after." + std::string(to_text(refusal)) + ": ";
        if (refusal == Refusal::paced) return fault(key + "is the phone's turn, computed from the queue: leave it out");
        const auto dots = value.find("..");
        const auto least = number(base::trimmed(value.substr(0, dots)));
        const auto most = dots == std::string_view::npos ? least : number(base::trimmed(value.substr(dots + 2)));
        const std::uint32_t bound = ends_within_seconds(refusal) ? longest_short_wait : longest_wait;
        if (!least || !most || *least == 0 || *least > *most) return fault(key + "write seconds, as in 30 or 30..60");
        if (*most > bound)
            return fault(key + "at most " + std::to_string(bound) + " s" +
                         (bound == longest_wait ? "" : ", because the answer changes within seconds"));
        style.retry_after = WaitRange{*least, *most};
    }

    void take_header(RefusalStyle& style, std::string_view value) {
        const auto colon = value.find(':');
        const std::string_view name = base::trimmed(value.substr(0, colon));
        if (colon == std::string_view::npos || !token(name)) return fault("header: write NAME: VALUE");
        if (std::find(std::begin(own_headers), std::end(own_headers), base::lower(name)) != std::end(own_headers))
            return fault("header: " + quoted(name) + " is written by the daemon");
        style.headers += std::string(name) + ": " + std::string(base::trimmed(value.substr(colon + 1))) + "\r\n";
    }

    void finish() {
        const auto fallback = std::find_if(profiles_.begin(), profiles_.end(),
                                           [](const PhoneProfile& one) { return one.name == "default"; });
        for (std::size_t at = 0; at < profiles_.size(); ++at) {
            line_ = begun_at_[at];
            const bool is_default = profiles_[at].name == "default";
            if (profiles_[at].user_agents.empty() && !is_default)
                fault("the profile " + quoted(profiles_[at].name) + " names no user-agent");
            if (!profiles_[at].user_agents.empty() && is_default)
                fault("the profile 'default' is for all other phones: it names no user-agent");
        }
        if (fallback == profiles_.end()) return fault("there is no profile [default], for all other phones");
        std::rotate(fallback, fallback + 1, profiles_.end());
        out_.profiles = PhoneProfiles(std::move(profiles_));
    }

    PhoneProfileText out_;
    std::vector<PhoneProfile> profiles_;
    std::vector<std::size_t> begun_at_;
    std::size_t line_ = 0;
};

}  // namespace

PhoneProfileText read_phone_profiles(std::string_view text) {
    return Reader().read(text);
}

}  // namespace innkeeper::core
