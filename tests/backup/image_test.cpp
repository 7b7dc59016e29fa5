#include "backup/image.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "backup/record_image.h"

using namespace innkeeper;
using namespace innkeeper::backup;

namespace {

const base::SiteName north{"north"};

base::Aor aor(const std::string& user) {
    return base::Aor::parse(user + "@example.test").value();
}

UserRecord record_of(const std::string& user) {
    UserRecord record;
    record.aor = aor(user);
    record.display_name = "Anna \xc3\x85";
    record.extension = "4711";
    record.settings = R"({"language":"it"})";
    record.terminal = TerminalKind::dect;
    record.priority = Priority::attendant;
    record.enabled = false;
    record.ha1 = auth::make_ha1(user, "example.test", "secret");
    return record;
}

// Three records and where each of them ends.
base::WipedBytes three_records(std::vector<std::size_t>& ends) {
    base::WipedBytes image;
    begin_image(image, 7);
    for (const char* user : {"anna", "bert", "carl"}) {
        write_record(image, north, 99, record_of(user));
        ends.push_back(image.size());
    }
    return image;
}

std::size_t records_in(std::string_view image, bool* torn = nullptr) {
    auto reader = ImageReader::open(image);
    if (!reader) return 0;
    std::size_t found = 0;
    while (auto frame = reader->next()) found += read_record(*frame).has_value();
    if (torn != nullptr) *torn = reader->torn();
    return found;
}

}  // namespace

TEST_CASE("a record comes back from an image with everything it had", "[image][IP8]") {
    base::WipedBytes image;
    begin_image(image, 7);
    write_record(image, north, 0xfedcba9876543210, record_of("a%25b"));
    auto reader = ImageReader::open(image);
    REQUIRE(reader);
    CHECK(reader->number() == 7);
    auto frame = reader->next();
    REQUIRE(frame);
    const auto kept = read_record(*frame);
    REQUIRE(kept);
    CHECK(kept->home == north);
    CHECK(kept->digest == 0xfedcba9876543210);
    CHECK(kept->record.aor == record_of("a%25b").aor);
    CHECK(kept->record.display_name == "Anna \xc3\x85");
    CHECK(kept->record.extension == "4711");
    CHECK(kept->record.settings == R"({"language":"it"})");
    CHECK(kept->record.terminal == TerminalKind::dect);
    CHECK(kept->record.priority == Priority::attendant);
    CHECK_FALSE(kept->record.enabled);
    CHECK(auth::same(kept->record.ha1, record_of("a%25b").ha1));
    CHECK_FALSE(reader->next());
    CHECK_FALSE(reader->torn());
}

TEST_CASE("how a home's copy stands comes back from an image", "[image]") {
    base::WipedBytes image;
    begin_image(image, 1);
    write_home(image, {north, {1'700'000'000}, {300}, true, {{"south"}, {"west"}}, "sip:vm@192.0.2.30", {}});
    auto reader = ImageReader::open(image);
    auto frame = reader->next();
    const auto kept = read_home(*frame);
    REQUIRE(kept);
    CHECK(kept->epoch.value == 1'700'000'000);
    CHECK(kept->sequence.value == 300);
    CHECK(kept->whole);
    CHECK(kept->voicemail == "sip:vm@192.0.2.30");
    CHECK(kept->voicemail_backup.empty());
    CHECK(kept->backups == std::vector<base::SiteName>{{"south"}, {"west"}});
}

TEST_CASE("a writer that died anywhere leaves the frames that it had finished", "[image][R7]") {
    std::vector<std::size_t> ends;
    const base::WipedBytes image = three_records(ends);
    for (std::size_t size = 0; size <= image.size(); ++size) {
        std::size_t whole = 0;
        for (const std::size_t end : ends) whole += end <= size;
        std::size_t whole_in_zeros = 0;  // what is missing may be zeros
        for (const std::size_t end : ends)
            whole_in_zeros += image.find_first_not_of('\0', size) == base::WipedBytes::npos ||
                              image.find_first_not_of('\0', size) >= end;
        bool torn = false;
        CAPTURE(size);
        CHECK(records_in(std::string_view(image).substr(0, size), &torn) == whole);
        // In memory the rest of the file is zeros.
        std::string file(std::string_view(image).substr(0, size));
        file.resize(image.size() + 100, '\0');
        CHECK(records_in(file) == whole_in_zeros);
    }
}

TEST_CASE("an octet that changed is noticed, whichever it is", "[image]") {
    std::vector<std::size_t> ends;
    const base::WipedBytes image = three_records(ends);
    for (std::size_t at = 0; at < image.size(); ++at) {
        std::string damaged(std::string_view{image});
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        std::size_t before = 0;
        for (const std::size_t end : ends) before += end <= at;
        CAPTURE(at);
        const bool in_head = !ImageReader::open(damaged);
        bool torn = false;
        CHECK(records_in(damaged, &torn) == (in_head ? 0 : before));
        CHECK((in_head || torn));
    }
}

TEST_CASE("an image of another program or version is refused with its reason", "[image]") {
    CHECK_FALSE(ImageReader::open(""));
    CHECK_FALSE(ImageReader::open(std::string(100, '\0')));
    base::WipedBytes image;
    begin_image(image, 1);
    image[8] = static_cast<char>(image_version + 1);
    const auto opened = ImageReader::open(image);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().text.find("version") != std::string::npos);
}

TEST_CASE("a frame of a kind that is not known is passed over", "[image]") {
    base::WipedBytes image;
    begin_image(image, 1);
    FrameWriter(image, static_cast<FrameKind>(200)).text("from tomorrow").number(5);
    write_record(image, north, 1, record_of("anna"));
    CHECK(records_in(image) == 1);
}

TEST_CASE("a frame that holds less or more than it should is no record", "[image]") {
    base::WipedBytes image;
    begin_image(image, 1);
    FrameWriter(image, FrameKind::record).text("north").number(1).text("anna@example.test");
    FrameWriter(image, FrameKind::record).text("north").number(1).text("not an address").text("").text("").text("");
    CHECK(records_in(image) == 0);
    auto reader = ImageReader::open(image);
    auto frame = reader->next();
    REQUIRE(frame);
    CHECK(frame->text() == "north");
    CHECK_FALSE(frame->sound());
    CHECK(frame->number() == 1);
    CHECK(frame->text() == "anna@example.test");
    CHECK(frame->sound());
    CHECK(frame->number() == 0);
    CHECK(frame->text().empty());
    CHECK_FALSE(frame->sound());
}

TEST_CASE("numbers of every size come back", "[image]") {
    base::WipedBytes image;
    begin_image(image, ~std::uint64_t{0});
    {
        FrameWriter frame(image, FrameKind::epoch);
        for (unsigned bit = 0; bit < 64; ++bit) frame.number(std::uint64_t{1} << bit);
        frame.number(~std::uint64_t{0}).number(0).instant(base::Instant::min());
    }
    auto reader = ImageReader::open(image);
    CHECK(reader->number() == ~std::uint64_t{0});
    auto frame = reader->next();
    for (unsigned bit = 0; bit < 64; ++bit) CHECK(frame->number() == std::uint64_t{1} << bit);
    CHECK(frame->number() == ~std::uint64_t{0});
    CHECK(frame->number() == 0);
    CHECK(frame->instant() == base::Instant::min());
    CHECK(frame->sound());
}
