#include "control/client.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <ostream>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <variant>

#include "control/command_json.h"
#include "control/report_json.h"
#include "control/report_text.h"
#include "control/socket_path.h"
#include "host/text.h"

namespace innkeeper::control {
namespace {

using Json = nlohmann::ordered_json;

constexpr timeval patience{15, 0};  // longer than the daemon's own

struct NoDaemon : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Connection {
public:
    explicit Connection(const std::string& path) : path_(path) {
        const auto address = socket_address(path);
        if (!address) throw std::runtime_error(address.error().text);
        descriptor_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0) return;
        const int number = errno;
        ::close(descriptor_);
        const std::string why = path + ": " + std::generic_category().message(number);
        if (number == EACCES) throw std::runtime_error(why + ": ask as root or as a member of the socket's group");
        throw NoDaemon("no daemon answers at " + why);
    }
    ~Connection() { ::close(descriptor_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // One line there, one line back.
    std::string ask(const std::string& request) {
        if (::send(descriptor_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
            gone();
        std::string answer;
        char part[65536];
        while (answer.empty() || answer.back() != '\n') {
            const ssize_t got = ::recv(descriptor_, part, sizeof part, 0);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) gone();
            answer.append(part, static_cast<std::size_t>(got));
        }
        return answer;
    }

private:
    [[noreturn]] void gone() const { throw NoDaemon("the daemon at " + path_ + " does not answer"); }

    std::string path_;
    int descriptor_ = -1;
};

Json ask(Connection& connection, const core::Command& command) {
    Json answer = Json::parse(connection.ask(encode(command) + '\n'));
    const int spoken = answer.value("schema", 0);
    if (spoken != schema)
        throw std::runtime_error("the daemon speaks schema " + std::to_string(spoken) +
                                 " of the control socket, this is " + std::to_string(schema) +
                                 ": use the innkeeperd that runs");
    return answer;
}

void go_on_after(core::ShowRegistrations& command, const Json& next) {
    command.after.value = next.get<std::uint64_t>();
}
void go_on_after(core::ShowGroups& command, const Json& next) {
    command.after = next.get<std::string>();
}

template <class Paged>
Json ask_all_pages(Connection& connection, Paged command, const char* key) {
    Json all = ask(connection, command);
    while (all.contains("next") && !all["next"].is_null()) {
        go_on_after(command, all["next"]);
        Json page = ask(connection, command);
        if (!page.contains(key)) return page;
        for (Json& row : page[key]) all[key].push_back(std::move(row));
        all["next"] = page["next"];
    }
    all.erase("next");
    return all;
}

Json ask_daemon(const std::string& socket_path, const core::Command& command) {
    Connection connection(socket_path);
    if (const auto* registrations = std::get_if<core::ShowRegistrations>(&command))
        return ask_all_pages(connection, *registrations, "registrations");
    if (const auto* groups = std::get_if<core::ShowGroups>(&command))
        return ask_all_pages(connection, *groups, "groups");
    return ask(connection, command);
}

int complain(std::ostream& err, const std::string& text, int code) {
    err << "innkeeperd: " << host::escape_controls(text) << '\n';
    return code;
}

}  // namespace

int run_command(const std::string& socket_path, const core::Command& command, bool json, std::ostream& out,
                std::ostream& err) try {
    const Json answer = ask_daemon(socket_path, command);
    const bool declined = answer.contains("declined");
    const bool unready = answer.contains("ready") && !answer["ready"].at("ready").get<bool>();
    if (json)
        out << answer.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    else if (declined)
        complain(err, answer["declined"].get<std::string>(), exit_declined);
    else
        out << report_text(answer);
    return declined || unready ? exit_declined : exit_ok;
} catch (const NoDaemon& problem) {
    return complain(err, problem.what(), exit_no_daemon);
} catch (const nlohmann::json::exception&) {
    return complain(err, "the answer of the daemon at " + socket_path + " cannot be read", exit_declined);
} catch (const std::exception& problem) {
    return complain(err, problem.what(), exit_declined);
}

}  // namespace innkeeper::control
