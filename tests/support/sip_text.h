// SIP messages for tests, written with plain line ends, and a look into answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace innkeeper::support {

// "\n" becomes CRLF.
std::string crlf(std::string_view text);
// Values of all headers with that name, in order.
std::vector<std::string> headers(std::string_view message, std::string_view name);
// The first one; empty: none.
std::string header(std::string_view message, std::string_view name);
int status_of(std::string_view answer);  // 0: no answer

// A REGISTER of 1001@eco.test with the given lines in place of the usual Contact, and another Call-ID each time.
struct RegisterText {
    std::string method = "REGISTER";
    std::string request_uri = "sip:eco.test";
    std::string via = "SIP/2.0/UDP 127.0.0.1:5062;branch=z9hG4bK-1;rport";
    std::string from = "<sip:1001@eco.test>;tag=f1";
    std::string to = "<sip:1001@eco.test>";
    std::string call_id = "call-1@127.0.0.1";
    std::string cseq = "1 REGISTER";
    std::string more = "Contact: <sip:1001@127.0.0.1:5062>\nExpires: 300\n";  // ends with a line end
    std::string content_length = "0";

    std::string text() const;
};

}  // namespace innkeeper::support
