#include "http.h"

#include <fmt/core.h>

#include <utility>  // Boost 1.74 forgets it: before all of Boost

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <set>

#include "files.h"

namespace factory {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Error = beast::error_code;

class Session;

struct HttpServer::Inside : std::enable_shared_from_this<HttpServer::Inside> {
  HttpOptions options;
  std::function<void(HttpRequest, HttpReply)> handle;
  std::function<void()> hurry;
  std::set<std::shared_ptr<Session>> sessions;  // who keeps them: only run()'s thread lets one go
  bool stopping = false;
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  asio::signal_set signals{io, SIGTERM, SIGINT};
  asio::steady_timer grace{io};

  ~Inside() { sessions.clear(); }  // before io, which their sockets use
  void accept();
  void stop();
  void gone(const std::shared_ptr<Session>& session) {
    sessions.erase(session);
    if (stopping && sessions.empty()) grace.cancel();
  }
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, HttpServer::Inside& server)
      : stream_(std::move(socket)), server_(server) {}

  void read() {
    parser_.emplace();
    parser_->body_limit(server_.options.largest_body);
    parser_->header_limit(8 << 10);
    reading_ = true;
    stream_.expires_after(std::chrono::seconds(server_.options.patience_s));
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](Error error, std::size_t) { self->on_read(error); });
  }
  void stop() {
    if (reading_) stream_.cancel();  // it has nothing to be answered
  }

 private:
  struct Hold {
    explicit Hold(std::shared_ptr<HttpServer::Inside> s)
        : server(std::move(s)), guard(server->io.get_executor()) {}
    std::shared_ptr<HttpServer::Inside> server;
    asio::executor_work_guard<asio::io_context::executor_type> guard;
  };

  void on_read(Error error) {
    reading_ = false;
    keep_alive_ = !error && parser_->keep_alive();
    if (error == http::error::body_limit) return refuse(413, "body_too_large");
    if (error == http::error::header_limit) return refuse(431, "headers_too_large");
    if (error == http::error::end_of_stream || error == http::error::partial_message)
      return close();
    if (error.category() == http::make_error_code(http::error::bad_method).category())
      return refuse(400, "not_http");
    if (error) return server_.gone(shared_from_this());  // timed out, reset, or stop()
    auto request = parser_->release();
    const std::string_view target(request.target().data(), request.target().size());
    // The reply may be let go on another thread: it holds no session, and its guard keeps run()
    // from returning before the answer is here.
    auto hold = std::make_shared<Hold>(server_.shared_from_this());
    server_.handle({std::string(request.method_string()),
                    std::string(target.substr(0, target.find('?'))), std::move(request.body())},
                   [weak = weak_from_this(), hold](HttpAnswer answer) {
                     asio::post(hold->server->io, [weak, answer = std::move(answer)]() mutable {
                       if (const auto self = weak.lock()) self->write(std::move(answer));
                     });
                   });
  }

  void refuse(int status, const char* code) {
    write({status, "application/json", fmt::format(R"({{"error":{{"code":"{}"}}}})", code) + "\n",
           ""});
  }

  void write(HttpAnswer answer) {
    keep_alive_ = keep_alive_ && !server_.stopping;
    answer_ = {};
    answer_.result(static_cast<unsigned>(answer.status));
    answer_.set(http::field::content_type, answer.type);
    if (answer.status == 503) answer_.set(http::field::retry_after, "1");
    if (!answer.allow.empty()) answer_.set(http::field::allow, answer.allow);
    answer_.keep_alive(keep_alive_);
    answer_.body() = std::move(answer.body);
    answer_.prepare_payload();
    stream_.expires_after(std::chrono::seconds(server_.options.patience_s));
    http::async_write(stream_, answer_, [self = shared_from_this()](Error error, std::size_t) {
      if (!error && self->keep_alive_ && !self->server_.stopping) return self->read();
      self->close();
    });
  }

  void close() {
    Error ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(std::chrono::seconds(2));
    drain();
  }
  // Reads what still comes: closing over unread bytes resets the connection, and the answer is
  // lost.
  void drain() {
    stream_.async_read_some(asio::buffer(waste_),
                            [self = shared_from_this()](Error error, std::size_t size) {
                              self->drained_ += size;
                              if (!error && self->drained_ < (1 << 20)) return self->drain();
                              self->server_.gone(self);
                            });
  }

  beast::tcp_stream stream_;
  HttpServer::Inside& server_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> answer_;
  bool reading_ = false, keep_alive_ = false;
  std::array<char, 4096> waste_;
  std::size_t drained_ = 0;
};

void HttpServer::Inside::accept() {
  acceptor.async_accept([this](Error error, tcp::socket socket) {
    if (stopping || error == asio::error::operation_aborted) return;
    if (!error && sessions.size() < options.most_connections)
      (*sessions.insert(std::make_shared<Session>(std::move(socket), *this)).first)->read();
    accept();
  });
}

void HttpServer::Inside::stop() {
  stopping = true;
  Error ignored;
  acceptor.close(ignored);
  for (const auto& session : sessions) session->stop();
  if (sessions.empty()) return;
  grace.expires_after(std::chrono::seconds(options.grace_s));
  grace.async_wait([this](Error error) {
    if (!error) hurry();
  });
}

HttpServer::HttpServer(const HttpOptions& options,
                       std::function<void(HttpRequest, HttpReply)> handle,
                       std::function<void()> hurry) try
    : inside_(std::make_shared<Inside>()) {
  inside_->options = options;
  inside_->handle = std::move(handle);
  inside_->hurry = std::move(hurry);
  const tcp::endpoint at(asio::ip::make_address(options.address), options.port);
  inside_->acceptor.open(at.protocol());
  inside_->acceptor.set_option(asio::socket_base::reuse_address(true));
  inside_->acceptor.bind(at);
  inside_->acceptor.listen();
} catch (const boost::system::system_error& e) {
  throw Bad(fmt::format("{} port {}: {}", options.address, options.port, e.code().message()));
}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const { return inside_->acceptor.local_endpoint().port(); }

void HttpServer::run() {
  inside_->signals.async_wait([this](Error error, int) {
    if (!error) inside_->stop();
  });
  inside_->accept();
  inside_->io.run();
}

}  // namespace factory
