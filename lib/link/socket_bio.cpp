#include "link/socket_bio.h"

#include <sys/socket.h>

#include <cerrno>

#include "base/assert.h"

namespace innkeeper::link {
namespace {

int descriptor_of(BIO* bio) {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool worth_another_try(ssize_t result) {
    return result < 0 && (errno == EAGAIN || errno == EINTR);
}

int write(BIO* bio, const char* bytes, int size) {
    const ssize_t sent = ::send(descriptor_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    BIO_clear_retry_flags(bio);
    if (worth_another_try(sent)) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
}

int read(BIO* bio, char* bytes, int size) {
    const ssize_t got = ::recv(descriptor_of(bio), bytes, static_cast<std::size_t>(size), 0);
    BIO_clear_retry_flags(bio);
    if (worth_another_try(got)) BIO_set_retry_read(bio);
    if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return static_cast<int>(got);
}

long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    return command == BIO_CTRL_FLUSH;
}

BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
        BIO_METHOD* fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without signals");
        INNKEEPER_ASSERT(fresh != nullptr);
        BIO_meth_set_write(fresh, &write);
        BIO_meth_set_read(fresh, &read);
        BIO_meth_set_ctrl(fresh, &control);
        return fresh;
    }();
    return made;
}

}  // namespace

BIO* new_socket_bio(int descriptor) {
    BIO* bio = BIO_new(method());
    INNKEEPER_ASSERT(bio != nullptr);
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace innkeeper::link
