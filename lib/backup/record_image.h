// The frames of an image (image.h) that are about other sites' users. They may hold HA1s.
#pragma once

#include <vector>

#include "backup/image.h"
#include "backup/user_record.h"
#include "base/ids.h"

namespace innkeeper::backup {

struct KeptRecord {
    base::SiteName home;
    std::uint64_t digest = 0;
    UserRecord record;
};

// How the copy of a home's records stands: enough to go on from there.
struct KeptHome {
    base::SiteName home;
    base::Epoch epoch;        // of the home, with
    base::Sequence sequence;  // how far in it; both zero: a copy whose position is not known
    bool whole = false;
    std::vector<base::SiteName> backups;  // whom the home has named
    std::string voicemail;                // URIs of its voicemail servers; empty: none
    std::string voicemail_backup;
};

void write_record(base::WipedBytes& to, const base::SiteName& home, std::uint64_t digest, const UserRecord& record);
void write_record_gone(base::WipedBytes& to, const base::SiteName& home, const base::Aor& aor);
void write_home_gone(base::WipedBytes& to, const base::SiteName& home);
void write_overlay(base::WipedBytes& to, const base::SiteName& home, const base::Aor& aor, std::string_view settings);
void write_overlays_end(base::WipedBytes& to, const base::SiteName& home);
void write_home(base::WipedBytes& to, const KeptHome& home);

// Nothing where the frame does not hold what its kind should.
std::optional<KeptRecord> read_record(FrameReader& frame);
std::optional<KeptHome> read_home(FrameReader& frame);
base::Aor read_aor(FrameReader& frame);  // empty: no AOR

}  // namespace innkeeper::backup
