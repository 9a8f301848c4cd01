// Whose process calls us over loopback: the kernel is asked for the other end of the connection by
// netlink (sock_diag(7), inet_diag), one exact look-up and no walk over all sockets.
//
// Invariants: 1. A user id is given only for a socket that some process still holds and whose
//                connection to us still stands after the look-up; else -1. (The kernel says 0 for
//                what nobody holds: taken as it is, a caller that hangs up at once would be root.)
// Whoever forwards a port (ssh -L, a proxy) is seen as itself, not as whom it speaks for.
#pragma once

#include <cstdint>
#include <mutex>

namespace dure::http_inner {

class PeerUids {  // thread safe
 public:
  PeerUids();
  ~PeerUids();
  PeerUids(const PeerUids&) = delete;
  PeerUids& operator=(const PeerUids&) = delete;
  std::int64_t of(int connection);  // a connected TCP socket of ours; -1: not known

 private:
  std::mutex mutex_;
  int netlink_ = -1;
  std::uint32_t number_ = 0;  // of the last question
};

}  // namespace dure::http_inner
