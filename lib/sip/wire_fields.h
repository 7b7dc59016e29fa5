// Parsed pieces of headers back into text, for an answer's copies and for the core.
#pragma once

#include "sip/wire_writer.h"

namespace innkeeper::sip {

// `url` is a sofia url_t, `params` a list of "name" and "name=value" that ends with a null pointer, or null.
void write_url(WireWriter& out, const void* url);
void write_params(WireWriter& out, const char* const* params);
// name-addr with parameters (RFC 3261 section 25.1), always in angle brackets.
void write_name_addr(WireWriter& out, const char* display, const void* url, const char* const* params);

}  // namespace innkeeper::sip
