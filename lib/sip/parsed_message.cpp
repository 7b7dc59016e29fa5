#include "sip/parsed_message.h"

#include <sofia-sip/msg.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>

namespace innkeeper::sip {

ParsedMessage::ParsedMessage(std::string_view octets) {
    // A null octet would end a text of the parser's early: what follows it would be judged by nobody.
    const bool has_null = octets.find('\0') != std::string_view::npos;
    message_ = msg_make(sip_default_mclass(), 0, octets.data(), static_cast<ssize_t>(octets.size()));
    if (message_ == nullptr) return;
    sip_ = sip_object(message_);
    sound_ = !has_null && sip_ != nullptr && sip_->sip_error == nullptr && msg_has_error(message_) == 0 &&
             msg_get_flags(message_, MSG_FLG_ERROR | MSG_FLG_TRUNC | MSG_FLG_TOOLARGE) == 0;
}

ParsedMessage::~ParsedMessage() {
    if (message_ != nullptr) msg_destroy(message_);
}

}  // namespace innkeeper::sip
