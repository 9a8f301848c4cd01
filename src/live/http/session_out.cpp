// What a session sends: answers, streams, its end.
#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "live/http/inner/session.h"
#include "live/http/message.h"

namespace dure::http_inner {
namespace {

constexpr std::size_t kInOnePiece = 16 << 10;  // copied together: one write, one TLS record
constexpr std::size_t kKept = 1 << 10;         // a string that grew beyond gives its memory back
constexpr std::int64_t kLingerMs = 2'000;
constexpr std::size_t kMostDrained = std::size_t{64} << 20;
constexpr std::size_t kMostIntoStream = 64 << 10;

bool has_body(int status) { return status != 204 && status != 304; }

void append_number(std::string& out, std::size_t n, int base) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), n, base).ptr;
  out.append(digits.data(), end);
}

// Status line and fields; the length and the connection are ours to say. A field that would end its
// line early is left out: what it says may come from outside.
void append_head(std::string& out, int status, const HttpFields& fields) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(status), 10);
  out.append(" ").append(reason_phrase(status)).append("\r\n");
  for (const auto& [name, value] : fields) {
    if (!is_token(name) || !is_field_value(value)) continue;
    const std::string lower = lower_case(name);
    if (lower == "content-length" || lower == "transfer-encoding" || lower == "connection")
      continue;
    out.append(name).append(": ").append(value).append("\r\n");
  }
}

void give_back(std::string& text) {
  text.clear();
  if (text.capacity() > kKept) text.shrink_to_fit();
}

// The application's end of a stream. Dropped, it ends the stream: nobody could send any more.
class StreamHandle final : public EventStream {
 public:
  StreamHandle(std::weak_ptr<Session> session, std::shared_ptr<EventQueue> events)
      : session_(std::move(session)), events_(std::move(events)) {}
  StreamHandle(const StreamHandle&) = delete;
  StreamHandle& operator=(const StreamHandle&) = delete;
  ~StreamHandle() override { StreamHandle::close(); }

  bool send(std::shared_ptr<const std::string> bytes) override {
    const auto pushed = events_->push(std::move(bytes));
    if (pushed == EventQueue::Pushed::queued) return true;
    if (pushed == EventQueue::Pushed::closed) return false;
    const auto session = session_.lock();
    if (!session) return false;
    if (pushed == EventQueue::Pushed::overflow) {
      session->cut();
      return false;
    }
    session->wake_stream();
    return true;
  }
  bool open() const override { return events_->open(); }
  void close() override {
    if (!events_->close()) return;
    if (const auto session = session_.lock()) session->wake_stream();
  }

 private:
  const std::weak_ptr<Session> session_;
  const std::shared_ptr<EventQueue> events_;
};

}  // namespace

void Session::answer(HttpResponse response) {
  CHECK(response.status >= 200 && response.status <= 599);
  hand_over([self = shared_from_this(), response = std::move(response)]() mutable {
    if (self->phase_ == Phase::handling) self->write(std::move(response));
  });
}

std::shared_ptr<EventStream> Session::stream(HttpFields headers) {
  auto events = std::make_shared<EventQueue>(core_->options.largest_backlog);
  auto handle = std::make_shared<StreamHandle>(weak_from_this(), events);
  hand_over([self = shared_from_this(), events, headers = std::move(headers)]() mutable {
    if (self->phase_ != Phase::handling) {
      events->close();
      return;
    }
    self->events_ = std::move(events);
    self->begin_stream(std::move(headers));
  });
  return handle;
}

void Session::refuse(int status, std::string_view code, std::string_view detail) {
  keep_alive_ = false;
  head_only_ = false;
  parser_.reset();
  HttpResponse response =
      problem(status, code, detail, "refused-" + std::to_string(++core_->refusals));
  if (core_->options.refused) core_->options.refused(response, peer_);
  write(std::move(response));
}

void Session::write(HttpResponse response) {
  phase_ = Phase::writing;
  set_deadline_in(core_->options.idle_ms);
  keep_alive_ = keep_alive_ && !core_->stopping;
  append_head(out_head_, response.status, response.headers);
  if (has_body(response.status)) {
    out_head_ += "Content-Length: ";
    append_number(out_head_, response.body.size(), 10);
    out_head_ += "\r\n";
  }
  out_head_ += keep_alive_ ? (chunked_ ? "\r\n" : "Connection: keep-alive\r\n\r\n")
                           : "Connection: close\r\n\r\n";
  const bool sends_body = has_body(response.status) && !head_only_;
  if (sends_body && response.body.size() > kInOnePiece) {
    out_body_ = std::move(response.body);
  } else if (sends_body) {
    out_head_ += response.body;
  }
  write_all(std::array<net::const_buffer, 2>{net::buffer(out_head_), net::buffer(out_body_)},
            &Session::on_written);
}

void Session::on_written(error_code ec) {
  give_back(out_head_);
  give_back(out_body_);
  if (phase_ == Phase::closed) return;
  if (ec) {
    close();
  } else if (keep_alive_ && !core_->stopping) {
    next_request();
  } else {
    linger();
  }
}

void Session::begin_stream(HttpFields headers) {
  keep_alive_ = false;
  const auto unless_given = [&](const char* name, const char* value) {
    const bool given = std::any_of(headers.begin(), headers.end(), [&](const auto& field) {
      return lower_case(field.first) == lower_case(name);
    });
    if (!given) headers.emplace_back(name, value);
  };
  unless_given("Content-Type", "text/event-stream");
  unless_given("Cache-Control", "no-store");
  append_head(out_head_, 200, headers);
  if (chunked_) out_head_ += "Transfer-Encoding: chunked\r\n";
  out_head_ += "Connection: close\r\n\r\n";
  if (head_only_) {
    events_->close();
    phase_ = Phase::writing;
    set_deadline_in(core_->options.idle_ms);
    write_all(net::buffer(out_head_), &Session::on_written);
    return;
  }
  phase_ = Phase::streaming;
  buffer_.clear();  // invariant 4
  buffer_.shrink_to_fit();
  peer_ = subject_ = std::string();
  is_stream_ = true;
  {
    const std::scoped_lock lock(core_->mutex);
    ++core_->streams;
  }
  core_->changed.notify_all();
  read();
  write_all(net::buffer(out_head_), &Session::on_events_sent);
}

void Session::wake_stream() {
  hand_over([self = shared_from_this()] {
    if (self->phase_ == Phase::streaming) self->send_events();
  });
}

void Session::send_events() {
  if (write_pending_) return;
  going_out_ = events_->take();
  std::size_t size = 0;
  for (const auto& bytes : going_out_) size += bytes->size();
  if (size == 0) {
    if (!events_->open()) end_events();
    return;
  }
  if (chunked_) {
    append_number(out_head_, size, 16);
    out_head_ += "\r\n";
  }
  const std::string_view end = chunked_ ? "\r\n" : "";
  if (size <= kInOnePiece) {
    for (const auto& bytes : going_out_) out_head_ += *bytes;
    out_head_ += end;
    write_all(net::buffer(out_head_), &Session::on_events_sent);
    return;
  }
  std::vector<net::const_buffer> buffers{net::buffer(out_head_)};
  for (const auto& bytes : going_out_) buffers.push_back(net::buffer(*bytes));
  buffers.push_back(net::buffer(end.data(), end.size()));
  write_all(buffers, &Session::on_events_sent);
}

void Session::on_events_sent(error_code ec) {
  give_back(out_head_);
  std::size_t size = 0;
  for (const auto& bytes : going_out_) size += bytes->size();
  going_out_ = {};
  events_->sent(size);
  if (phase_ != Phase::streaming) return;
  if (ec) {
    close();
  } else {
    send_events();
  }
}

void Session::end_stream() {
  hand_over([self = shared_from_this()] {
    if (self->phase_ != Phase::streaming) return;
    self->events_->close();
    self->send_events();
  });
}

void Session::end_events() {
  phase_ = Phase::writing;
  set_deadline_in(kLingerMs);
  if (chunked_) out_head_ = "0\r\n\r\n";
  write_all(net::buffer(out_head_), &Session::on_written);
}

void Session::linger() {
  phase_ = Phase::lingering;
  set_deadline_in(kLingerMs);
  drained_ = 0;
  buffer_.clear();  // room for what is dropped
  error_code ignored;
  if (!tls_) {
    socket_.shutdown(net::socket_base::shutdown_send, ignored);
    drain();
    return;
  }
  tls_->async_shutdown([self = shared_from_this()](error_code) {
    if (self->phase_ != Phase::lingering || self->read_pending_) return;
    self->past_tls_ = true;
    error_code ec;
    self->socket_.shutdown(net::socket_base::shutdown_send, ec);
    self->drain();
  });
}

void Session::drain() {
  const bool streaming = phase_ == Phase::streaming;
  if (drained_ > (streaming ? kMostIntoStream : kMostDrained)) {
    close();
  } else {
    read();
  }
}

void Session::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  error_code ignored;
  socket_.close(ignored);
  if (events_) events_->close();
  {
    const std::scoped_lock lock(core_->mutex);
    if (!entered_) return;
    core_->sessions.erase(this);
    if (!turned_away_) --core_->admitted;
    if (is_stream_) --core_->streams;
  }
  core_->changed.notify_all();
}

}  // namespace dure::http_inner

namespace dure {

Reply::Answer::~Answer() {
  if (!session) return;
  session->answer(problem(500, "no_answer", "the request was dropped unanswered"));
}

Reply::Reply(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}
Reply::Reply(Reply&&) noexcept = default;
Reply& Reply::operator=(Reply&&) noexcept = default;
Reply::~Reply() = default;

void Reply::send(HttpResponse response) {
  CHECK(answer_ != nullptr);  // invariant 1: it is answered once
  const auto answer = std::move(answer_);
  std::exchange(answer->session, nullptr)->answer(std::move(response));
}

std::shared_ptr<EventStream> Reply::stream(HttpFields headers) {
  CHECK(answer_ != nullptr);
  const auto answer = std::move(answer_);
  return std::exchange(answer->session, nullptr)->stream(std::move(headers));
}

}  // namespace dure
