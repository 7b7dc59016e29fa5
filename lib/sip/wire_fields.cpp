#include "sip/wire_fields.h"

#include <sofia-sip/url.h>

namespace innkeeper::sip {

void write_url(WireWriter& out, const void* url) {
    char text[1024];
    const auto length = url_e(text, sizeof text, static_cast<const url_t*>(url));
    if (length < 0 || static_cast<std::size_t>(length) >= sizeof text) {
        out.fail();
        return;
    }
    out.foreign(std::string_view(text, static_cast<std::size_t>(length)));
}

void write_params(WireWriter& out, const char* const* params) {
    for (; params != nullptr && *params != nullptr; ++params) out.own(";").foreign(*params);
}

void write_name_addr(WireWriter& out, const char* display, const void* url, const char* const* params) {
    if (display != nullptr && *display != '\0') out.foreign(display).own(" ");
    out.own("<");
    write_url(out, url);
    out.own(">");
    write_params(out, params);
}

}  // namespace innkeeper::sip
