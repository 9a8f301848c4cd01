// Messages of HTTP/1.1 as they come in, put straight into ours: Boost.Beast's grammar (RFC 9112),
// our structs. For the files of live/http only.
//
// Invariants: 1. Fields of a trailer are dropped: they came after what they might change.
//             2. No memory is taken for a body that was only announced.
#pragma once

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "live/http/server.h"

namespace dure::http_inner {

namespace beast = boost::beast;
namespace net = boost::asio;
using beast::error_code;

inline std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

inline std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// What requests and answers have in common: fields and a body.
template <bool is_request>
class Parser : public beast::http::basic_parser<is_request> {
 public:
  HttpFields headers;
  std::string body;

 protected:
  // ec to stop the reading.
  virtual void take(std::string_view piece, error_code& ec) {
    (void)ec;
    body += piece;
  }

 private:
  using Field = beast::http::field;
  using Text = beast::string_view;
  void on_request_impl(beast::http::verb, Text, Text, int, error_code&) override {}
  void on_response_impl(int, Text, int, error_code&) override {}
  void on_field_impl(Field, Text name, Text value, error_code&) override {
    if (in_body_) return;  // invariant 1
    headers.emplace_back(lower_case(view(name)), std::string(view(value)));
  }
  void on_header_impl(error_code&) override { in_body_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    constexpr std::uint64_t most = 64 << 10;  // invariant 2
    if (length) body.reserve(static_cast<std::size_t>(std::min(*length, most)));
  }
  std::size_t on_body_impl(Text piece, error_code& ec) override {
    take(view(piece), ec);
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, error_code& ec) override {
    take(view(piece), ec);
    return piece.size();
  }
  void on_finish_impl(error_code&) override {}

  bool in_body_ = false;
};

class RequestParser final : public Parser<true> {
 public:
  std::string method, target;

 private:
  void on_request_impl(beast::http::verb, beast::string_view method_text,
                       beast::string_view target_text, int, error_code&) override {
    method = view(method_text);
    target = view(target_text);
  }
};

class AnswerParser final : public Parser<false> {
 public:
  // sink: takes the body of a 200, piece by piece, until it returns false; null: it is kept here.
  explicit AnswerParser(const std::function<bool(std::string_view)>* sink) : sink_(sink) {}
  int status = 0;
  bool sink_is_full = false;
  bool sinks() const { return sink_ != nullptr && status == 200; }

 private:
  void on_response_impl(int code, beast::string_view, int, error_code&) override { status = code; }
  void take(std::string_view piece, error_code& ec) override {
    if (!sinks()) {
      body += piece;
    } else if (!(*sink_)(piece)) {
      sink_is_full = true;
      ec = beast::http::error::end_of_stream;
    }
  }

  const std::function<bool(std::string_view)>* sink_;
};

}  // namespace dure::http_inner
