// What an HTTP message may hold: names and values of fields, reason phrases, and problem documents
// of RFC 9457.
#pragma once

#include <string>
#include <string_view>

#include "live/http/server.h"

namespace dure {

bool is_token(std::string_view text);        // of RFC 9110 §5.6.2: fit for the name of a field
bool is_field_value(std::string_view text);  // nothing in it ends the line early
std::string_view reason_phrase(int status);

// {"type": "about:blank", "title": …, "status": …, "detail": …, "code": …} for what the server
// itself refuses; code is stable, detail is for people. Both are ours, and need no escapes.
HttpResponse problem(int status, std::string_view code, std::string_view detail,
                     std::string_view request_id = "");

}  // namespace dure
