#include "live/http/message.h"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>

#include "base/check.h"

namespace dure {
namespace {

namespace beast = boost::beast;

std::string_view find(const HttpFields& fields, std::string_view name) {
  const beast::string_view wanted(name.data(), name.size());
  for (const auto& [key, value] : fields)
    if (beast::iequals(key, wanted)) return value;
  return {};
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const { return find(headers, name); }
std::string_view HttpResponse::header(std::string_view name) const { return find(headers, name); }

bool is_token(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) >= ' ' && c != 0x7f) || c == '\t';
  });
}

std::string_view reason_phrase(int status) {
  if (status == 413) return "Content Too Large";  // RFC 9110 renamed it
  const auto text = beast::http::obsolete_reason(
      beast::http::int_to_status(static_cast<unsigned>(std::max(status, 0))));
  return {text.data(), text.size()};
}

HttpResponse problem(int status, std::string_view code, std::string_view detail,
                     std::string_view request_id) {
  const auto plain = [](std::string_view text) {
    return is_field_value(text) && text.find_first_of("\"\\\t") == std::string_view::npos;
  };
  CHECK(plain(code) && plain(detail) && plain(request_id));
  std::string body = "{\"type\":\"about:blank\",\"title\":\"";
  body.append(reason_phrase(status)).append("\",\"status\":").append(std::to_string(status));
  body.append(",\"detail\":\"").append(detail).append("\",\"code\":\"").append(code);
  HttpFields headers{{"Content-Type", "application/problem+json"}};
  if (!request_id.empty()) {
    body.append("\",\"request_id\":\"").append(request_id);
    headers.emplace_back("X-Request-Id", request_id);
  }
  body.append("\"}\n");
  return {status, std::move(headers), std::move(body), std::string(code)};
}

}  // namespace dure
