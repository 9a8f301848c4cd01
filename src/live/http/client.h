// An HTTP/1.1 client with keep-alive: http://, https:// and unix:PATH (a server on a unix socket).
// Door to Boost.Beast: none of its types are seen here.
//
// Invariants: 1. No call takes longer than its deadline, connecting and TLS included.
//             2. A request is sent once. If a kept connection turns out to be closed before a byte
//             of
//                an answer came, it is sent again only if its method is GET, or if `repeatable`
//                says that twice does no harm.
// One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "live/http/server.h"

namespace dure {

struct HttpClientOptions {
  std::string ca_file;                                // PEM; empty: those of the system
  std::string certificate_file, key_file;             // our own, for mTLS
  std::size_t largest_body = std::size_t{256} << 20;  // of an answer
};

struct HttpCall {
  std::string method = "GET", target = "/";
  HttpFields headers;
  std::string body;
  std::int64_t deadline_ms = 10'000;
  bool repeatable = false;
};

class HttpClient {
 public:
  // url: scheme and place, and a path that goes before every target. Nothing is connected yet.
  static Result<std::unique_ptr<HttpClient>> open(const std::string& url,
                                                  const HttpClientOptions& options = {});
  virtual ~HttpClient() = default;
  // A Fault: there is no whole answer. Fault::found says how far it came: "not_connected" (nothing
  // was sent), "no_answer" (it may have been carried out).
  virtual Result<HttpResponse> call(const HttpCall& call) = 0;
  // As call(), but hands the body on as it comes until take() returns false, the server ends it, or
  // nothing came for deadline_ms. The response that is returned has no body, unless its status is
  // not 200.
  virtual Result<HttpResponse> stream(const HttpCall& call,
                                      const std::function<bool(std::string_view)>& take) = 0;
};

}  // namespace dure
