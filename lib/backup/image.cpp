#include "backup/image.h"

#include <algorithm>

namespace innkeeper::backup {
namespace {

constexpr std::string_view magic = "INNKEEPR";
constexpr std::size_t word = 8;
constexpr std::size_t head_octets = 4 * word;        // magic, version, number, checksum of these
constexpr std::size_t frame_head_octets = 2 * word;  // length and kind, checksum of these and the body
constexpr std::uint64_t longest_body = 16 * 1024 * 1024;

void put(char* to, std::uint64_t value) {
    for (std::size_t i = 0; i < word; ++i) to[i] = static_cast<char>(value >> (8 * i));
}

std::uint64_t get(std::string_view from) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < word; ++i) value |= std::uint64_t{static_cast<std::uint8_t>(from[i])} << (8 * i);
    return value;
}

// FNV-1a over words, to tell torn frames from whole ones; nobody forges what only this process and its supervisor have.
std::uint64_t checksum(std::uint64_t start, std::string_view octets) {
    std::uint64_t state = 0xcbf29ce484222325u ^ start;
    const auto add = [&state](std::uint64_t value) {
        state = (state ^ value) * 0x100000001b3u;
        state ^= state >> 29;
    };
    for (; octets.size() >= word; octets.remove_prefix(word)) add(get(octets));
    for (const char octet : octets) add(static_cast<std::uint8_t>(octet));
    return state;
}

}  // namespace

FrameWriter::FrameWriter(base::WipedBytes& to, FrameKind kind) : to_(to), begin_(to.size()) {
    to_.append(frame_head_octets, '\0');
    to_[begin_] = static_cast<char>(kind);
}

FrameWriter::~FrameWriter() {
    const std::size_t body = begin_ + frame_head_octets;
    const std::uint64_t head = (to_.size() - body) << 8 | static_cast<std::uint8_t>(to_[begin_]);
    put(to_.data() + begin_, head);
    put(to_.data() + begin_ + word, checksum(head, std::string_view(to_).substr(body)));
}

FrameWriter& FrameWriter::number(std::uint64_t value) {
    do {  // seven bits an octet: most are small
        to_ += static_cast<char>((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
    } while (value > 0);
    return *this;
}

FrameWriter& FrameWriter::text(std::string_view value) {
    number(value.size());
    to_.append(value);
    return *this;
}

FrameWriter& FrameWriter::octets(std::span<const std::uint8_t> value) {
    return text({reinterpret_cast<const char*>(value.data()), value.size()});
}

std::uint64_t FrameReader::number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (left_.empty()) break;
        const auto octet = static_cast<std::uint8_t>(left_.front());
        left_.remove_prefix(1);
        value |= std::uint64_t{octet & 0x7fu} << shift;
        if ((octet & 0x80) == 0) return value;
    }
    sound_ = false;
    return 0;
}

std::string_view FrameReader::text() {
    const std::uint64_t size = number();
    if (size > left_.size()) sound_ = false;
    if (!sound_) return {};
    const std::string_view value = left_.substr(0, size);
    left_.remove_prefix(size);
    return value;
}

std::span<const std::uint8_t> FrameReader::octets() {
    const std::string_view value = text();
    return {reinterpret_cast<const std::uint8_t*>(value.data()), value.size()};
}

void begin_image(base::WipedBytes& to, std::uint64_t number) {
    const std::size_t begin = to.size();
    to.append(magic);
    to.append(head_octets - magic.size(), '\0');
    put(to.data() + begin + word, image_version);
    put(to.data() + begin + 2 * word, number);
    put(to.data() + begin + 3 * word, checksum(0, std::string_view(to).substr(begin, 3 * word)));
}

base::Expected<ImageReader> ImageReader::open(std::string_view image) {
    if (image.size() < head_octets || image.substr(0, word) != magic)
        return base::error("it is no image of this program");
    if (get(image.substr(word)) != image_version)
        return base::error("it is of version " + std::to_string(get(image.substr(word))) + ", this program reads " +
                           std::to_string(image_version));
    if (get(image.substr(3 * word)) != checksum(0, image.substr(0, 3 * word)))
        return base::error("the checksum of its head does not hold");
    return ImageReader(get(image.substr(2 * word)), image.substr(head_octets));
}

std::optional<FrameReader> ImageReader::next() {
    if (left_.size() >= frame_head_octets && !torn_) {
        const std::uint64_t head = get(left_);
        const std::uint64_t size = head >> 8;
        const std::string_view rest = left_.substr(frame_head_octets);
        const bool whole = size <= std::min<std::uint64_t>(longest_body, rest.size()) && head != 0 &&
                           get(left_.substr(word)) == checksum(head, rest.substr(0, size));
        if (whole) {
            left_ = rest.substr(size);
            return FrameReader(static_cast<FrameKind>(head & 0xff), rest.substr(0, size));
        }
    }
    torn_ = std::any_of(left_.begin(), left_.end(), [](char octet) { return octet != '\0'; });  // zeros: never written
    return std::nullopt;
}

}  // namespace innkeeper::backup
