// An HTTP/1.1 server, TLS where it has a certificate. Door to Boost.Beast: none of its types are
// seen here. A handler may answer later and from any thread: a long poll, a group commit, a stream.
//
// Invariants: 1. Every request is answered once: by send(), stream(), or, if its Reply is dropped,
//                with 500 and code "no_answer".
//             2. A body above `largest_body` is 413 before it was read, headers above
//                `largest_headers` 431, a request that does not come in within `patience_ms` 408.
//             3. stop() takes no new connection, lets answers under way go out for `grace_ms`, ends
//                the streams, then closes.
//             4. A stream whose client does not keep up with `largest_backlog` bytes is closed.
// Handlers run on the server's threads, several at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace dure {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method, target;  // target as it came: /path?query, percent-encoded
  HttpFields headers;          // names in lower case
  std::string body;
  std::string peer;            // address:port of who calls
  std::string client_subject;  // CN of its certificate, if it showed a valid one
  // On a loopback connection: the user id of the process that called; -1: not known.
  std::int64_t peer_uid = -1;
  std::string_view header(std::string_view name) const;  // "": absent
};

struct HttpResponse {
  int status = 200;
  HttpFields headers;  // Content-Type besides others
  std::string body;
  std::string code = {};  // of a problem document, for who looks on; not sent
  std::string_view header(std::string_view name) const;
};

class EventStream {  // of text/event-stream; thread safe
 public:
  virtual ~EventStream() = default;
  virtual bool send(std::shared_ptr<const std::string> bytes) = 0;  // false: it is closed
  virtual bool open() const = 0;
  virtual void close() = 0;
};

class Reply {  // movable; thread safe to answer from any thread
 public:
  struct Answer;
  explicit Reply(std::shared_ptr<Answer> answer);
  Reply(Reply&&) noexcept;
  Reply& operator=(Reply&&) noexcept;
  ~Reply();
  void send(HttpResponse response);
  std::shared_ptr<EventStream> stream(HttpFields headers);

 private:
  std::shared_ptr<Answer> answer_;
};

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  int threads = 2;
  std::size_t largest_body = 1 << 20, largest_headers = 16 << 10, largest_backlog = 256 << 10;
  std::size_t most_connections = 20'000;
  std::int64_t patience_ms = 10'000, idle_ms = 75'000, grace_ms = 5'000;
  std::string certificate_file, key_file;  // PEM; both or none
  std::string client_ca_file;              // certificates of callers are asked for and checked
  // Hears of what is refused before it is a request (413, 431, 408, …). Any thread.
  std::function<void(const HttpResponse&, const std::string& peer)> refused;
};

class HttpServer {
 public:
  using Handler = std::function<void(HttpRequest, Reply)>;
  static Result<std::unique_ptr<HttpServer>> start(const HttpServerOptions& options,
                                                   Handler handler);
  virtual ~HttpServer() = default;
  virtual std::uint16_t port() const = 0;
  virtual std::size_t connections() const = 0;
  virtual void stop() = 0;  // returns when all is closed
};

}  // namespace dure
