// One connection of the server, and what all of them share. For the files of live/http only.
//
// Invariants: 1. All that a session does happens on its strand; other threads hand work to it by
//                hand_over().
//             2. Of a connection, one request is under way at a time; the next is read when its
//                answer has gone out: answers come in order.
//             3. Each phase has a deadline, besides the handler's turn and an open stream.
//             4. A stream holds no buffer and no parser.
// Phases: handshake -> idle -> reading -> handling -> writing -> idle | lingering -> closed
//                                         handling -> streaming -> lingering | closed
// Lingering: our side has ended; what still comes is dropped for a while, so that the kernel does
// not take our last answer back with a reset (RFC 9112 §9.6).
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/check.h"
#include "live/http/inner/event_queue.h"
#include "live/http/inner/parsers.h"
#include "live/http/inner/peer_uid.h"
#include "live/http/inner/tls.h"
#include "live/http/server.h"

namespace dure::http_inner {

using Strand = net::strand<net::io_context::executor_type>;
using TcpSocket = net::basic_stream_socket<net::ip::tcp, Strand>;

inline constexpr std::int64_t kNever = INT64_MAX;
std::int64_t now_ms();  // of the steady clock

class Session;

struct Core {
  Core(const HttpServerOptions& o, HttpServer::Handler h, TlsContext t)
      : options(o), handler(std::move(h)), tls(std::move(t)), loop(o.threads) {}

  const HttpServerOptions options;
  const HttpServer::Handler handler;
  const TlsContext tls;  // null: plain
  PeerUids uids;
  net::io_context loop;

  // Of all connections that are not closed.
  mutable std::mutex mutex;
  std::condition_variable changed;  // one was closed, or became a stream
  std::unordered_set<Session*> sessions;
  std::size_t admitted = 0, streams = 0;
  std::atomic<bool> stopping = false;
  std::atomic<std::uint64_t> refusals = 0;

  std::vector<std::shared_ptr<Session>> all() const;

  // A Reply may outlive the server: once nobody runs the loop, nothing may be put into it.
  std::shared_mutex gate;
  bool stopped = false;
};

class Session final : public std::enable_shared_from_this<Session> {
 public:
  enum class Entry { admitted, turned_away };  // turned away: 503, and that is all
  Session(std::shared_ptr<Core> core, TcpSocket socket);
  ~Session();
  // False: the server is stopping, and the session is not taken up.
  bool enter(Entry entry);
  void start();

  // From any thread.
  void answer(HttpResponse response);
  std::shared_ptr<EventStream> stream(HttpFields headers);
  void end_at_deadline(std::int64_t now);  // cheap while there is time left
  void end_if_idle();                      // no request of it has begun to come in
  void end_stream();
  void cut();
  template <class Work>
  void hand_over(Work work);  // invariant 1
  void wake_stream();

 private:
  enum class Phase { handshake, idle, reading, handling, writing, streaming, lingering, closed };

  // session.cpp: what comes in
  void shake_hands();
  void next_request();
  void read();
  void on_read(error_code ec, std::size_t size);
  void parse();
  bool feed();
  bool head_is_fine();
  void on_told_to_go_on(error_code ec);
  void go_on_reading();
  void handle();
  void expire();

  // session_out.cpp: what goes out
  void refuse(int status, std::string_view code, std::string_view detail);
  void write(HttpResponse response);
  void on_written(error_code ec);
  void begin_stream(HttpFields headers);
  void send_events();
  void end_events();
  void linger();
  void drain();
  void close();
  void on_events_sent(error_code ec);
  // Then: a member function of an error_code. One write at a time.
  using Then = void (Session::*)(error_code);
  template <class Buffers>
  void write_all(const Buffers& buffers, Then then);

  void set_deadline_in(std::int64_t ms) { deadline_ms_ = now_ms() + ms; }

  const std::shared_ptr<Core> core_;
  TcpSocket socket_;
  std::unique_ptr<net::ssl::stream<TcpSocket&>> tls_;
  Phase phase_ = Phase::handshake;
  std::atomic<std::int64_t> deadline_ms_ = kNever;
  bool turned_away_ = false, entered_ = false, is_stream_ = false;
  bool read_pending_ = false, past_tls_ = false;  // past: read the socket below TLS

  beast::flat_buffer buffer_;
  std::unique_ptr<RequestParser> parser_;  // of the request that comes in
  bool head_checked_ = false;
  bool keep_alive_ = false, head_only_ = false, chunked_ = false;  // of the one under way
  std::string peer_, subject_;
  std::optional<std::int64_t> uid_;  // looked up with the first request
  std::size_t drained_ = 0;          // bytes that nobody wanted

  std::string out_head_, out_body_;
  std::size_t written_ = 0;
  std::shared_ptr<EventQueue> events_;  // set once; shared with the application's handle
  Events going_out_;
  bool write_pending_ = false;
  std::array<char, 64> scratch_{};
};

template <class Buffers>
void Session::write_all(const Buffers& buffers, Then then) {
  CHECK(!write_pending_);
  write_pending_ = true;
  written_ = 0;
  // A client that takes some of it has its time again.
  const auto progress = [this](const error_code& ec, std::size_t written) -> std::size_t {
    if (written > written_ && phase_ == Phase::writing) set_deadline_in(core_->options.idle_ms);
    written_ = written;
    return ec ? 0 : std::size_t{64} << 10;
  };
  const auto done = [self = shared_from_this(), then](error_code ec, std::size_t) {
    self->write_pending_ = false;
    ((*self).*then)(ec);
  };
  if (tls_) {
    net::async_write(*tls_, buffers, progress, done);
  } else {
    net::async_write(socket_, buffers, progress, done);
  }
}

template <class Work>
void Session::hand_over(Work work) {
  if (socket_.get_executor().running_in_this_thread()) {
    work();
    return;
  }
  const std::shared_lock lock(core_->gate);
  if (core_->stopped) return;
  net::post(socket_.get_executor(), std::move(work));
}

}  // namespace dure::http_inner

struct dure::Reply::Answer {
  explicit Answer(std::shared_ptr<http_inner::Session> s) : session(std::move(s)) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer();                                     // dropped: 500
  std::shared_ptr<http_inner::Session> session;  // null: answered
};
