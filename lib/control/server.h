// The daemon's end of the control socket: a Unix stream socket, mode 0660, on the loop's thread. A request is one line
// of JSON (command_json.h), its answer is one line of JSON (report_json.h); a connection may carry any number of them,
// one after the other.
//
// Bounded: clients, octets of a request, time for a request to arrive and for an answer to be taken. What a client does
// wrong is answered with `declined`; one that is too slow is dropped.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/instant.h"
#include "core/event.h"
#include "core/operator_command.h"
#include "host/loop.h"

namespace innkeeper::control {

class Server {
public:
    static constexpr std::size_t most_clients = 16;
    static constexpr std::size_t request_octets = 4096;
    static constexpr base::Duration patience = std::chrono::seconds(10);  // for a request, a report, or its taking

    // `feed` hands a command to the core, which may reply before it returns. A socket that an earlier run left behind
    // is replaced. Throws std::runtime_error with one line: path too long, not ours to make, or another daemon answers.
    Server(host::Loop& loop, const std::string& path, std::function<void(core::OperatorCommand)> feed);
    ~Server();  // removes the socket
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // To whoever asked; nothing where the client has gone.
    void reply(base::CommandId to, const core::Report& report);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace innkeeper::control
