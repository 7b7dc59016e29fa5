// One AOR and the REGISTERs that change it, for tests of core/registrar.
#pragma once

#include "core/registrar.h"
#include "support/catch_print.h"
#include "support/owned_register.h"

namespace innkeeper::core {

using namespace std::chrono_literals;
using support::OwnedRegister;
using support::register_of;

inline constexpr GrantBounds bounds{60s, 3600s, 300s};
inline constexpr base::Instant start{1000s};

// The bindings of one AOR and the REGISTERs that change them.
struct Registrar {
    std::vector<Binding> bindings;
    base::Instant now = start;

    std::variant<RegistrationPlan, Refusal> plan(const OwnedRegister& request, GrantBounds within = bounds) const {
        return plan_registration(now, request.shown(), bindings, within, backup::TerminalKind::desk);
    }
    RegistrationPlan planned(const OwnedRegister& request) const {
        auto either = plan(request);
        REQUIRE(std::holds_alternative<RegistrationPlan>(either));
        return std::move(std::get<RegistrationPlan>(either));
    }
    RegistrationPlan apply(const OwnedRegister& request) {
        RegistrationPlan done = planned(request);
        apply_plan(now, done, bindings);
        return done;
    }
    Refusal refusal(const OwnedRegister& request) const {
        const auto either = plan(request);
        REQUIRE(std::holds_alternative<Refusal>(either));
        return std::get<Refusal>(either);
    }
    std::vector<std::string> contacts() const {
        std::vector<std::string> uris;
        for (const Binding& binding : bindings) uris.emplace_back(binding.contact);
        return uris;
    }
};

inline OwnedRegister with(std::uint32_t cseq, std::vector<support::OwnedContact> contacts) {
    OwnedRegister request = register_of("alice");
    request.cseq = cseq;
    request.contacts = std::move(contacts);
    return request;
}

inline support::OwnedContact at(std::string uri, std::optional<std::uint32_t> expires = {}) {
    return {std::move(uri), {}, 0, 1000, expires};
}

inline support::OwnedContact outbound(std::string uri, std::uint32_t reg_id) {
    return {std::move(uri), "<urn:uuid:00000000-0000-1000-8000-000A95A0E128>", reg_id, 1000, {}};
}

using Uris = std::vector<std::string>;

}  // namespace innkeeper::core
