// Requests and answers as a phone would write them.
#pragma once

#include <string>
#include <string_view>

#include "calls/message.h"

namespace innkeeper::calls {

struct Sketch {
    std::string method = "INVITE";
    std::string uri = "sip:1002@example.com";
    std::string branch = "z9hG4bK-caller-1";
    std::string call_id = "call-1@192.0.2.11";
    std::string from_tag = "alice";
    std::string to_tag = {};
    std::uint32_t cseq = 1;
    std::string more = {};  // header lines, each with its end
    std::string body = {};
};

inline std::string text_of(const Sketch& sketch) {
    return sketch.method + " " + sketch.uri + " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.11:5060;branch=" + sketch.branch +
           ";rport\r\nMax-Forwards: 70\r\nFrom: \"One\" <sip:1001@example.com>;tag=" + sketch.from_tag +
           "\r\nTo: <sip:1002@example.com>" + (sketch.to_tag.empty() ? "" : ";tag=" + sketch.to_tag) +
           "\r\nCall-ID: " + sketch.call_id + "\r\nCSeq: " + std::to_string(sketch.cseq) + " " + sketch.method +
           "\r\nContact: <sip:1001@192.0.2.11:5060>\r\n" + sketch.more +
           "Content-Length: " + std::to_string(sketch.body.size()) + "\r\n\r\n" + sketch.body;
}

inline Message request(const Sketch& sketch) {
    return *Message::parse(text_of(sketch));
}

// What the receiver of `octets` answers.
inline Message answer_to(const std::string& octets, std::uint16_t status, std::string_view tag = "bob") {
    const Message asked = *Message::parse(octets);
    Message answer;
    answer.status = status;
    answer.phrase = "Said";
    for (const Header& header : asked.headers)
        for (const std::string_view name : {"Via", "From", "To", "Call-ID", "CSeq", "Record-Route"})
            if (same_ignoring_case(header.name, name)) answer.headers.push_back(header);
    if (status > 100 && answer.find("To")->find("tag=") == std::string::npos)
        answer.set("To", *answer.find("To") + ";tag=" + std::string(tag));
    return answer;
}

}  // namespace innkeeper::calls
