// The other side of HTTP by hand: bytes over plain sockets, for tests of our server and client.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "temp_folder.h"

namespace dure {

// A connected socket; every wait ends after ten seconds.
class RawSocket {
 public:
  explicit RawSocket(int fd) : fd_(fd) {}
  static RawSocket to(std::uint16_t port);  // on 127.0.0.1
  static RawSocket unconnected();
  bool connect(std::uint16_t port);
  RawSocket(RawSocket&& other) noexcept;
  RawSocket& operator=(RawSocket&&) = delete;
  ~RawSocket();
  bool send(std::string_view bytes);  // false: the other side has closed
  // What came until `mark` did, or the end (then all of it), or the ten seconds were over.
  std::string read_until(std::string_view mark);
  std::string read_all() { return read_until(""); }
  // One answer: its head, and a body of its Content-Length.
  std::string read_answer();
  // Whether the other side ends within the ten seconds; what comes before is dropped.
  bool ends();
  void half_close();
  void close();
  int fd() const { return fd_; }

 private:
  bool fill();
  int fd_;
  std::string held_;
};

// A server that plays script(n-th connection, its socket), one at a time, until it goes.
class RawServer {
 public:
  using Script = std::function<void(int, RawSocket&)>;
  explicit RawServer(Script script, const std::string& socket_path = "");
  ~RawServer();
  std::string url() const;
  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }

 private:
  void serve(const Script& script);
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::string socket_path_;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> going_ = false;
  std::thread thread_;
};

// Polls until what() is true; false after ten seconds.
bool comes_true(const std::function<bool()>& what);

}  // namespace dure
