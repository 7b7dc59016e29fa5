#include "core/fingerprint.h"

namespace innkeeper::core {
namespace {

// FNV-1a, 64 bits, with a finish that spreads it, because digests are sums.
class Hash {
public:
    Hash& add(std::string_view text) {
        for (const char c : text) add_octet(static_cast<std::uint8_t>(c));
        add_octet(0xff);  // no text contains it as a separator of two fields would
        return *this;
    }
    Hash& add(std::uint64_t number) {
        for (int shift = 0; shift < 64; shift += 8) add_octet(static_cast<std::uint8_t>(number >> shift));
        return *this;
    }
    std::uint64_t value() const {
        std::uint64_t spread = state_ ^ (state_ >> 32);
        spread *= 0x9e3779b97f4a7c15u;
        return spread ^ (spread >> 29);
    }

private:
    void add_octet(std::uint8_t octet) {
        state_ ^= octet;
        state_ *= 0x100000001b3u;
    }
    std::uint64_t state_ = 0xcbf29ce484222325u;
};

}  // namespace

std::uint64_t fingerprint(const base::Aor& aor, const base::SiteName& guest_of, const std::vector<Binding>& bindings) {
    if (bindings.empty()) return 0;
    Hash hash;
    hash.add(aor.text()).add(guest_of.text);
    for (const Binding& binding : bindings) {
        hash.add(binding.contact).add(binding.call_id).add(binding.instance).add(binding.path);
        hash.add(binding.reg_id).add(binding.q);
        if (binding.role != Role::service) hash.add(static_cast<std::uint64_t>(binding.role));
    }
    return hash.value();
}

std::uint64_t fingerprint(const backup::UserRecord& record) {
    Hash hash;
    hash.add(record.aor.text()).add(record.display_name).add(record.extension).add(record.settings);
    // A site of the version before takes a hunt group for a record without a terminal: both must hash alike.
    const bool is_group = record.terminal == backup::TerminalKind::group;
    hash.add(is_group ? std::uint64_t{0} : static_cast<std::uint64_t>(record.terminal));
    hash.add(static_cast<std::uint64_t>(record.enabled));
    // A site of the version before knows no priorities: most records must look alike to it.
    if (record.priority != backup::Priority::normal) hash.add(static_cast<std::uint64_t>(record.priority));
    return hash.value();
}

std::uint64_t fingerprint(const base::Aor& aor) {
    return Hash().add(aor.text()).value();
}

}  // namespace innkeeper::core
