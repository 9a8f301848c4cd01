// Event streams: their bytes, their ends, and clients that do not keep up.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <mutex>
#include <thread>

#include "live/http/client.h"
#include "live/http/server.h"
#include "live/http_raw_helper.h"

namespace dure {
namespace {

std::shared_ptr<const std::string> event(const std::string& text) {
  return std::make_shared<const std::string>("data: " + text + "\n\n");
}

// A server that makes a stream of every request and keeps them.
class Streams {
 public:
  explicit Streams(const HttpServerOptions& options = {}) {
    auto started = HttpServer::start(options, [this](const HttpRequest& request, Reply reply) {
      auto stream = reply.stream({{"X-From", request.target}});
      const std::scoped_lock lock(mutex_);
      streams_.push_back(std::move(stream));
    });
    EXPECT_TRUE(started) << to_string(started.fault());
    server_ = std::move(started).value();
  }
  RawSocket open(const std::string& version = "1.1") {
    const std::size_t before = count();
    RawSocket client = RawSocket::to(server_->port());
    client.send("GET /s HTTP/" + version + "\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(comes_true([&] { return count() > before; }));
    return client;
  }
  std::shared_ptr<EventStream>& last() {
    const std::scoped_lock lock(mutex_);
    return streams_.back();
  }
  std::size_t count() {
    const std::scoped_lock lock(mutex_);
    return streams_.size();
  }
  HttpServer& server() { return *server_; }
  void forget() {
    const std::scoped_lock lock(mutex_);
    streams_.clear();
  }

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<EventStream>> streams_;
  std::unique_ptr<HttpServer> server_;  // goes first: its handler uses what is above
};

TEST(HttpStream, EventsComeAsChunksUntilItIsClosed) {
  Streams streams;
  RawSocket client = streams.open();
  EXPECT_EQ(client.read_until("\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nX-From: /s\r\nContent-Type: text/event-stream\r\n"
            "Cache-Control: no-store\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(streams.last()->send(event("1")));
  EXPECT_EQ(client.read_until("\n\n\r\n"), "9\r\ndata: 1\n\n\r\n");
  EXPECT_TRUE(streams.last()->send(std::make_shared<const std::string>()));  // would end it
  EXPECT_TRUE(streams.last()->send(event("2")));
  streams.last()->close();
  EXPECT_FALSE(streams.last()->send(event("3")));
  EXPECT_FALSE(streams.last()->open());
  EXPECT_EQ(client.read_all(), "9\r\ndata: 2\n\n\r\n0\r\n\r\n");
  client.close();
  EXPECT_TRUE(comes_true([&] { return streams.server().connections() == 0; }));
}

TEST(HttpStream, AnOldClientGetsPlainBytes) {
  Streams streams;
  RawSocket client = streams.open("1.0");
  streams.last()->send(event("1"));
  streams.last()->send(event("2"));
  streams.forget();  // dropped is closed
  const std::string all = client.read_all();
  EXPECT_EQ(all.find("Transfer-Encoding"), std::string::npos);
  EXPECT_TRUE(all.ends_with("\r\n\r\ndata: 1\n\ndata: 2\n\n")) << all;
}

TEST(HttpStream, AHeadRequestGetsNoStream) {
  Streams streams;
  RawSocket client = RawSocket::to(streams.server().port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(client.read_all().ends_with("Connection: close\r\n\r\n"));
  EXPECT_TRUE(comes_true([&] { return streams.count() == 1 && !streams.last()->open(); }));
}

TEST(HttpStream, AClientThatGoesIsNoticedWithoutSending) {
  Streams streams;
  RawSocket client = streams.open();
  EXPECT_TRUE(streams.last()->open());
  client.close();
  EXPECT_TRUE(comes_true([&] { return !streams.last()->open(); }));
  EXPECT_EQ(streams.server().connections(), 0U);
}

TEST(HttpStream, AClientThatDoesNotKeepUpIsClosed) {
  HttpServerOptions options;
  options.largest_backlog = 100'000;
  Streams streams(options);
  RawSocket slow = streams.open();
  const auto stream = streams.last();
  const auto big = event(std::string(50'000, 'x'));
  int sent = 0;
  while (sent < 10'000 && stream->send(big)) ++sent;  // the kernel's buffers take some
  EXPECT_LT(sent, 10'000);
  EXPECT_FALSE(stream->open());
  EXPECT_TRUE(comes_true([&] { return streams.server().connections() == 0; }));
}

TEST(HttpStream, OneLargeEventIsNoBacklog) {
  HttpServerOptions options;
  options.largest_backlog = 1000;
  Streams streams(options);
  RawSocket client = streams.open();
  client.read_until("\r\n\r\n");
  EXPECT_TRUE(streams.last()->send(event(std::string(3 << 20, 'x'))));
  streams.last()->close();
  const std::string all = client.read_all();
  EXPECT_EQ(all.size(), 8 + (3U << 20) + 8 + 2 + 5);
  EXPECT_TRUE(all.ends_with("x\n\n\r\n0\r\n\r\n"));
}

TEST(HttpStream, ManyThreadsSendToOneClient) {
  HttpServerOptions options;
  options.largest_backlog = 16 << 20;
  Streams streams(options);
  auto client = HttpClient::open("http://127.0.0.1:" + std::to_string(streams.server().port()));
  constexpr int kThreads = 4, kEach = 500;
  std::thread sends([&] {
    ASSERT_TRUE(comes_true([&] { return streams.count() == 1; }));
    const auto stream = streams.last();
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i)
          EXPECT_TRUE(stream->send(event(std::to_string(t) + "." + std::to_string(i))));
      });
    for (std::thread& thread : threads) thread.join();
    stream->close();
  });
  std::string got;
  const auto answer = client.value()->stream({}, [&](std::string_view piece) {
    got += piece;
    return true;
  });
  sends.join();
  ASSERT_TRUE(answer) << to_string(answer.fault());
  std::vector<int> next(kThreads, 0);
  std::size_t at = 0;
  for (int n = 0; n < kThreads * kEach; ++n) {  // each thread's in its order, none torn
    const std::size_t t = static_cast<std::size_t>(got.at(at + 6) - '0');
    const std::string expected = *event(std::to_string(t) + "." + std::to_string(next.at(t)++));
    ASSERT_EQ(got.substr(at, expected.size()), expected);
    at += expected.size();
  }
  EXPECT_EQ(at, got.size());
}

TEST(HttpStream, StopEndsStreamsWithTheirLastEvents) {
  Streams streams;
  RawSocket client = streams.open();
  client.read_until("\r\n\r\n");
  streams.last()->send(event("last"));
  std::thread stops([&] { streams.server().stop(); });
  EXPECT_EQ(client.read_all(), "c\r\ndata: last\n\n\r\n0\r\n\r\n");
  client.close();
  stops.join();
  EXPECT_FALSE(streams.last()->send(event("more")));
}

TEST(HttpStream, AClientMayTalkButNotForEver) {
  Streams streams;
  RawSocket client = streams.open();
  client.read_until("\r\n\r\n");
  client.send("GET /pipelined HTTP/1.1\r\nHost: x\r\n\r\n");  // never answered: the stream is last
  streams.last()->send(event("1"));
  EXPECT_EQ(client.read_until("\n\n\r\n"), "9\r\ndata: 1\n\n\r\n");
  const std::string noise(16 << 10, 'x');
  for (int i = 0; i < 1000 && client.send(noise); ++i) {
  }
  EXPECT_TRUE(client.ends());
  EXPECT_TRUE(comes_true([&] { return !streams.last()->open(); }));
}

}  // namespace
}  // namespace dure
