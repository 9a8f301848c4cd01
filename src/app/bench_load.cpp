#include "app/bench_load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <string_view>

#include "base/check.h"

namespace dure {
namespace {

Fault no(const std::string& what) { return {"load", what, std::strerror(errno), ""}; }

Result<int> connected(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return no("a socket");
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    const Fault fault = no("a connection");
    ::close(fd);
    return fault;
  }
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

struct Line {  // a connection
  int fd = -1;
  bool busy = false;
  double due = 0;
  std::string out, in;
  std::size_t sent = 0;
};

// The length of the whole answer at the start of `text`; 0: not all of it is there.
std::size_t answer_in(std::string_view text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t at = text.substr(0, head).find(kLength);
  std::size_t body = 0;
  if (at != std::string_view::npos) {
    const char* const from = text.data() + at + kLength.size();
    std::from_chars(from, text.data() + head, body);
  }
  return text.size() >= head + 4 + body ? head + 4 + body : 0;
}

class Loading {
 public:
  explicit Loading(const Load& load) : load_(load), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}
  Loading(const Loading&) = delete;
  Loading& operator=(const Loading&) = delete;
  ~Loading() {
    for (const Line& l : lines_) ::close(l.fd);
    ::close(epoll_);
  }

  Result<LoadResult> run() {
    lines_.resize(static_cast<std::size_t>(load_.connections));
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      TRY(fd, connected(load_.port));
      lines_[i].fd = fd;
      epoll_event event{EPOLLIN, {.u64 = i}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
      idle_.push_back(i);
    }
    began_ = seconds_now();
    while (out_.good + out_.bad < load_.requests) {
      const double now = seconds_now();
      if (now - began_ > load_.deadline_s)
        return Fault{"load", "an end within the deadline",
                     std::to_string(out_.good + out_.bad) + " answers", ""};
      while (!idle_.empty() && next_ < load_.requests && due(next_) <= now) begin();
      int wait_ms = 100;
      if (!idle_.empty() && next_ < load_.requests)
        wait_ms = std::clamp(static_cast<int>(std::floor((due(next_) - now) * 1000)), 0, 100);
      epoll_event events[64];
      const int n = ::epoll_wait(epoll_, events, 64, wait_ms);
      for (int i = 0; i < n; ++i) {
        TRY(heard, hear(lines_[events[i].data.u64], events[i].data.u64));
        (void)heard;
      }
    }
    out_.seconds = seconds_now() - began_;
    std::sort(out_.ms.begin(), out_.ms.end());
    return std::move(out_);
  }

 private:
  double due(std::size_t i) const {
    return load_.per_s > 0 ? began_ + static_cast<double>(i) / load_.per_s : began_;
  }
  void begin() {
    Line& line = lines_[idle_.back()];
    idle_.pop_back();
    line.due = load_.per_s > 0 ? due(next_) : seconds_now();
    line.busy = true;
    const std::string bytes = load_.request(next_++);
    // A request of a few hundred bytes fits into a socket that nothing else is in.
    CHECK(::send(line.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(bytes.size()));
  }
  Result<Done> hear(Line& line, std::size_t index) {
    char part[65'536];
    const ssize_t n = ::recv(line.fd, part, sizeof part, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return Done{};
    if (n <= 0) return no("an answer");
    line.in.append(part, static_cast<std::size_t>(n));
    const std::size_t size = answer_in(line.in);
    if (size == 0) return Done{};
    if (line.in.starts_with("HTTP/1.1 2")) {
      ++out_.good;
      out_.ms.push_back((seconds_now() - line.due) * 1000);
    } else {
      ++out_.bad;
    }
    line.in.erase(0, size);
    line.busy = false;
    idle_.push_back(index);
    return Done{};
  }

  const Load& load_;
  const int epoll_;
  std::vector<Line> lines_;
  std::vector<std::size_t> idle_;
  std::size_t next_ = 0;
  double began_ = 0;
  LoadResult out_;
};

}  // namespace

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double LoadResult::percentile(double share) const {
  if (ms.empty()) return 0;
  const auto at = static_cast<std::size_t>(share * static_cast<double>(ms.size()));
  return ms[std::min(at, ms.size() - 1)];
}

Result<LoadResult> load(const Load& what) { return Loading(what).run(); }

std::string http_get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: bench\r\n\r\n";
}
std::string http_post(const std::string& target, const std::string& json) {
  return "POST " + target + " HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n" +
         "Content-Length: " + std::to_string(json.size()) + "\r\n\r\n" + json;
}

Result<HeldConnections> HeldConnections::open(std::uint16_t port, std::size_t count,
                                              const std::string& request) {
  HeldConnections out;
  for (std::size_t i = 0; i < count; ++i) {
    TRY(fd, connected(port));
    out.sockets_.push_back(fd);
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size()))
      return no("room for a request");
  }
  const std::size_t heard = out.hear(60);
  if (heard != count)
    return Fault{"load", std::to_string(count) + " answers", std::to_string(heard), ""};
  return out;
}

HeldConnections::~HeldConnections() {
  for (const int fd : sockets_) ::close(fd);
}

std::size_t HeldConnections::hear(double seconds) {
  std::vector<pollfd> waits;
  for (const int fd : sockets_) waits.push_back({fd, POLLIN, 0});
  std::size_t heard = 0;
  for (const double end = seconds_now() + seconds; heard < waits.size() && seconds_now() < end;) {
    if (::poll(waits.data(), waits.size(), 100) < 0) break;
    for (pollfd& w : waits) {
      if ((w.revents & POLLIN) == 0) continue;
      char part[4096];
      if (::recv(w.fd, part, sizeof part, 0) <= 0) continue;
      ++heard;
      w.fd = -1;  // poll passes it over
    }
  }
  return heard;
}

}  // namespace dure
