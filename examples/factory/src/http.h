// A small HTTP/1.1 server. Door to Boost.Beast: none of its types are seen here.
//
// Invariants: 1. Every request read is answered once, also while stopping.
//             2. A body above `largest_body` is 413, headers above 8 KiB 431; a request that does
//             not
//                come in within `patience_s`, and a connection idle as long, are closed.
//             3. SIGTERM or SIGINT: no new connection, idle ones closed, answers under way go out;
//                after `grace_s` `hurry` is called, once. run() returns when the last one is gone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace factory {

struct HttpRequest {
  std::string method, path, body;
};
struct HttpAnswer {
  int status = 200;
  std::string type = "application/json", body;
  std::string allow;  // of 405
};
using HttpReply = std::function<void(HttpAnswer)>;  // from any thread, once

struct HttpOptions {
  std::string address;
  std::uint16_t port = 0;  // 0: any free one
  std::size_t largest_body = 64 << 10, most_connections = 256;
  int patience_s = 15, grace_s = 20;
};

class HttpServer {
 public:
  // `handle` runs on the thread of run(): what takes time must answer from another.
  HttpServer(const HttpOptions& options, std::function<void(HttpRequest, HttpReply)> handle,
             std::function<void()> hurry);
  ~HttpServer();
  std::uint16_t port() const;
  void run();

  struct Inside;

 private:
  std::shared_ptr<Inside> inside_;
};

}  // namespace factory
