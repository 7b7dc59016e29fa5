// What a process leaves to its next life in memory that outlives it: an image, a head and then frames, each with its
// length and checksum, only ever appended to. A writer that was killed half-way leaves a frame whose length or checksum
// does not hold: it and what follows are not there. A later frame about the same thing replaces an earlier one, so an
// image grows until its writer begins a new one that says everything once. Numbers of an image are of one machine, from
// its boot to its next one: little-endian, Instants as they are.
//
// `version` changes with any change of what frames mean: an image of another version is not read (an upgrade then has
// what PostgreSQL and the peers bring). Pure; any thread. Octets here may be secrets, so they live in WipedBytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/expected.h"
#include "base/instant.h"
#include "base/wiped_bytes.h"

namespace innkeeper::backup {

inline constexpr std::uint32_t image_version = 2;

// What a frame is about. A kind that is not known is passed over.
enum class FrameKind : std::uint8_t {
    record = 1,       // a home's user, entrusted to this site
    record_gone = 2,  // no longer
    home_gone = 3,    // nothing of that home is held any more
    overlay = 4,      // settings changed here in a failover (IP6)
    overlays_end = 5,
    home = 6,  // how far the copy of its records is, and whom it has named as backups
    bindings = 16,
    failover = 17,
    epoch = 18,
    settings = 19,
};

// Appends one frame; whole when the writer is gone.
class FrameWriter {
public:
    FrameWriter(base::WipedBytes& to, FrameKind kind);
    ~FrameWriter();
    FrameWriter(const FrameWriter&) = delete;
    FrameWriter& operator=(const FrameWriter&) = delete;

    FrameWriter& number(std::uint64_t value);
    FrameWriter& text(std::string_view value);
    FrameWriter& octets(std::span<const std::uint8_t> value);
    FrameWriter& instant(base::Instant value) {
        return number(static_cast<std::uint64_t>(value.time_since_epoch().count()));
    }

private:
    base::WipedBytes& to_;
    std::size_t begin_;
};

// Reads one frame in the order in which it was written. Beyond its end everything is empty, and sound() false.
class FrameReader {
public:
    FrameReader(FrameKind kind, std::string_view body) : kind_(kind), left_(body) {}

    FrameKind kind() const { return kind_; }
    std::uint64_t number();
    std::string_view text();
    std::span<const std::uint8_t> octets();
    base::Instant instant() { return base::Instant(base::Duration(static_cast<std::int64_t>(number()))); }
    bool more() const { return sound_ && !left_.empty(); }
    // Everything asked for was there, and there is nothing else.
    bool sound() const { return sound_ && left_.empty(); }

private:
    FrameKind kind_;
    std::string_view left_;
    bool sound_ = true;
};

// `number` tells images apart: a later one has a higher number.
void begin_image(base::WipedBytes& to, std::uint64_t number);

class ImageReader {
public:
    // What is wrong with it, if it is no image of this version.
    static base::Expected<ImageReader> open(std::string_view image);

    std::uint64_t number() const { return number_; }
    // The next whole frame; none at the end, or where a frame is not whole.
    std::optional<FrameReader> next();
    // What is left over is not a whole frame: its writer died half-way, or something has damaged it.
    bool torn() const { return torn_; }

private:
    ImageReader(std::uint64_t number, std::string_view frames) : number_(number), left_(frames) {}

    std::uint64_t number_;
    std::string_view left_;
    bool torn_ = false;
};

}  // namespace innkeeper::backup
