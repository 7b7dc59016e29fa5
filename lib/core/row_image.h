// The rows of row.h as frames of an image (backup/image.h): what a crash must not take from this site although no
// database has it yet, and what its guests need before the database is reached.
#pragma once

#include <optional>

#include "backup/image.h"
#include "core/row.h"

namespace innkeeper::core {

void write_row(base::WipedBytes& to, const Row& row);

// Nothing where the frame is of another kind, or does not hold what its kind should.
std::optional<Row> read_row(backup::FrameReader& frame);

}  // namespace innkeeper::core
