#include "host/kept_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace innkeeper::host {
namespace {

constexpr std::string_view name_prefix = "innkeeper-records-";
constexpr std::size_t least_octets = 256 * 1024;

#ifndef MFD_NOEXEC_SEAL
constexpr unsigned int noexec_seal = 0x0008U;  // Linux 6.3
#else
constexpr unsigned int noexec_seal = MFD_NOEXEC_SEAL;
#endif

int make_file() {
    const int sealed = memfd_create("innkeeper-records", MFD_CLOEXEC | noexec_seal);
    return sealed >= 0 || errno != EINVAL ? sealed : memfd_create("innkeeper-records", MFD_CLOEXEC);
}

}  // namespace

std::unique_ptr<KeptMemory> KeptMemory::open() {
    if (std::getenv("NOTIFY_SOCKET") == nullptr) return nullptr;
    auto memory = std::unique_ptr<KeptMemory>(new KeptMemory);
    char** names = nullptr;
    const int count = sd_listen_fds_with_names(1, &names);
    for (int i = 0; i < count; ++i) {
        const std::string name = names[i];
        free(names[i]);
        if (name.rfind(name_prefix, 0) != 0) continue;
        memory->left_.push_back({SD_LISTEN_FDS_START + i, name});
        memory->number_ = std::max(memory->number_, std::strtoul(name.c_str() + name_prefix.size(), nullptr, 10));
    }
    free(names);
    return memory;
}

KeptMemory::~KeptMemory() {
    unmap();
    for (const Left& left : left_) close(left.descriptor);
}

std::vector<base::WipedBytes> KeptMemory::left_behind() const {
    std::vector<base::WipedBytes> contents;
    for (const Left& left : left_) {
        struct stat status {};
        if (fstat(left.descriptor, &status) != 0 || status.st_size <= 0) continue;
        base::WipedBytes octets(static_cast<std::size_t>(status.st_size), '\0');
        const ssize_t got = pread(left.descriptor, octets.data(), octets.size(), 0);
        octets.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        contents.push_back(std::move(octets));
    }
    return contents;
}

bool KeptMemory::begin(std::string_view octets) {
    if (!trouble_.empty()) return false;
    const int old = descriptor_;
    if (mapped_ != nullptr) munmap(mapped_, capacity_);
    mapped_ = nullptr;
    capacity_ = used_ = 0;
    if (old >= 0) left_.push_back({old, std::string(name_prefix) + std::to_string(number_)});
    descriptor_ = make_file();
    if (descriptor_ < 0) return fail("memory file");
    ++number_;
    if (!append(octets) || !hand_over()) return false;
    let_go_of_old_ones();
    return true;
}

bool KeptMemory::append(std::string_view octets) {
    if (!trouble_.empty()) return false;
    if (octets.size() > capacity_ - used_ && !grow(used_ + octets.size())) return false;
    std::memcpy(mapped_ + used_, octets.data(), octets.size());
    used_ += octets.size();
    return true;
}

// Reserved now, so that a machine without memory says so here and not by a signal at some later octet.
bool KeptMemory::grow(std::size_t octets) {
    const std::size_t wanted = std::max({octets + octets / 4, capacity_ + capacity_ / 2, least_octets});
    if (const int failed = posix_fallocate(descriptor_, 0, static_cast<off_t>(wanted)); failed != 0) {
        errno = failed;
        return fail("room in the memory file");
    }
    void* const at = mapped_ == nullptr ? mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0)
                                        : mremap(mapped_, capacity_, wanted, MREMAP_MAYMOVE);
    if (at == MAP_FAILED) return fail("mapping the memory file");
    mapped_ = static_cast<char*>(at);
    capacity_ = wanted;
    if (mlock(mapped_, capacity_) != 0) return fail("locking the memory file");
    if (madvise(mapped_, capacity_, MADV_DONTDUMP) != 0) return fail("keeping the memory file out of core files");
    return true;
}

bool KeptMemory::hand_over() {
    const std::string message = "FDSTORE=1\nFDPOLL=0\nFDNAME=" + std::string(name_prefix) + std::to_string(number_);
    const int result = sd_pid_notify_with_fds(0, 0, message.c_str(), &descriptor_, 1);
    if (result > 0) return true;
    errno = result < 0 ? -result : ENOTCONN;
    return fail("handing the memory file to the supervisor");
}

void KeptMemory::let_go_of_old_ones() {
    for (const Left& left : left_) {
        sd_notify(0, ("FDSTOREREMOVE=1\nFDNAME=" + left.name).c_str());
        close(left.descriptor);
    }
    left_.clear();
}

// Half of the truth must not come back after a crash.
bool KeptMemory::fail(std::string_view what) {
    trouble_ = std::string(what) + ": " + std::generic_category().message(errno);
    if (descriptor_ >= 0) left_.push_back({descriptor_, std::string(name_prefix) + std::to_string(number_)});
    descriptor_ = -1;
    let_go_of_old_ones();
    unmap();
    return false;
}

void KeptMemory::unmap() {
    if (mapped_ != nullptr) munmap(mapped_, capacity_);
    mapped_ = nullptr;
    capacity_ = used_ = 0;
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = -1;
}

}  // namespace innkeeper::host
