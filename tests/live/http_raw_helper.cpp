#include "live/http_raw_helper.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "base/check.h"

namespace dure {
namespace {

constexpr int kPatienceMs = 10'000;

bool readable(int fd, int wait_ms) {
  pollfd what{fd, POLLIN, 0};
  return ::poll(&what, 1, wait_ms) > 0;
}

}  // namespace

RawSocket RawSocket::unconnected() {
  return RawSocket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}
bool RawSocket::connect(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}
RawSocket RawSocket::to(std::uint16_t port) {
  RawSocket socket = unconnected();
  CHECK(socket.connect(port));
  return socket;
}

RawSocket::RawSocket(RawSocket&& other) noexcept : fd_(other.fd_), held_(std::move(other.held_)) {
  other.fd_ = -1;
}
RawSocket::~RawSocket() { close(); }
void RawSocket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

bool RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawSocket::fill() {
  char bytes[16384];
  if (!readable(fd_, kPatienceMs)) return false;
  const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
  if (got <= 0) return false;
  held_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

std::string RawSocket::read_until(std::string_view mark) {
  for (;;) {
    const std::size_t at = mark.empty() ? std::string::npos : held_.find(mark);
    if (at != std::string::npos) {
      std::string out = held_.substr(0, at + mark.size());
      held_.erase(0, at + mark.size());
      return out;
    }
    if (!fill()) return std::exchange(held_, "");
  }
}

std::string RawSocket::read_answer() {
  std::string head = read_until("\r\n\r\n");
  const std::size_t at = head.find("Content-Length: ");
  if (at == std::string::npos) return head;
  std::size_t size = 0;
  std::from_chars(head.data() + at + 16, head.data() + head.size(), size);
  while (held_.size() < size && fill()) {
  }
  head += held_.substr(0, size);
  held_.erase(0, size);
  return head;
}

bool RawSocket::ends() {
  char bytes[16384];
  for (;;) {
    if (!readable(fd_, kPatienceMs)) return false;
    if (::recv(fd_, bytes, sizeof bytes, 0) <= 0) return true;
  }
}

void RawSocket::half_close() { ::shutdown(fd_, SHUT_WR); }

RawServer::RawServer(Script script, const std::string& socket_path) : socket_path_(socket_path) {
  if (socket_path.empty()) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    socklen_t size = sizeof address;
    CHECK(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  } else {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
    CHECK(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  CHECK(::listen(listener_, 16) == 0);
  thread_ = std::thread([this, script = std::move(script)] { serve(script); });
}

RawServer::~RawServer() {
  going_ = true;
  ::shutdown(listener_, SHUT_RDWR);  // wakes the thread
  thread_.join();
  ::close(listener_);
  if (!socket_path_.empty()) ::unlink(socket_path_.c_str());
}

std::string RawServer::url() const {
  return socket_path_.empty() ? "http://127.0.0.1:" + std::to_string(port_)
                              : "unix:" + socket_path_;
}

void RawServer::serve(const Script& script) {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0 || going_) {
      if (fd >= 0) ::close(fd);
      return;
    }
    RawSocket socket(fd);
    script(connections_++, socket);
  }
}

bool comes_true(const std::function<bool()>& what) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (!what()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace dure
