// Memory that outlives the process: one sealed-off memory file whose descriptor the supervisor keeps (systemd's
// FileDescriptorStoreMax=, or anything that speaks the same protocol on NOTIFY_SOCKET) and hands to the next life. It
// is mapped, locked and left out of core files, and it has no name in any file system; what is in it is the caller's
// affair. Kept through crashes, aborts and restarts; given up by the supervisor when the service is stopped, and by the
// machine when it boots.
//
// A crash cannot lose what append() has taken: the octets are in the file, not in a buffer. begin() replaces the file
// as a whole: the old one is given up only when the supervisor has the new one. Loop's thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/wiped_bytes.h"

namespace innkeeper::host {

class KeptMemory {
public:
    // Takes over what the supervisor hands back; nothing where no supervisor keeps descriptors. Before any child is
    // started. Once in a process.
    static std::unique_ptr<KeptMemory> open();
    ~KeptMemory();
    KeptMemory(const KeptMemory&) = delete;
    KeptMemory& operator=(const KeptMemory&) = delete;

    // Contents of the files that an earlier life left, usually one; padded with zeros.
    std::vector<base::WipedBytes> left_behind() const;

    // False, and why, where the memory is not to be had or cannot be locked: then nothing is kept any more, and nothing
    // stale either.
    bool begin(std::string_view octets);
    bool append(std::string_view octets);
    const std::string& trouble() const { return trouble_; }

private:
    struct Left {
        int descriptor;
        std::string name;
    };

    KeptMemory() = default;
    bool fail(std::string_view what);
    bool grow(std::size_t octets);
    bool hand_over();
    void let_go_of_old_ones();
    void unmap();

    std::vector<Left> left_;
    unsigned long number_ = 0;  // part of the name that the supervisor knows the file by
    int descriptor_ = -1;
    char* mapped_ = nullptr;
    std::size_t capacity_ = 0;
    std::size_t used_ = 0;
    std::string trouble_;
};

}  // namespace innkeeper::host
