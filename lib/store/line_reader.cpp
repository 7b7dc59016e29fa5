#include "store/line_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace innkeeper::store {

namespace {

constexpr std::size_t longest_line = 1000;  // octets; what follows is a line of its own

}  // namespace

LineReader::LineReader(int descriptor) : descriptor_(descriptor) {
    fcntl(descriptor_, F_SETFL, O_NONBLOCK);
}

LineReader::~LineReader() {
    if (descriptor_ >= 0) close(descriptor_);
}

void LineReader::read(const std::function<void(const std::string&)>& on_line) {
    char buffer[4096];
    while (descriptor_ >= 0) {
        const ssize_t length = ::read(descriptor_, buffer, sizeof buffer);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) return;
        if (length == 0) {
            close(descriptor_);
            descriptor_ = -1;
        }
        for (ssize_t i = 0; i < length; ++i) {
            if (buffer[i] != '\n') partial_ += buffer[i];
            if (buffer[i] != '\n' && partial_.size() < longest_line) continue;
            if (!partial_.empty()) on_line(partial_);
            partial_.clear();
        }
    }
}

}  // namespace innkeeper::store
