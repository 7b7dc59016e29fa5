#include "auth/nonce.h"

#include <algorithm>
#include <cstring>

#include "auth/nonce_text.h"
#include "base/assert.h"

namespace innkeeper::auth {
namespace {

constexpr std::size_t own_keys_kept = 2;
constexpr std::ptrdiff_t keys_kept_per_peer = 4;
// A peer's key clock runs behind by the way its age travelled, and by drift: its nonces may seem to come from the
// future.
constexpr std::chrono::seconds clock_slack{60};
constexpr std::uint32_t furthest_ahead = 30;  // seconds; within the slack also at a peer

std::chrono::seconds age_of(const NonceKey& key, base::Instant now) {
    return std::chrono::floor<std::chrono::seconds>(now - key.born);
}

// Time of issue on our clock in the upper half; biased, because a peer's key may be older than our machine's boot.
std::uint64_t identity_of(const NonceKey& key, const NonceParts& parts) {
    constexpr std::int64_t bias = std::int64_t{1} << 31;
    const auto born = std::chrono::floor<std::chrono::seconds>(key.born.time_since_epoch()).count();
    const auto issued = static_cast<std::uint32_t>(born + parts.seconds + bias);
    std::uint32_t distinction = 0;
    std::memcpy(&distinction, parts.mac.data(), sizeof distinction);
    return std::uint64_t{issued} << 32 | distinction;
}

std::uint32_t issue_time(std::uint64_t identity) {
    return static_cast<std::uint32_t>(identity >> 32);
}

}  // namespace

void NonceKeyring::install_own(NonceKey key) {
    own_.push_back(std::move(key));
    if (own_.size() > own_keys_kept) own_.erase(own_.begin());
}

void NonceKeyring::install_peer(std::string_view site, NonceKey key) {
    const auto of_site = [site](const PeerKey& held) { return held.site == site; };
    // The first `born` stays: the identity of a nonce is made from it and must not move under the replay windows.
    for (const PeerKey& held : peers_)
        if (of_site(held) && held.key.id == key.id) return;
    if (std::count_if(peers_.begin(), peers_.end(), of_site) >= keys_kept_per_peer)
        peers_.erase(std::find_if(peers_.begin(), peers_.end(), of_site));
    peers_.push_back({std::string(site), std::move(key)});
}

void NonceKeyring::forget_peer(std::string_view site) {
    std::erase_if(peers_, [site](const PeerKey& held) { return held.site == site; });
}

const NonceKey* NonceKeyring::find(std::uint32_t id) const {
    const auto own = std::find_if(own_.begin(), own_.end(), [id](const NonceKey& key) { return key.id == id; });
    if (own != own_.end()) return &*own;
    const auto peer =
        std::find_if(peers_.begin(), peers_.end(), [id](const PeerKey& held) { return held.key.id == id; });
    return peer == peers_.end() ? nullptr : &peer->key;
}

std::string NonceKeyring::issue(base::Instant now, const base::Aor& aor, const base::IpAddress& source,
                                const ReplayWindow* used) const {
    INNKEEPER_ASSERT(!own_.empty());
    const NonceKey& key = own_.back();
    NonceParts parts{key.id, static_cast<std::uint32_t>(age_of(key, now).count()), {}};
    const std::uint32_t last = parts.seconds + furthest_ahead;
    parts.mac = nonce_mac(key.key, parts.seconds, aor, source);
    while (used != nullptr && used->was_used(identity_of(key, parts)) && parts.seconds < last)
        parts.mac = nonce_mac(key.key, ++parts.seconds, aor, source);
    return to_text(parts);
}

NonceCheck NonceKeyring::check(base::Instant now, std::string_view nonce, const base::Aor& aor,
                               const base::IpAddress& source, base::Duration lifetime) const {
    const auto parts = nonce_parts_from(nonce);
    if (!parts) return {};
    const NonceKey* key = find(parts->key_id);
    if (key == nullptr || !equal(nonce_mac(key->key, parts->seconds, aor, source), parts->mac)) return {};
    const base::Duration age = now - key->born - std::chrono::seconds(parts->seconds);
    const bool expired = age > lifetime || age < -clock_slack;
    return {expired ? NonceState::expired : NonceState::good, identity_of(*key, *parts), now - age};
}

bool ReplayWindow::was_used(std::uint64_t nonce_identity) const {
    return identity_[0] == nonce_identity || identity_[1] == nonce_identity || issue_time(nonce_identity) <= forgotten_;
}

bool ReplayWindow::accept(std::uint64_t nonce_identity, std::uint32_t nonce_count) {
    constexpr std::uint32_t width = 64;
    if (identity_[0] != nonce_identity) {
        if (identity_[1] != nonce_identity) {
            if (issue_time(nonce_identity) <= forgotten_) return false;
            forgotten_ = std::max(forgotten_, issue_time(identity_[1]));
            identity_[1] = nonce_identity;
            recent_[1] = 0;
            highest_[1] = nonce_count;
        }
        std::swap(identity_[0], identity_[1]);
        std::swap(recent_[0], recent_[1]);
        std::swap(highest_[0], highest_[1]);
    }
    if (nonce_count > highest_[0]) {
        const std::uint32_t ahead = nonce_count - highest_[0];
        recent_[0] = ahead < width ? recent_[0] << ahead : 0;
        highest_[0] = nonce_count;
    }
    const std::uint32_t behind = highest_[0] - nonce_count;
    if (behind >= width) return false;
    const std::uint64_t mark = std::uint64_t{1} << behind;
    if ((recent_[0] & mark) != 0) return false;
    recent_[0] |= mark;
    return true;
}

}  // namespace innkeeper::auth
