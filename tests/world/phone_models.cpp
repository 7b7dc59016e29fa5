#include "world/phone_models.h"

#include <algorithm>

namespace innkeeper::world {
namespace {

using namespace std::chrono_literals;

// RFC 3261 timer F: what a phone waits for its last server (SR2).
constexpr base::Duration full_timeout = 32s;

void yealink(PhoneOrders& orders) {
    orders.user_agent = "Yealink SIP-T46S 66.86.0.15";
    orders.habit = Habit::successive;
    orders.retry_counts = 3;
    orders.give_up_after = full_timeout;
}

void yealink_quick(PhoneOrders& orders) {
    yealink(orders);
    orders.retry_counts = 1;
    orders.give_up_after = 4s;
    orders.probe_home_every = 5s;
}

void yealink_tcp(PhoneOrders& orders) {
    yealink_quick(orders);
    orders.transport = base::Transport::tcp;
}

void yealink_dns(PhoneOrders& orders) {  // equal servers behind one name, failback_mode 0
    yealink(orders);
    orders.habit = Habit::primary_first;
    orders.retry_counts = 2;
    orders.give_up_after = 8s;
}

void yealink_concurrent(PhoneOrders& orders) {
    yealink_quick(orders);
    orders.habit = Habit::concurrent;
    orders.retry_counts.reset();
}

void aastra(PhoneOrders& orders) {  // every register tries the primary first
    orders.user_agent = "Aastra 6731i/3.3.1.4365";
    orders.habit = Habit::primary_first;
    orders.give_up_after = 4s;
    orders.retry = 3s;
}

void avaya_1140(PhoneOrders& orders) {  // FAIL_BACK_TO_PRIMARY: back as soon as the primary answers
    orders.user_agent = "Avaya 1140E/04.04.18";
    orders.habit = Habit::successive;
    orders.probes_by_options = true;
    orders.probe_home_every = 2s;
    orders.give_up_after = 4s;
    orders.retry = 3s;
}

void avaya_1140_stays(PhoneOrders& orders) {  // without it: the new server until that fails
    avaya_1140(orders);
    orders.habit = Habit::sticky_list;
    orders.probes_by_options = false;
}

void avaya_j100(PhoneOrders& orders) {  // simultaneous registration over TLS
    orders.user_agent = "Avaya J169/4.0.7";
    orders.habit = Habit::concurrent;
    orders.transport = base::Transport::tls;
    orders.give_up_after = 4s;
}

void snom(PhoneOrders& orders) {  // a server that refuses is left alone for its Retry-After
    orders.user_agent = "snom720/8.9.3.80";
    orders.habit = Habit::primary_first;
    orders.honours_retry_after = true;
    orders.blacklists_for = 60s;
    orders.give_up_after = 4s;
}

void cisco_mpp(PhoneOrders& orders) {
    orders.user_agent = "Cisco-CP-8851-3PCC/11.3.1";
    orders.habit = Habit::successive;
    orders.honours_retry_after = true;
    orders.retry = 5s;
}

void polycom(PhoneOrders& orders) {
    orders.user_agent = "PolycomVVX-VVX_411-UA/5.9.5";
    orders.habit = Habit::sticky_list;
    orders.transport = base::Transport::tcp;
    orders.honours_retry_after = true;
}

void impatient(PhoneOrders& orders) {
    orders.user_agent = "Grandstream GXP2170";
    orders.habit = Habit::sticky_list;
    orders.retry = 1s;
}

constexpr PhoneModel models[] = {
    {"yealink", yealink, true},
    {"yealink-quick", yealink_quick},
    {"yealink-tcp", yealink_tcp},
    {"yealink-dns", yealink_dns},
    {"yealink-concurrent", yealink_concurrent},
    {"aastra", aastra},
    {"avaya-1140", avaya_1140},
    {"avaya-1140-stays", avaya_1140_stays},
    {"avaya-j100", avaya_j100},
    {"snom", snom},
    {"cisco-mpp", cisco_mpp},
    {"polycom", polycom},
    {"impatient", impatient},
};

}  // namespace

std::vector<const PhoneModel*> phone_models(bool concurrent, bool patient) {
    std::vector<const PhoneModel*> fitting;
    for (const PhoneModel& model : models) {
        PhoneOrders orders;
        model.equip(orders);
        if ((concurrent || orders.habit != Habit::concurrent) && (patient || !model.patient)) fitting.push_back(&model);
    }
    return fitting;
}

const PhoneModel* find_phone_model(std::string_view name) {
    const auto* const found =
        std::find_if(std::begin(models), std::end(models), [&](const PhoneModel& model) { return model.name == name; });
    return found == std::end(models) ? nullptr : found;
}

}  // namespace innkeeper::world
