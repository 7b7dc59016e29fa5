#include "world/phone_text.h"

#include <algorithm>
#include <functional>
#include <sstream>
#include <stdexcept>

#include "base/duration.h"
#include "support/settings.h"
#include "world/phone_models.h"

namespace innkeeper::world {
namespace {

using Words = std::vector<std::string>;

// A word and its value, or a word alone.
struct Trait {
    const char* word;
    bool valued;
    std::function<void(PhoneOrders&, const std::string&)> read;
    std::function<std::string(const PhoneOrders&)> write;  // empty: as usual
};

template <class Member>
Trait duration_of(const char* word, Member member) {
    return {word, true, [member](PhoneOrders& orders, const std::string& text) { orders.*member = duration_in(text); },
            [member](const PhoneOrders& orders) {
                return orders.*member == PhoneOrders{}.*member ? std::string() : base::to_text(orders.*member);
            }};
}

Trait flag_of(const char* word, bool PhoneOrders::*member) {
    return {word, false, [member](PhoneOrders& orders, const std::string&) { orders.*member = true; },
            [member](const PhoneOrders& orders) { return orders.*member ? std::string("yes") : std::string(); }};
}

Habit habit_named(const std::string& name) {
    for (const Habit habit : every_habit)
        if (to_text(habit) == name) return habit;
    throw std::runtime_error("no habit '" + name + "'");
}

base::Transport transport_named(const std::string& name) {
    for (const base::Transport transport : {base::Transport::udp, base::Transport::tcp, base::Transport::tls})
        if (base::to_text(transport) == name) return transport;
    throw std::runtime_error("no transport '" + name + "'");
}

std::vector<base::SiteName> names_in(const std::string& list) {
    std::vector<base::SiteName> names;
    std::istringstream in(list);
    for (std::string name; std::getline(in, name, ',');) names.push_back({name});
    return names;
}

const std::vector<Trait>& traits() {
    static const std::vector<Trait> all{
        {"list", true, [](PhoneOrders& o, const std::string& list) { o.servers = names_in(list); },
         [](const PhoneOrders& o) {
             std::string text;
             for (const base::SiteName& name : o.servers) text += (text.empty() ? "" : ",") + name.text;
             return text;
         }},
        {"at", true, [](PhoneOrders& o, const std::string& place) { o.place = place; },
         [](const PhoneOrders& o) { return o.place == o.home.text + "-phones" ? std::string() : o.place; }},
        {"habit", true, [](PhoneOrders& o, const std::string& name) { o.habit = habit_named(name); },
         [](const PhoneOrders& o) {
             return o.habit == PhoneOrders{}.habit ? std::string() : std::string(to_text(o.habit));
         }},
        {"over", true, [](PhoneOrders& o, const std::string& name) { o.transport = transport_named(name); },
         [](const PhoneOrders& o) {
             return o.transport == base::Transport::udp ? std::string() : std::string(base::to_text(o.transport));
         }},
        {"expires", true,
         [](PhoneOrders& o, const std::string& seconds) {
             o.expires = static_cast<std::uint32_t>(std::stoul(seconds));
         },
         [](const PhoneOrders& o) { return std::to_string(o.expires); }},
        duration_of("refresh", &PhoneOrders::refresh_at_most),
        duration_of("retry", &PhoneOrders::retry),
        duration_of("gives-up", &PhoneOrders::give_up_after),
        {"repeats", true,
         [](PhoneOrders& o, const std::string& count) {
             o.retry_counts = static_cast<std::uint32_t>(std::stoul(count));
         },
         [](const PhoneOrders& o) { return o.retry_counts ? std::to_string(*o.retry_counts) : std::string(); }},
        duration_of("probe", &PhoneOrders::probe_home_every),
        flag_of("probes-by-options", &PhoneOrders::probes_by_options),
        flag_of("honours-retry-after", &PhoneOrders::honours_retry_after),
        {"blacklists", true, [](PhoneOrders& o, const std::string& text) { o.blacklists_for = duration_in(text); },
         [](const PhoneOrders& o) { return o.blacklists_for ? base::to_text(*o.blacklists_for) : std::string(); }},
        {"priority", true,
         [](PhoneOrders& o, const std::string& name) { o.priority = backup::priority_from(name).value(); },
         [](const PhoneOrders& o) {
             return o.priority == PhoneOrders{}.priority ? std::string() : std::string(backup::to_text(o.priority));
         }},
        {"sha-256", false, [](PhoneOrders& o, const std::string&) { o.algorithm = auth::Algorithm::sha256; },
         [](const PhoneOrders& o) {
             return o.algorithm == auth::Algorithm::sha256 ? std::string("yes") : std::string();
         }},
    };
    return all;
}

}  // namespace

std::string after(const Words& words, const std::string& word, const std::string& fallback) {
    const auto found = std::find(words.begin(), words.end(), word);
    return found == words.end() || std::next(found) == words.end() ? fallback : *std::next(found);
}

base::Duration duration_in(const std::string& text) {
    const auto parsed = base::parse_duration(text);
    if (!parsed) throw std::runtime_error(parsed.error().text);
    return *parsed;
}

PhoneOrders phone_orders_in(const Words& words) {
    if (words.size() < 5 || words[2] != "of") throw std::runtime_error("phone USER of SITE KIND ...");
    PhoneOrders orders;
    orders.aor = base::Aor::from_parts(words[1], support::domain).value();
    orders.home = {words[3]};
    orders.place = words[3] + "-phones";
    const auto kind = backup::terminal_kind_from(words[4]);
    if (!kind) throw std::runtime_error("no terminal kind '" + words[4] + "'");
    orders.terminal = *kind;
    for (std::size_t at = 5; at < words.size(); ++at) {
        const std::string& word = words[at];
        if (word == "agent") {  // takes the rest of the line
            orders.user_agent.clear();
            while (++at < words.size()) orders.user_agent += (orders.user_agent.empty() ? "" : " ") + words[at];
            break;
        }
        if (word == "model") {
            const PhoneModel* model = find_phone_model(words.at(++at));
            if (model == nullptr) throw std::runtime_error("no phone model '" + words[at] + "'");
            model->equip(orders);
            continue;
        }
        const auto trait =
            std::find_if(traits().begin(), traits().end(), [&](const Trait& one) { return word == one.word; });
        if (trait == traits().end()) throw std::runtime_error("a phone has no '" + word + "'");
        trait->read(orders, trait->valued ? words.at(++at) : std::string());
    }
    return orders;
}

std::string sentence(const PhoneOrders& orders) {
    std::string text = "phone " + std::string(orders.aor.user()) + " of " + orders.home.text + ' ' +
                       std::string(backup::to_text(orders.terminal));
    for (const Trait& trait : traits()) {
        const std::string value = trait.write(orders);
        if (!value.empty()) text += std::string(" ") + trait.word + (trait.valued ? ' ' + value : std::string());
    }
    return text + " agent " + orders.user_agent;
}

}  // namespace innkeeper::world
