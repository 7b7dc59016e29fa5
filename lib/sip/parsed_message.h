// One message as sofia-sip's parser sees it. The parser is all of sofia that a stranger's octets reach here: no
// transport, no transaction.
#pragma once

#include <string_view>

struct sip_s;
struct msg_s;

namespace innkeeper::sip {

// Owns the parsed form of a copy of `octets`; whatever comes out of sip() lives as long as this.
class ParsedMessage {
public:
    explicit ParsedMessage(std::string_view octets);
    ~ParsedMessage();
    ParsedMessage(const ParsedMessage&) = delete;
    ParsedMessage& operator=(const ParsedMessage&) = delete;

    const sip_s* sip() const { return sip_; }  // null: not SIP at all
    // Every header was understood, and the body is as long as announced.
    bool sound() const { return sound_; }

private:
    msg_s* message_ = nullptr;
    const sip_s* sip_ = nullptr;
    bool sound_ = false;
};

}  // namespace innkeeper::sip
