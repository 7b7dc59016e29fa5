#include "daemon/call_addresses.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <cstring>
#include <memory>

namespace innkeeper::daemon {
namespace {

bool is_wildcard(const base::IpAddress& ip) {
    return ip == base::IpAddress{} || ip.text() == "0.0.0.0";
}

base::IpAddress first_address(bool v4) {
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) != 0) return *base::IpAddress::parse(v4 ? "127.0.0.1" : "::1");
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> freed(all, ::freeifaddrs);
    for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_LOOPBACK) != 0 || (one->ifa_flags & IFF_UP) == 0)
            continue;
        base::IpAddress ip;
        if (v4 && one->ifa_addr->sa_family == AF_INET) {
            ip = *base::IpAddress::parse("0.0.0.0");
            std::memcpy(ip.octets.data() + 12, &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr, 4);
            return ip;
        }
        if (!v4 && one->ifa_addr->sa_family == AF_INET6) {
            const in6_addr& octets = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr;
            if (IN6_IS_ADDR_LINKLOCAL(&octets)) continue;
            std::memcpy(ip.octets.data(), &octets, 16);
            return ip;
        }
    }
    return *base::IpAddress::parse(v4 ? "127.0.0.1" : "::1");
}

}  // namespace

std::vector<core::CallSettings::Address> call_addresses(const std::vector<base::Listener>& listen,
                                                        std::string_view advertised) {
    std::vector<core::CallSettings::Address> addresses;
    const auto address = base::IpAddress::parse(advertised);
    for (const base::Listener& listener : listen) {
        base::IpAddress ip = listener.local.ip;
        if (is_wildcard(ip)) ip = address && address->is_v4() == ip.is_v4() ? *address : first_address(ip.is_v4());
        const std::string host = ip.is_v4() ? ip.text() : "[" + ip.text() + "]";
        addresses.push_back({listener.transport, host, listener.local.port, std::string(address ? "" : advertised)});
    }
    return addresses;
}

}  // namespace innkeeper::daemon
