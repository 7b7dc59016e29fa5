// What the load generators share: a UDP socket to a server on loopback, and percentiles of what was measured.
#pragma once

#include <string>
#include <vector>

namespace innkeeper::bench {

// Connected, does not block; from that address of our own, or any. Throws for any target outside loopback: load is not
// for other people's servers.
int connected_socket(const std::string& address, unsigned port, const std::string& from = {});
std::string local_address(int socket);  // ADDR:PORT

double percentile(std::vector<float>& values, double share);  // reorders them; 0 when there are none

}  // namespace innkeeper::bench
