// Phones of a living home that it does not reach: the backup's question, the home's search, its verdict.
#include "core/gatekeeper_state.h"

namespace innkeeper::core {

void Gatekeeper::State::receive(Peer&, PhoneQuestion&) {}
void Gatekeeper::State::receive(Peer&, PhoneVerdict&) {}
void Gatekeeper::State::on(PhoneProbed&) {}

}  // namespace innkeeper::core
