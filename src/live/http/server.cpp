#include "live/http/server.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <exception>
#include <thread>

#include "live/http/inner/session.h"

namespace dure {
namespace {

using namespace http_inner;
using Acceptor = net::basic_socket_acceptor<net::ip::tcp, Strand>;
using std::chrono::milliseconds;

constexpr int kWaitingToBeTaken = 4096;  // the kernel's queue; it may have less
constexpr int kTakenAtOnce = 64;
constexpr std::size_t kMostTurnedAway = 64;
constexpr milliseconds kWithoutFiles{50};  // until accept is tried again
constexpr std::int64_t kLastWordsMs = 500;

Fault bad_option(std::string what, std::string expected, std::string found) {
  return {"HTTP server: " + std::move(what), std::move(expected), std::move(found), ""};
}

class Server final : public HttpServer {
 public:
  Server(const HttpServerOptions& options, Handler handler, TlsContext tls)
      : core_(std::make_shared<Core>(options, std::move(handler), std::move(tls))),
        work_(core_->loop.get_executor()),
        acceptor_(net::make_strand(core_->loop)),
        again_(acceptor_.get_executor()),
        sweep_(acceptor_.get_executor()) {}
  ~Server() override { Server::stop(); }

  Result<Done> begin() {
    const HttpServerOptions& options = core_->options;
    error_code ec;
    const auto address = net::ip::make_address(options.address, ec);
    if (ec) return bad_option("address", "an IPv4 or IPv6 address", options.address);
    const net::ip::tcp::endpoint endpoint(address, options.port);
    protocol_ = endpoint.protocol();
    const int fd = ::socket(protocol_.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
      return bad_option("socket", "one more file",
                        error_code(errno, boost::system::system_category()).message());
    acceptor_.assign(protocol_, fd, ec);
    if (ec) ::close(fd);
    if (!ec) acceptor_.set_option(net::socket_base::reuse_address(true), ec);
    if (!ec) acceptor_.bind(endpoint, ec);
    if (!ec) acceptor_.listen(kWaitingToBeTaken, ec);
    if (!ec) port_ = acceptor_.local_endpoint(ec).port();
    if (ec)
      return bad_option(options.address + ":" + std::to_string(options.port), "a free place",
                        ec.message());
    accept();
    sweep();
    for (int i = 0; i < options.threads; ++i)
      threads_.emplace_back([core = core_] { core->loop.run(); });
    return Done{};
  }

  std::uint16_t port() const override { return port_; }
  std::size_t connections() const override {
    const std::scoped_lock lock(core_->mutex);
    return core_->admitted;
  }
  void stop() override;

 private:
  // Not by Asio's accept: the processes that we start would inherit what it takes.
  void accept() {
    acceptor_.async_wait(net::socket_base::wait_read, [this](error_code ec) {
      if (ec || core_->stopping) return;
      for (int i = 0; i < kTakenAtOnce; ++i) {
        const int fd =
            ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && (errno == ECONNABORTED || errno == EINTR)) continue;
        if (fd < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return accept_later();
        if (fd < 0) break;
        TcpSocket socket(net::make_strand(core_->loop));
        socket.assign(protocol_, fd, ec);
        if (ec) {
          ::close(fd);
          return accept_later();
        }
        admit(std::move(socket));
      }
      accept();
    });
  }

  // Out of files or memory: the connection stays in the queue, so trying at once would spin.
  void accept_later() {
    again_.expires_after(kWithoutFiles);
    again_.async_wait([this](error_code stopped) {
      if (!stopped && !core_->stopping) accept();
    });
  }

  void admit(TcpSocket socket) {
    std::size_t admitted = 0, others = 0;
    {
      const std::scoped_lock lock(core_->mutex);
      admitted = core_->admitted;
      others = core_->sessions.size() - core_->admitted;
    }
    const bool full = admitted >= core_->options.most_connections;
    if (full && others >= kMostTurnedAway) return;  // closed without a word
    const auto session = std::make_shared<Session>(core_, std::move(socket));
    if (!session->enter(full ? Session::Entry::turned_away : Session::Entry::admitted)) return;
    session->hand_over([session] { session->start(); });
  }

  // One timer for the deadlines of all connections: most are moved long before they come.
  void sweep() {
    const auto& options = core_->options;
    const auto pause =
        std::clamp<std::int64_t>(std::min(options.patience_ms, options.idle_ms) / 10, 5, 250);
    sweep_.expires_after(milliseconds(pause));
    sweep_.async_wait([this](error_code ec) {
      if (ec || sweeps_ended_) return;
      const std::int64_t now = now_ms();
      for (const auto& session : core_->all()) session->end_at_deadline(now);
      sweep();
    });
  }

  // Until no connection is left besides those that `but` counts; false: not within ms.
  bool wait_for_end(std::int64_t ms, const std::size_t* but) {
    std::unique_lock lock(core_->mutex);
    return core_->changed.wait_for(lock, milliseconds(ms), [&] {
      return core_->sessions.size() == (but != nullptr ? *but : 0);
    });
  }

  const std::shared_ptr<Core> core_;
  net::executor_work_guard<net::io_context::executor_type> work_;
  Acceptor acceptor_;
  net::steady_timer again_, sweep_;  // on the acceptor's strand
  bool sweeps_ended_ = false;        // on the same
  net::ip::tcp protocol_ = net::ip::tcp::v4();
  std::uint16_t port_ = 0;
  std::vector<std::thread> threads_;
  std::mutex stop_mutex_;
  bool stopped_ = false;
};

void Server::stop() {
  for (const std::thread& thread : threads_)  // a handler would wait for itself
    CHECK(thread.get_id() != std::this_thread::get_id());
  const std::scoped_lock once(stop_mutex_);
  if (std::exchange(stopped_, true)) return;
  {
    const std::scoped_lock lock(core_->mutex);
    core_->stopping = true;
  }
  if (!threads_.empty()) {
    net::post(acceptor_.get_executor(), [this] {
      error_code ignored;
      acceptor_.close(ignored);
      again_.cancel();
    });
    const std::int64_t end = now_ms() + core_->options.grace_ms;
    for (const auto& session : core_->all()) session->end_if_idle();
    wait_for_end(core_->options.grace_ms, &core_->streams);
    for (const auto& session : core_->all()) session->end_stream();
    wait_for_end(std::max(end - now_ms(), kLastWordsMs), nullptr);
    for (const auto& session : core_->all()) session->cut();
    net::post(acceptor_.get_executor(), [this] {
      sweeps_ended_ = true;  // a sweep that is due already cannot be cancelled
      sweep_.cancel();
    });
  }
  work_.reset();
  for (std::thread& thread : threads_) thread.join();
  {
    const std::unique_lock lock(core_->gate);
    core_->stopped = true;
  }
  core_->loop.restart();  // what was put in after the threads had gone holds sessions alive
  core_->loop.poll();
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpServerOptions& options,
                                                      Handler handler) {
  if (options.threads < 1 || options.threads > 1024)
    return bad_option("threads", "1 to 1024", std::to_string(options.threads));
  if (options.patience_ms < 1 || options.idle_ms < 1 || options.grace_ms < 0)
    return bad_option("times", "at least 1 ms", "less");
  if (options.largest_headers < 256 || options.largest_headers > (16 << 20))
    return bad_option("largest_headers", "256 B to 16 MiB",
                      std::to_string(options.largest_headers));
  if (!options.client_ca_file.empty() && options.certificate_file.empty())
    return bad_option("client_ca_file", "a certificate of the server too", "none");
  try {
    TlsContext tls;
    if (!options.certificate_file.empty() || !options.key_file.empty()) {
      TRY(context, server_tls(options));
      tls = context;
    }
    auto server = std::make_unique<Server>(options, std::move(handler), std::move(tls));
    TRY(begun, server->begin());
    (void)begun;
    return std::unique_ptr<HttpServer>(std::move(server));
  } catch (const std::exception& e) {  // no thread, no memory
    return bad_option("start", "threads and memory", e.what());
  }
}

}  // namespace dure
