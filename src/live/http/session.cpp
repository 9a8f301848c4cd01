#include "live/http/inner/session.h"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <chrono>
#include <string_view>

#include "base/check.h"

namespace dure::http_inner {
namespace {

namespace http = beast::http;

constexpr std::size_t kHeadRead = 4 << 10, kBodyRead = 64 << 10;
// What is held and makes no part of a request yet: a line that a chunk begins with, a trailer.
constexpr std::size_t kLargestHeld = 16 << 10;
constexpr std::size_t kKept = 8 << 10;  // a buffer that grew beyond gives its memory back

bool same(std::string_view a, std::string_view b) {
  return beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

}  // namespace

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::vector<std::shared_ptr<Session>> Core::all() const {
  std::vector<std::shared_ptr<Session>> out;
  const std::scoped_lock lock(mutex);
  out.reserve(sessions.size());
  for (Session* session : sessions)
    if (auto held = session->weak_from_this().lock()) out.push_back(std::move(held));
  return out;
}

Session::Session(std::shared_ptr<Core> core, TcpSocket socket)
    : core_(std::move(core)),
      socket_(std::move(socket)),
      buffer_(2 * core_->options.largest_headers + kLargestHeld + kBodyRead) {}

Session::~Session() {
  if (phase_ != Phase::closed) close();
}

bool Session::enter(Entry entry) {
  const std::scoped_lock lock(core_->mutex);
  if (core_->stopping) return false;
  turned_away_ = entry == Entry::turned_away;
  entered_ = true;
  core_->sessions.insert(this);
  if (!turned_away_) ++core_->admitted;
  return true;
}

void Session::start() {
  error_code ec;
  const auto peer = socket_.remote_endpoint(ec);
  if (ec) {  // it has gone already
    close();
    return;
  }
  const std::string address = peer.address().to_string();
  peer_ =
      (peer.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(peer.port());
  socket_.set_option(net::ip::tcp::no_delay(true), ec);
  socket_.set_option(net::socket_base::keep_alive(true), ec);
  if (core_->tls) {
    shake_hands();
  } else if (turned_away_) {
    refuse(503, "too_many_connections", "the server has as many connections as it may have");
  } else {
    next_request();
  }
}

void Session::shake_hands() {
  set_deadline_in(core_->options.patience_ms);
  tls_ = std::make_unique<net::ssl::stream<TcpSocket&>>(socket_, *core_->tls);
  tls_->async_handshake(net::ssl::stream_base::server, [self = shared_from_this()](error_code ec) {
    Session& s = *self;
    if (s.phase_ != Phase::handshake) return;
    if (ec) {
      s.close();
    } else if (s.turned_away_) {
      s.refuse(503, "too_many_connections", "the server has as many connections as it may have");
    } else {
      s.subject_ = checked_common_name(s.tls_->native_handle());
      s.next_request();
    }
  });
}

void Session::next_request() {
  phase_ = Phase::idle;
  set_deadline_in(core_->options.idle_ms);
  if (buffer_.size() == 0 && buffer_.capacity() > kKept) buffer_.shrink_to_fit();
  if (buffer_.size() > 0) {
    parse();
  } else {
    read();
  }
}

void Session::read() {
  if (read_pending_) return;
  read_pending_ = true;
  const auto then = [self = shared_from_this()](error_code ec, std::size_t size) {
    self->on_read(ec, size);
  };
  const auto from = [&](const auto& room) {
    if (tls_ && !past_tls_) {
      tls_->async_read_some(room, then);
    } else {
      socket_.async_read_some(room, then);
    }
  };
  if (phase_ == Phase::streaming) {  // invariant 4: it only shows whether the client is there
    from(net::buffer(scratch_));
  } else {
    const bool in_body = parser_ && parser_->is_header_done();
    from(buffer_.prepare(
        std::min(in_body ? kBodyRead : kHeadRead, buffer_.max_size() - buffer_.size())));
  }
}

void Session::on_read(error_code ec, std::size_t size) {
  read_pending_ = false;
  switch (phase_) {
    case Phase::idle:
    case Phase::reading:
      buffer_.commit(size);
      if (ec) {
        close();
      } else {
        parse();
      }
      return;
    case Phase::streaming:
    case Phase::lingering: drained_ += size; return ec ? close() : drain();
    case Phase::writing:  // what came while a time-out was answered
    case Phase::handshake:
    case Phase::handling:
    case Phase::closed: return;
  }
}

void Session::parse() {
  if (phase_ == Phase::idle) {
    // An empty line before a request is let pass (RFC 9112 §2.2).
    while (buffer_.size() > 0) {
      const char first = *static_cast<const char*>(buffer_.data().data());
      if (first != '\r' && first != '\n') break;
      buffer_.consume(1);
    }
    if (buffer_.size() == 0) {
      read();
      return;
    }
    phase_ = Phase::reading;
    set_deadline_in(core_->options.patience_ms);
    parser_ = std::make_unique<RequestParser>();
    parser_->header_limit(static_cast<std::uint32_t>(core_->options.largest_headers));
    parser_->body_limit(core_->options.largest_body);
    head_checked_ = false;
  }
  if (!feed()) return;
  if (parser_->is_done()) {
    handle();
  } else {
    go_on_reading();
  }
}

// Gives the parser what is held. False: the request was refused, or is told to go on.
bool Session::feed() {
  while (!parser_->is_done() && buffer_.size() > 0) {
    error_code ec;
    buffer_.consume(parser_->put(buffer_.data(), ec));
    if (ec == http::error::header_limit) {
      refuse(431, "headers_too_large", "the headers are larger than the server reads");
      return false;
    }
    if (ec == http::error::body_limit) {
      refuse(413, "body_too_large", "the body is larger than the server reads");
      return false;
    }
    if (ec && ec != http::error::need_more) {
      refuse(400, "malformed_request", "the request is not HTTP/1.1");
      return false;
    }
    if (parser_->is_header_done() && !std::exchange(head_checked_, true) && !head_is_fine())
      return false;
    if (ec) break;  // need_more
  }
  return true;
}

// What the grammar does not say. False: refused, or the client was told to go on.
bool Session::head_is_fine() {
  const auto refused = [&](std::string_view why) {
    refuse(400, "malformed_request", why);
    return false;
  };
  std::size_t hosts = 0;
  bool encoded = false, only_chunked = true, waits = false, expects_other = false;
  for (const auto& [name, value] : parser_->headers) {
    if (name == "host") ++hosts;
    if (name == "transfer-encoding") {
      encoded = true;
      only_chunked = only_chunked && same(value, "chunked");
    }
    if (name == "expect") (same(value, "100-continue") ? waits : expects_other) = true;
  }
  const bool is_new = parser_->version >= 11;
  if (hosts != 1 && (is_new || hosts > 1)) return refused("a request has one Host");
  // Where two readers could see two ends of the body, there may be a second request inside.
  if (encoded && (!is_new || !only_chunked || !parser_->chunked()))
    return refused("the only transfer encoding is chunked");
  if (expects_other && is_new) {
    refuse(417, "expectation_failed", "the only expectation that is met is 100-continue");
    return false;
  }
  if (!waits || !is_new || parser_->is_done() || buffer_.size() > 0) return true;
  static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
  write_all(net::buffer(kGoOn.data(), kGoOn.size()), &Session::on_told_to_go_on);
  return false;
}

void Session::on_told_to_go_on(error_code ec) {
  if (phase_ != Phase::reading) return;
  if (ec) {
    close();
  } else {
    read();
  }
}

void Session::go_on_reading() {
  if (buffer_.size() < buffer_.max_size() &&
      (!parser_->is_header_done() || buffer_.size() < kLargestHeld)) {
    read();
  } else {
    refuse(400, "malformed_request", "a line of the body's encoding has no end");
  }
}

void Session::handle() {
  phase_ = Phase::handling;
  deadline_ms_ = kNever;
  keep_alive_ = parser_->keep_alive();
  head_only_ = parser_->method == "HEAD";
  chunked_ = parser_->version >= 11;
  if (!uid_) uid_ = core_->uids.of(socket_.native_handle());
  HttpRequest request{std::move(parser_->method),
                      std::move(parser_->target),
                      std::move(parser_->headers),
                      std::move(parser_->body),
                      peer_,
                      subject_,
                      *uid_};
  parser_.reset();
  Reply reply(std::make_shared<Reply::Answer>(shared_from_this()));
  try {
    core_->handler(std::move(request), std::move(reply));
  } catch (...) {  // its Reply has answered as it was dropped
  }
}

void Session::end_at_deadline(std::int64_t now) {
  if (deadline_ms_ > now) return;
  hand_over([self = shared_from_this()] {
    if (self->deadline_ms_ <= now_ms()) self->expire();
  });
}

void Session::expire() {
  if (phase_ == Phase::reading && !write_pending_) {
    refuse(408, "timeout", "the request did not come in within its time");
  } else {
    close();
  }
}

void Session::end_if_idle() {
  hand_over([self = shared_from_this()] {
    if (self->phase_ == Phase::handshake || self->phase_ == Phase::idle) self->close();
  });
}

void Session::cut() {
  hand_over([self = shared_from_this()] { self->close(); });
}

}  // namespace dure::http_inner
