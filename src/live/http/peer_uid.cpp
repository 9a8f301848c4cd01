#include "live/http/inner/peer_uid.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <optional>

namespace dure::http_inner {
namespace {

struct Question {
  nlmsghdr head;
  inet_diag_req_v2 body;
};

// Fills one end of a connection in; false when it is no loopback address.
bool loopback_end(const sockaddr_storage& address, std::uint8_t& family, std::uint16_t& port,
                  std::uint32_t (&out)[4]) {
  std::memset(out, 0, sizeof out);
  in_addr v4{};
  if (address.ss_family == AF_INET) {
    sockaddr_in a{};
    std::memcpy(&a, &address, sizeof a);
    port = a.sin_port;
    v4 = a.sin_addr;
  } else {
    sockaddr_in6 a{};
    std::memcpy(&a, &address, sizeof a);
    port = a.sin6_port;
    if (!IN6_IS_ADDR_V4MAPPED(&a.sin6_addr)) {
      family = AF_INET6;
      std::memcpy(out, &a.sin6_addr, sizeof out);
      return IN6_IS_ADDR_LOOPBACK(&a.sin6_addr);
    }
    std::memcpy(&v4, &a.sin6_addr.s6_addr[12], sizeof v4);
  }
  family = AF_INET;
  out[0] = v4.s_addr;
  return ntohl(v4.s_addr) >> 24 == 127;
}

// Seen from the other end: its own address and port first.
std::optional<Question> question_about(int connection) {
  sockaddr_storage ours{}, theirs{};
  socklen_t ours_size = sizeof ours, theirs_size = sizeof theirs;
  if (::getsockname(connection, reinterpret_cast<sockaddr*>(&ours), &ours_size) != 0 ||
      ::getpeername(connection, reinterpret_cast<sockaddr*>(&theirs), &theirs_size) != 0)
    return std::nullopt;
  Question q{};
  q.head.nlmsg_len = sizeof q;
  q.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  q.head.nlmsg_flags = NLM_F_REQUEST;
  q.body.sdiag_protocol = IPPROTO_TCP;
  q.body.idiag_states = ~0U;
  q.body.id.idiag_cookie[0] = q.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  std::uint8_t our_family = 0;
  if (!loopback_end(theirs, q.body.sdiag_family, q.body.id.idiag_sport, q.body.id.idiag_src) ||
      !loopback_end(ours, our_family, q.body.id.idiag_dport, q.body.id.idiag_dst) ||
      our_family != q.body.sdiag_family)
    return std::nullopt;
  return q;
}

// While our end stands, no later connection can have the same two addresses and ports.
bool stands(int connection) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(connection, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
         (info.tcpi_state == TCP_ESTABLISHED || info.tcpi_state == TCP_CLOSE_WAIT);
}

}  // namespace

PeerUids::PeerUids() {
  netlink_ = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (netlink_ < 0) return;
  const timeval patience{0, 100'000};  // it answers at once, or something is wrong
  ::setsockopt(netlink_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

PeerUids::~PeerUids() {
  if (netlink_ >= 0) ::close(netlink_);
}

std::int64_t PeerUids::of(int connection) {
  std::optional<Question> q = question_about(connection);
  if (!q || netlink_ < 0) return -1;
  const std::scoped_lock lock(mutex_);
  q->head.nlmsg_seq = ++number_;
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (::sendto(netlink_, &*q, sizeof *q, MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&kernel),
               sizeof kernel) != static_cast<ssize_t>(sizeof *q))
    return -1;
  for (;;) {
    alignas(nlmsghdr) std::byte bytes[4096];
    const ssize_t got = ::recv(netlink_, bytes, sizeof bytes, 0);
    if (got < static_cast<ssize_t>(sizeof(nlmsghdr))) return -1;
    nlmsghdr head;
    std::memcpy(&head, bytes, sizeof head);
    if (head.nlmsg_seq != number_) continue;  // of a question that was given up
    if (head.nlmsg_type != SOCK_DIAG_BY_FAMILY ||
        got < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof(inet_diag_msg)))
      return -1;
    inet_diag_msg found;
    std::memcpy(&found, bytes + NLMSG_HDRLEN, sizeof found);
    // Not a listener on that port, held by a process, and still this connection: invariant 1.
    const bool is_it = found.id.idiag_sport == q->body.id.idiag_sport &&
                       found.id.idiag_dport == q->body.id.idiag_dport && found.idiag_inode != 0;
    return is_it && stands(connection) ? static_cast<std::int64_t>(found.idiag_uid) : -1;
  }
}

}  // namespace dure::http_inner
