#include "sip/parsed_message.h"

#include <sofia-sip/msg.h>
#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>

#include "base/assert.h"

namespace innkeeper::sip {
namespace {

// The parser, told of the headers that this server reads; all others it passes over without a look inside: they cost
// little, and nothing wrong in them matters (RFC 3261 section 8.2.2).
const msg_mclass_t* parser() {
    static const msg_mclass_t* const made = [] {
        constexpr const char* needed[] = {
            "Via",     "From",      "To",   "Call-ID",        "CSeq",       "Contact",       "Expires",
            "Require", "Supported", "Path", "Content-Length", "User-Agent", "Authorization", "Route"};
        msg_mclass_t* out = msg_mclass_clone(sip_default_mclass(), 0, 1);
        INNKEEPER_ASSERT(out != nullptr);
        for (const char* name : needed)
            INNKEEPER_ASSERT(msg_mclass_insert(out, msg_find_hclass(sip_default_mclass(), name, nullptr)) == 0);
        return out;
    }();
    return made;
}

}  // namespace

ParsedMessage::ParsedMessage(std::string_view octets) {
    // A null octet would end a text of the parser's early: what follows it would be judged by nobody.
    const bool has_null = octets.find('\0') != std::string_view::npos;
    message_ = msg_make(parser(), 0, octets.data(), static_cast<ssize_t>(octets.size()));
    if (message_ == nullptr) return;
    sip_ = sip_object(message_);
    sound_ = !has_null && sip_ != nullptr && sip_->sip_error == nullptr && msg_has_error(message_) == 0 &&
             msg_get_flags(message_, MSG_FLG_ERROR | MSG_FLG_TRUNC | MSG_FLG_TOOLARGE) == 0;
}

ParsedMessage::~ParsedMessage() {
    if (message_ != nullptr) msg_destroy(message_);
}

}  // namespace innkeeper::sip
