// Licences of this site: pools with a capacity, named after terminal kinds; a kind without a pool is not limited (R10).
// Own users' terminals draw one each while registered here; guests never do (IP9). Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/operator_command.h"

namespace innkeeper::core {

class LicenceLedger {
public:
    void load(std::vector<LicencePool> pools);  // replaces all; what is drawn stays drawn

    // May `count` more be drawn for this kind?
    bool available(base::Instant now, backup::TerminalKind kind, std::uint32_t count) const;
    void draw(backup::TerminalKind kind, std::uint32_t count);
    void give_back(backup::TerminalKind kind, std::uint32_t count);

    std::vector<LicenceReport> report(base::Instant now) const;

private:
    const LicencePool* pool_of(backup::TerminalKind kind) const;

    std::vector<LicencePool> pools_;
    std::map<backup::TerminalKind, std::uint64_t> used_;
};

}  // namespace innkeeper::core
