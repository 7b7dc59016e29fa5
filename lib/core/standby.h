// Standby bindings (SR4): a phone that registers with home and backup at once is not refused by its backup for ever,
// but granted a binding that carries no service: it takes no licence, is routed to by nobody and is no guest. When its
// home is lost the binding goes into service without another REGISTER, as if the phone had registered here at that
// moment: like any guest it stays until it is released, so that a flapping home does not move it. As soon as its home
// has the phone again, it is a standby again. Pure.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/admission.h"
#include "core/binding.h"

namespace innkeeper::core {

bool is_served(const std::vector<Binding>& bindings);  // any of them is more than a standby
// When the phone was last where these are; a standby says nothing about that.
base::Instant newest_registration(const std::vector<Binding>& bindings);

bool stands_in(const std::vector<Binding>& bindings);  // what is served is a standby in service

// A refusal that a standby binding softens: the phone is registered at home as well, so that what it is granted here
// strands nobody. One that is not may have lost its home and must go on looking for a server.
bool may_stand_by(const AdmissionFacts& facts, Refusal refusal);

// Turns every standby into a stand-in, registered now; false: there was none.
bool put_in_service(base::Instant now, std::vector<Binding>& bindings);

// From when on a home that has the phone again is believed: before, it is out of service, whatever its table says.
bool home_is_back(Phase phase);

// Turns every stand-in into a standby, because the home has the phone; false: there was none.
bool stand_down(std::vector<Binding>& bindings);

// What a 200 says on the wire (Warning 399), so that a trace shows a standby from a service (design decision 10).
std::string_view standby_warning();
std::string_view stray_warning();
std::string_view guest_warning(Phase phase);

}  // namespace innkeeper::core
