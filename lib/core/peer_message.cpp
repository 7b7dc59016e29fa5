#include "core/peer_message.h"

namespace innkeeper::core {

std::string_view to_text(Dataset dataset) {
    return dataset == Dataset::registrations ? "registrations" : "records";
}

std::string_view to_text(PeerHealth health) {
    switch (health) {
        case PeerHealth::unknown:
            return "unknown";
        case PeerHealth::alive:
            return "alive";
        case PeerHealth::suspect:
            return "suspect";
        case PeerHealth::lost:
            return "lost";
    }
    return "unknown";
}

}  // namespace innkeeper::core
