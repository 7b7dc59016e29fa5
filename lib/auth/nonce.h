// Nonces that every peer can check (design decision 5): a time and a MAC over it, the AOR and the source address, under
// a key that its site shares with its peers over the peer link. No table of nonces: a flood of challenges costs
// nothing. A nonce is good for one AOR from one source address only; a captured header is worth nothing anywhere else
// (R17).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/aor.h"
#include "base/instant.h"
#include "base/secret.h"

namespace innkeeper::auth {

// A key as its site made it. `id` is random; `born` is when the nonce clock of this key read zero, on our clock: it
// travels between sites as an age.
struct NonceKey {
    std::uint32_t id = 0;
    base::Instant born;
    base::SecretBytes<32> key;

    NonceKey clone() const { return {id, born, key.clone()}; }
};

enum class NonceState : std::uint8_t {
    good,
    expired,  // ours or a peer's, too old
    foreign,  // of a key nobody here knows, of another AOR or source, or no nonce of ours at all
};

// Parts of a nonce that passed, for the replay window.
struct NonceCheck {
    NonceState state = NonceState::foreign;
    std::uint64_t identity = 0;  // equal for equal nonces, and in their order of issue: key of the replay window
    base::Instant issued;        // on our clock, to the second
};

// Which nonce counts were used under the last two nonces of one AOR (RFC 7616 section 3.4: each nc once per nonce). Of
// older nonces it knows only that they are older, and takes them as used: their owner is challenged again, a captured
// header stays worthless. A value kept beside the AOR's bindings; 48 octets.
class ReplayWindow {
public:
    // True the first time `nonce_count` is seen under this nonce; a count more than 63 behind the highest is a replay.
    bool accept(std::uint64_t nonce_identity, std::uint32_t nonce_count);
    // A challenge with this nonce would be of no use to a phone that counts from one again.
    bool was_used(std::uint64_t nonce_identity) const;

private:
    std::array<std::uint64_t, 2> identity_{};  // [0]: used last
    std::array<std::uint64_t, 2> recent_{};    // bit i: highest - i was used
    std::array<std::uint32_t, 2> highest_{};
    std::uint32_t forgotten_ = 0;  // time of issue of the latest nonce dropped from here
};

class NonceKeyring {
public:
    // Keys of this site, newest signs; at most two are kept, so that rotation never breaks a phone.
    void install_own(NonceKey key);
    // A peer's key; a keyring holds at most 4 per peer and drops the oldest. A key told again changes nothing.
    void install_peer(std::string_view site, NonceKey key);
    void forget_peer(std::string_view site);
    const std::vector<NonceKey>& own() const { return own_; }

    // Requires an own key. Equal calls within a second give equal nonces, so that a retransmitted request gets the
    // same challenge although no transaction is kept; but one that `used` knows gives way to one of a later second, so
    // that a phone may register several times within one.
    std::string issue(base::Instant now, const base::Aor& aor, const base::IpAddress& source,
                      const ReplayWindow* used = nullptr) const;
    NonceCheck check(base::Instant now, std::string_view nonce, const base::Aor& aor, const base::IpAddress& source,
                     base::Duration lifetime) const;

private:
    struct PeerKey {
        std::string site;
        NonceKey key;
    };
    const NonceKey* find(std::uint32_t id) const;

    std::vector<NonceKey> own_;  // oldest first
    std::vector<PeerKey> peers_;
};

}  // namespace innkeeper::auth
