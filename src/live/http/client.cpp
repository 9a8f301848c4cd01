#include "live/http/client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "live/http/inner/parsers.h"
#include "live/http/inner/tls.h"
#include "live/http/message.h"
#include "live/http/url.h"

namespace dure {
namespace {

using namespace http_inner;
using Clock = std::chrono::steady_clock;
using Socket = net::generic::stream_protocol::socket;
using Endpoint = net::generic::stream_protocol::endpoint;
using Sink = std::function<bool(std::string_view)>;

constexpr std::size_t kLargestHeaders = 64 << 10;
constexpr std::size_t kLargestHeld = 256 << 10;  // of bytes that make no part of a message yet
constexpr std::size_t kReadBytes = 16 << 10;

// A connection on which every operation ends by a deadline. After a time-out it is closed.
class Wire {
 public:
  explicit Wire(net::io_context& loop) : loop_(loop), socket_(loop) {}

  error_code connect(const Endpoint& endpoint, Clock::time_point deadline) {
    const auto protocol = endpoint.protocol();
    error_code ec;
    // Asio would let the processes that we start inherit it.
    const int fd = ::socket(protocol.family(), protocol.type() | SOCK_CLOEXEC, protocol.protocol());
    if (fd < 0) return {errno, boost::system::system_category()};
    socket_.assign(protocol, fd, ec);
    if (ec) {
      ::close(fd);
      return ec;
    }
    ec = within(deadline, [&](auto done) { socket_.async_connect(endpoint, done); });
    error_code ignored;  // a unix socket has no such option
    socket_.set_option(net::ip::tcp::no_delay(true), ignored);
    return ec;
  }
  error_code secure(net::ssl::context& context, const std::string& host,
                    Clock::time_point deadline) {
    tls_ = std::make_unique<net::ssl::stream<Socket&>>(socket_, context);
    if (!expect_host(tls_->native_handle(), host)) return net::error::invalid_argument;
    return within(deadline,
                  [&](auto done) { tls_->async_handshake(net::ssl::stream_base::client, done); });
  }
  std::string complaint() const {
    return tls_ ? certificate_complaint(tls_->native_handle()) : std::string();
  }
  template <class Buffers>
  error_code write(const Buffers& buffers, Clock::time_point deadline) {
    return within(deadline, [&](auto done) {
      if (tls_) {
        net::async_write(*tls_, buffers, done);
      } else {
        net::async_write(socket_, buffers, done);
      }
    });
  }
  error_code read(beast::flat_buffer& buffer, Clock::time_point deadline) {
    std::size_t size = 0;
    const auto room = buffer.prepare(kReadBytes);
    const error_code ec = within(
        deadline,
        [&](auto done) {
          if (tls_) {
            tls_->async_read_some(room, done);
          } else {
            socket_.async_read_some(room, done);
          }
        },
        &size);
    buffer.commit(size);
    return ec;
  }
  // Nothing came since the last answer. Whatever is there (an end, a time-out's answer, an alert)
  // means that the other side is done with this connection.
  bool is_quiet() {
    char byte = 0;
    const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

 private:
  struct Outcome {
    bool done = false;
    error_code ec;
    std::size_t size = 0;
  };
  struct OnDone {  // one for all: with and without a count of bytes
    Outcome* outcome;
    void operator()(error_code ec, std::size_t size = 0) const { *outcome = {true, ec, size}; }
  };
  template <class Start>
  error_code within(Clock::time_point deadline, Start start, std::size_t* size = nullptr) {
    Outcome outcome;
    start(OnDone{&outcome});
    loop_.restart();
    while (!outcome.done && loop_.run_one_until(deadline) > 0) {
    }
    if (!outcome.done) {
      error_code ignored;
      socket_.close(ignored);
      loop_.restart();
      while (!outcome.done && loop_.run_one() > 0) {
      }
      CHECK(outcome.done);  // it points into this frame
      return net::error::timed_out;
    }
    if (size != nullptr) *size = outcome.size;
    return outcome.ec;
  }

  net::io_context& loop_;
  Socket socket_;
  std::unique_ptr<net::ssl::stream<Socket&>> tls_;
};

// How far an attempt came that gave no answer.
struct Broken {
  std::string why;
  bool got_some = false, timed_out = false;
};

class Client final : public HttpClient {
 public:
  Client(std::string url, HostPlace place, const HttpClientOptions& options, TlsContext tls)
      : url_(std::move(url)), place_(std::move(place)), options_(options), tls_(std::move(tls)) {
    host_ = !place_.socket_path.empty()                  ? "localhost"
            : place_.host.find(':') != std::string::npos ? "[" + place_.host + "]"
                                                         : place_.host;
    if (place_.socket_path.empty() && place_.port != (place_.tls ? "443" : "80"))
      host_ += ":" + place_.port;
  }

  Result<HttpResponse> call(const HttpCall& call) override { return guarded(call, nullptr); }
  Result<HttpResponse> stream(const HttpCall& call, const Sink& take) override {
    return guarded(call, &take);
  }

 private:
  Fault fault(const HttpCall& call, std::string code, std::string why) const {
    return {url_ + call.target, "an answer", std::move(code), std::move(why)};
  }
  Result<HttpResponse> guarded(const HttpCall& call, const Sink* sink) {
    try {
      return exchange(call, sink);
    } catch (const std::exception& e) {  // out of memory, out of threads
      drop();
      return fault(call, "no_answer", e.what());
    }
  }
  void drop() {
    wire_.reset();
    buffer_.clear();
  }

  Result<HttpResponse> exchange(const HttpCall& call, const Sink* sink) {
    const std::string wrong = what_is_wrong(call);
    if (!wrong.empty()) return fault(call, "not_connected", wrong);
    const auto deadline = Clock::now() + std::chrono::milliseconds(call.deadline_ms);
    if (wire_ && !wire_->is_quiet()) drop();
    bool kept = wire_ != nullptr;
    const std::string head = head_of(call);
    for (;;) {
      if (!wire_) {
        const std::string why = connect(deadline);
        if (!why.empty()) {
          drop();
          return fault(call, "not_connected", why);
        }
      }
      Broken broken;
      if (auto answer = attempt(call, head, sink, deadline, broken)) return *std::move(answer);
      drop();
      const bool again = kept && !broken.got_some && !broken.timed_out &&
                         (call.method == "GET" || call.repeatable);  // invariant 2
      if (!again) return fault(call, "no_answer", broken.why);
      kept = false;
    }
  }

  static std::string what_is_wrong(const HttpCall& call) {
    if (!is_token(call.method)) return "the method is not a name";
    const bool fits = std::all_of(call.target.begin(), call.target.end(), [](char c) {
      return static_cast<unsigned char>(c) > ' ' && c != 0x7f && c != '#';
    });
    if (!fits || !call.target.starts_with('/'))
      return "the target starts with / and is percent-encoded";
    for (const auto& [name, value] : call.headers) {
      if (!is_token(name) || !is_field_value(value)) return "a header that is none: " + name;
      const std::string lower = lower_case(name);
      if (lower == "content-length" || lower == "transfer-encoding")
        return "the length of the body is ours to say";
    }
    return "";
  }

  std::string head_of(const HttpCall& call) const {
    std::string out = call.method + " " + place_.prefix + call.target + " HTTP/1.1\r\n";
    const auto absent = [&](std::string_view name) {
      return std::none_of(call.headers.begin(), call.headers.end(),
                          [&](const auto& field) { return lower_case(field.first) == name; });
    };
    if (absent("host")) out += "Host: " + host_ + "\r\n";
    if (absent("user-agent")) out += "User-Agent: dure\r\n";
    for (const auto& [name, value] : call.headers) out += name + ": " + value + "\r\n";
    const bool may_have_body = call.method != "GET" && call.method != "HEAD";
    if (may_have_body || !call.body.empty())
      out += "Content-Length: " + std::to_string(call.body.size()) + "\r\n";
    return out + "\r\n";
  }

  // "": connected; else why not.
  std::string connect(Clock::time_point deadline) {
    std::string why;
    const std::vector<Endpoint> endpoints = find(deadline, why);
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      buffer_.clear();
      wire_ = std::make_unique<Wire>(loop_);
      // A silent address must not use up the time of those after it.
      const auto share = (deadline - Clock::now()) / static_cast<int>(endpoints.size() - i);
      error_code ec = wire_->connect(endpoints[i], Clock::now() + share);
      if (!ec && tls_) ec = wire_->secure(*tls_, place_.host, deadline);
      if (!ec) return "";
      why = ec.message();
      const std::string complaint = wire_->complaint();
      if (!complaint.empty()) why += ": " + complaint;
    }
    return why.empty() ? "no address" : why;
  }

  std::vector<Endpoint> find(Clock::time_point deadline, std::string& why) {
    if (!place_.socket_path.empty())
      return {Endpoint(net::local::stream_protocol::endpoint(place_.socket_path))};
    error_code not_address;
    const auto address = net::ip::make_address(place_.host, not_address);
    if (!not_address) {
      std::uint16_t port = 0;  // parse_place() took it for one
      std::from_chars(place_.port.data(), place_.port.data() + place_.port.size(), port);
      return {Endpoint(net::ip::tcp::endpoint(address, port))};
    }
    // A look-up cannot be broken off: past the deadline it is left to end by itself.
    struct Found {
      bool done = false;
      error_code ec;
      net::ip::tcp::resolver::results_type results;
    };
    const auto found = std::make_shared<Found>();
    resolver_.async_resolve(
        place_.host, place_.port,
        [found](error_code ec, const net::ip::tcp::resolver::results_type& results) {
          *found = {true, ec, results};
        });
    loop_.restart();
    while (!found->done && loop_.run_one_until(deadline) > 0) {
    }
    if (!found->done || found->ec) {
      why = "look-up of the name: " + (found->done ? found->ec.message() : "timed out");
      return {};
    }
    std::vector<Endpoint> endpoints;
    for (const auto& result : found->results) endpoints.emplace_back(result.endpoint());
    return endpoints;
  }

  std::optional<HttpResponse> attempt(const HttpCall& call, const std::string& head,
                                      const Sink* sink, Clock::time_point deadline,
                                      Broken& broken) {
    const std::array<net::const_buffer, 2> bytes{net::buffer(head), net::buffer(call.body)};
    const error_code not_written = wire_->write(bytes, deadline);
    if (not_written == net::error::timed_out) {
      broken = {"not all of the request went out in time", false, true};
      return std::nullopt;
    }
    // A server that refuses a request may answer and close before it has read all of it.
    return answer(call, sink, deadline, broken);
  }

  // Feeds what is held to the parser. An error other than need_more is final.
  error_code parse(AnswerParser& parser) {
    error_code ec;
    while (buffer_.size() > 0 && !parser.is_done()) {
      const std::size_t used = parser.put(buffer_.data(), ec);
      buffer_.consume(used);
      if (ec == beast::http::error::need_more) return {};
      if (ec) return ec;
    }
    return {};
  }

  std::optional<HttpResponse> answer(const HttpCall& call, const Sink* sink,
                                     Clock::time_point deadline, Broken& broken) {
    std::optional<AnswerParser> parser;
    const auto renew = [&] {
      parser.emplace(sink);
      parser->header_limit(kLargestHeaders);
      // (none is taken for 0 by Beast 1.74)
      parser->body_limit(sink != nullptr ? ~std::uint64_t{0} : options_.largest_body);
      parser->skip(call.method == "HEAD");
    };
    renew();
    for (;;) {
      error_code ec = parse(*parser);
      if (parser->sink_is_full) return finish(*parser, false);
      if (ec) {
        broken.why = ec.message();
        return std::nullopt;
      }
      if (parser->is_done()) {
        if (parser->status / 100 != 1 || parser->status == 101) return finish(*parser, true);
        renew();  // 100 Continue and its like: the answer comes after it
        continue;
      }
      if (buffer_.size() >= kLargestHeld ||
          (sink != nullptr && parser->body.size() > options_.largest_body)) {
        broken.why = "the answer is too large";
        return std::nullopt;
      }
      const bool streaming = parser->is_header_done() && parser->sinks();
      ec = wire_->read(buffer_, streaming
                                    ? Clock::now() + std::chrono::milliseconds(call.deadline_ms)
                                    : deadline);
      if (!ec) {
        broken.got_some = true;
        continue;
      }
      if (ec == net::error::timed_out && streaming) return finish(*parser, false);
      if (ec == net::error::eof && parser->got_some()) {
        parser->put_eof(ec);
        if (!ec) return finish(*parser, false);
      }
      broken.why = ec.message();
      broken.timed_out = ec == net::error::timed_out;
      return std::nullopt;
    }
  }

  HttpResponse finish(AnswerParser& parser, bool whole) {
    HttpResponse out{parser.status, std::move(parser.headers), std::move(parser.body)};
    // Bytes after the answer belong to none of ours.
    if (!whole || !parser.keep_alive() || buffer_.size() > 0) drop();
    return out;
  }

  const std::string url_;
  const HostPlace place_;
  const HttpClientOptions options_;
  const TlsContext tls_;
  std::string host_;
  net::io_context loop_{1};
  net::ip::tcp::resolver resolver_{loop_};
  std::unique_ptr<Wire> wire_;  // what is kept; on it, no request is under way between calls
  beast::flat_buffer buffer_{2 * kLargestHeld};
};

}  // namespace

Result<std::unique_ptr<HttpClient>> HttpClient::open(const std::string& url,
                                                     const HttpClientOptions& options) {
  TRY(place, parse_place(url));
  TlsContext tls;
  try {
    if (place.tls) {
      TRY(context, client_tls(options));
      tls = context;
    }
    return std::unique_ptr<HttpClient>(std::make_unique<Client>(url, place, options, tls));
  } catch (const std::exception& e) {
    return Fault{url, "a client", e.what(), ""};
  }
}

}  // namespace dure
