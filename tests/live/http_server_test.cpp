// The server, asked by hand: keep-alive, bodies, limits, answers from other threads.
#include "live/http/server.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/stream.h"
#include "live/http/client.h"
#include "live/http_raw_helper.h"

namespace dure {
namespace {

std::unique_ptr<HttpServer> start(const HttpServerOptions& options, HttpServer::Handler handler) {
  auto server = HttpServer::start(options, std::move(handler));
  EXPECT_TRUE(server) << to_string(server.fault());
  return std::move(server).value();
}

// Says what it was asked: method, target, body.
void echo(const HttpRequest& request, Reply reply) {
  reply.send({200,
              {{"Content-Type", "text/plain"}},
              request.method + " " + request.target + " " + request.body});
}

std::string get(const std::string& target, const std::string& more = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The status and the code of a problem document, as "413 body_too_large".
std::string problem_of(const std::string& answer) {
  if (!has(answer, "Content-Type: application/problem+json")) return "no problem: " + answer;
  const std::size_t at = answer.find("\"code\":\"");
  if (at == std::string::npos) return "no code: " + answer;
  return answer.substr(9, 4) + answer.substr(at + 8, answer.find('"', at + 8) - at - 8);
}

HttpServerOptions small() {
  HttpServerOptions options;
  options.largest_body = 100;
  options.largest_headers = 1024;
  options.patience_ms = 10'000;
  return options;
}

TEST(HttpServer, AnswersOneAfterTheOtherOnOneConnection) {
  const auto server = start({}, echo);
  RawSocket client = RawSocket::to(server->port());
  client.send(get("/a?b=%20"));
  const std::string first = client.read_answer();
  EXPECT_EQ(first,
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\n"
            "GET /a?b=%20 ");
  client.send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_TRUE(client.read_answer().ends_with("POST /b hello"));
  client.send("PUT /c HTTP/1.1\r\nhost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.send("3;ext=1\r\nabc\r\n");
  client.send("2\r\nde\r\n0\r\nTrailer: x\r\n\r\n");
  EXPECT_TRUE(client.read_answer().ends_with("PUT /c abcde"));
  EXPECT_EQ(server->connections(), 1U);
  client.send(get("/d", "Connection: close\r\n"));
  const std::string last = client.read_all();
  EXPECT_TRUE(has(last, "Connection: close\r\n")) << last;
  EXPECT_TRUE(last.ends_with("GET /d "));
  client.close();
  EXPECT_TRUE(comes_true([&] { return server->connections() == 0; }));
}

TEST(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  std::mutex mutex;
  std::vector<std::thread> threads;
  {
    const auto server = start({}, [&](HttpRequest request, Reply reply) {
      // The first of each pair is answered late and from elsewhere.
      if (request.target.back() % 2 == 0) return echo(request, std::move(reply));
      const std::scoped_lock lock(mutex);
      threads.emplace_back([request = std::move(request), reply = std::move(reply)]() mutable {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        echo(request, std::move(reply));
      });
    });
    RawSocket client = RawSocket::to(server->port());
    std::string all;
    for (int i = 0; i < 10; ++i)
      all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab";
    client.send(all);
    for (int i = 0; i < 10; ++i)
      EXPECT_TRUE(client.read_answer().ends_with("POST /" + std::to_string(i) + " ab")) << i;
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(HttpServer, HeadAndStatusesWithoutABody) {
  const auto server = start({}, [](const HttpRequest& request, Reply reply) {
    if (request.target == "/none") return reply.send({204, {}, ""});
    if (request.target == "/same") return reply.send({304, {{"ETag", "\"1\""}}, "never sent"});
    reply.send({200, {{"X-A", "a"}, {"X-Bad", "a\r\nX-B: b"}, {"Content-Length", "9"}}, "body"});
  });
  RawSocket client = RawSocket::to(server->port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n" + get("/none") + get("/same") + get("/"));
  EXPECT_EQ(client.read_until("\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nX-A: a\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n");
  EXPECT_TRUE(client.read_answer().ends_with("\r\n\r\nbody"));
}

TEST(HttpServer, OldClientsSayWhetherTheyStay) {
  const auto server = start({}, echo);
  RawSocket stays = RawSocket::to(server->port());
  stays.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(has(stays.read_answer(), "Connection: keep-alive\r\n"));
  stays.send("GET /b HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(stays.read_all().ends_with("GET /b "));
}

TEST(HttpServer, AClientThatWaitsToSendItsBodyIsToldToGoOn) {
  const auto server = start(small(), echo);
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: ";
  RawSocket client = RawSocket::to(server->port());
  client.send(head + "3\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  EXPECT_TRUE(client.read_answer().ends_with("POST / abc"));
  client.send(head + "3\r\n\r\nabc");  // it did not wait: no word is needed
  EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 200"));
  client.send(head + "101\r\n\r\n");
  EXPECT_EQ(problem_of(client.read_answer()), "413 body_too_large");
  RawSocket other = RawSocket::to(server->port());
  other.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: cake\r\nContent-Length: 1\r\n\r\n");
  EXPECT_EQ(problem_of(other.read_answer()), "417 expectation_failed");
}

TEST(HttpServer, LimitsAreAnsweredAndTheConnectionEnds) {
  int handled = 0;
  const auto server = start(small(), [&](const HttpRequest& request, Reply reply) {
    ++handled;
    echo(request, std::move(reply));
  });
  const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n";
  const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string long_field = "X: " + std::string(2000, 'x') + "\r\n";
  const std::pair<std::string, std::string> cases[] = {
      {post + "Content-Length: 101\r\n\r\n", "413 body_too_large"},  // before any of it came
      {post + "Content-Length: 99999999999999999\r\n\r\n", "413 body_too_large"},
      {chunked + "65\r\n", "413 body_too_large"},
      {chunked + "40\r\n" + std::string(64, 'x') + "\r\n40\r\n", "413 body_too_large"},
      {get("/", long_field), "431 headers_too_large"},
      {"GET /" + std::string(2000, 'x'), "431 headers_too_large"},
      {post + long_field, "431 headers_too_large"},
      {chunked + "1;" + std::string(20'000, 'x'), "400 malformed_request"},
      {"GARBAGE\r\n\r\n", "400 malformed_request"},
      {std::string("\x16\x03\x01\x02\x00\x01\x00", 7) + "\r\n\r\n", "400 malformed_request"},
      {"GET / HTTP/2.0\r\n\r\n", "400 malformed_request"},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400 malformed_request"},
      {"GET / HTTP/1.1\r\n\r\n", "400 malformed_request"},  // no Host
      {get("/", "Host: y\r\n"), "400 malformed_request"},
      {get("/", "X Y: 1\r\n"), "400 malformed_request"},
      {post + "Content-Length: 1x\r\n\r\n", "400 malformed_request"},
      {post + "Content-Length: -1\r\n\r\n", "400 malformed_request"},
      {post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "400 malformed_request"},
      {post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400 malformed_request"},
      {post + "Transfer-Encoding: gzip\r\n\r\n", "400 malformed_request"},
      {post + "Transfer-Encoding: gzip, chunked\r\n\r\n", "400 malformed_request"},
      {post + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
       "400 malformed_request"},
      {chunked + "zz\r\n", "400 malformed_request"},
      {chunked + "2\r\nabcd\r\n", "400 malformed_request"},
  };
  for (const auto& [sent, expected] : cases) {
    RawSocket client = RawSocket::to(server->port());
    client.send(sent);
    const std::string answer = client.read_all();
    EXPECT_EQ(problem_of(answer), expected) << sent.substr(0, 200);
    EXPECT_TRUE(has(answer, "Connection: close\r\n"));
  }
  EXPECT_EQ(handled, 0);
}

TEST(HttpServer, ARequestIsTakenByteByByte) {
  const auto server = start({}, echo);
  // The last chunk first: Beast's own asserts would end the program here.
  for (const std::string body : {"0\r\n\r\n", "1\r\na\r\n0\r\nT: x\r\n\r\n"}) {
    RawSocket client = RawSocket::to(server->port());
    const std::string request =
        "\r\nPOST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    const int one = 1;
    ::setsockopt(client.fd(), 6 /* IPPROTO_TCP */, 1 /* TCP_NODELAY */, &one, sizeof one);
    for (const char c : request + body) {
      ASSERT_TRUE(client.send(std::string_view(&c, 1)));
      std::this_thread::sleep_for(std::chrono::microseconds(300));
    }
    EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 200"));
  }
}

TEST(HttpServer, SlowClientsAreTimedOutAndIdleOnesLetGo) {
  HttpServerOptions options;
  options.patience_ms = 300;
  options.idle_ms = 1000;
  const auto server = start(options, echo);
  for (const std::string sent :
       {"GET / HTT", "GET / HTTP/1.1\r\nX: 1\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5",
        "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        "Content-Length: 5\r\n\r\n"}) {
    RawSocket client = RawSocket::to(server->port());
    client.send(sent);
    std::string answer = client.read_all();
    if (answer.starts_with("HTTP/1.1 100")) answer.erase(0, answer.find("\r\n\r\n") + 4);
    EXPECT_EQ(problem_of(answer), "408 timeout") << sent;
  }
  // Dripping does not help: the time counts from the first byte.
  RawSocket dripping = RawSocket::to(server->port());
  const auto begun = std::chrono::steady_clock::now();
  dripping.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
  while (dripping.send("x") && std::chrono::steady_clock::now() - begun < std::chrono::seconds(8))
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  // Who never said a word hears none.
  RawSocket idle = RawSocket::to(server->port());
  EXPECT_EQ(idle.read_all(), "");
  RawSocket kept = RawSocket::to(server->port());
  kept.send(get("/"));
  EXPECT_TRUE(kept.read_answer().starts_with("HTTP/1.1 200"));
  EXPECT_EQ(kept.read_all(), "");
}

TEST(HttpServer, AClientThatTakesNoAnswerIsLetGo) {
  HttpServerOptions options;
  options.idle_ms = 1000;
  std::atomic<bool> asked = false;
  const auto server = start(options, [&](const HttpRequest&, Reply reply) {
    asked = true;
    reply.send({200, {}, std::string(std::size_t{32} << 20, 'x')});
  });
  RawSocket client = RawSocket::to(server->port());
  client.send(get("/"));
  EXPECT_TRUE(comes_true([&] { return asked && server->connections() == 0; }));
}

TEST(HttpServer, LargeBodiesGoBothWays) {
  HttpServerOptions options;
  options.largest_body = std::size_t{8} << 20;
  const auto server = start(options, [](HttpRequest request, Reply reply) {
    reply.send({200, {}, std::move(request.body)});
  });
  const auto client = HttpClient::open("http://127.0.0.1:" + std::to_string(server->port()));
  HttpCall call;
  call.method = "POST";
  for (std::size_t i = 0; i < (std::size_t{8} << 20); ++i)
    call.body += static_cast<char>(i * 31 + i / 256);
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.value()->call(call);
    ASSERT_TRUE(answer) << to_string(answer.fault());
    EXPECT_TRUE(answer.value().body == call.body);
  }
  call.body += 'x';
  const auto refused = client.value()->call(call);
  ASSERT_TRUE(refused) << to_string(refused.fault());
  EXPECT_EQ(refused.value().status, 413);
}

TEST(HttpServer, WhoCalls) {
  HttpRequest seen;
  const auto server = start({}, [&](HttpRequest request, Reply reply) {
    seen = std::move(request);
    reply.send({});
  });
  RawSocket client = RawSocket::to(server->port());
  client.send(get("/", "X-Name:  two words \r\nx-NAME: b\r\n"));
  client.read_answer();
  EXPECT_TRUE(seen.peer.starts_with("127.0.0.1:")) << seen.peer;
  EXPECT_EQ(seen.header("x-name"), "two words");
  EXPECT_EQ(seen.header("x-none"), "");
  EXPECT_EQ(seen.client_subject, "");
  EXPECT_EQ(seen.peer_uid, static_cast<std::int64_t>(::geteuid()));
}

// Calls `calls` times from a process of its own, as another user where that is allowed, and hangs
// up without waiting, or waits for an answer. What user it was, or -1: the process failed.
std::int64_t call_from_a_process(std::uint16_t port, int calls, bool waits) {
  constexpr uid_t kOther = 12'345;
  const uid_t user = ::geteuid() == 0 ? kOther : ::geteuid();
  const std::string request = get("/");
  const pid_t child = ::fork();
  if (child == 0) {  // nothing but system calls: the parent has threads
    if (user == kOther && ::setuid(kOther) != 0) ::_exit(1);
    for (int i = 0; i < calls; ++i) {
      RawSocket socket = RawSocket::to(port);
      socket.send(request);
      char byte = 0;
      if (waits && ::recv(socket.fd(), &byte, 1, 0) != 1) ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0 ? static_cast<std::int64_t>(user) : -1;
}

TEST(HttpServer, ACallerIsItsOwnUserOrNobody) {
  std::mutex mutex;
  std::vector<std::int64_t> uids;
  const auto server = start({}, [&](const HttpRequest& request, Reply reply) {
    const std::scoped_lock lock(mutex);
    uids.push_back(request.peer_uid);
    reply.send({});
  });
  const std::int64_t user = call_from_a_process(server->port(), 5, true);
  ASSERT_GE(user, 0);
  {
    const std::scoped_lock lock(mutex);
    EXPECT_EQ(uids, std::vector<std::int64_t>(5, user));
  }
  ASSERT_EQ(call_from_a_process(server->port(), 200, false), user);
  EXPECT_TRUE(comes_true([&] { return server->connections() == 0; }));
  // A socket that its process has closed belongs to user 0, as the kernel has it: never to us.
  const std::scoped_lock lock(mutex);
  for (const std::int64_t uid : uids) EXPECT_TRUE(uid == -1 || uid == user) << uid;
}

TEST(HttpServer, AReplyThatIsDroppedIsA500) {
  std::mutex mutex;
  std::vector<Reply> kept;
  const auto server = start({}, [&](const HttpRequest& request, Reply reply) {
    if (request.target == "/throw") throw 1;
    if (request.target == "/drop") return;
    const std::scoped_lock lock(mutex);
    kept.push_back(std::move(reply));
  });
  RawSocket client = RawSocket::to(server->port());
  client.send(get("/drop") + get("/throw") + get("/keep"));
  EXPECT_EQ(problem_of(client.read_answer()), "500 no_answer");
  EXPECT_EQ(problem_of(client.read_answer()), "500 no_answer");
  EXPECT_TRUE(comes_true([&] {
    const std::scoped_lock lock(mutex);
    return kept.size() == 1;
  }));
  kept.clear();
  EXPECT_EQ(problem_of(client.read_answer()), "500 no_answer");
}

TEST(HttpServer, MoreConnectionsThanAllowedAreTurnedAway) {
  HttpServerOptions options;
  options.most_connections = 2;
  const auto server = start(options, echo);
  RawSocket a = RawSocket::to(server->port());
  RawSocket b = RawSocket::to(server->port());
  ASSERT_TRUE(comes_true([&] { return server->connections() == 2; }));
  RawSocket c = RawSocket::to(server->port());
  c.send(get("/"));
  EXPECT_EQ(problem_of(c.read_all()), "503 too_many_connections");
  a.close();
  ASSERT_TRUE(comes_true([&] { return server->connections() == 1; }));
  RawSocket d = RawSocket::to(server->port());
  d.send(get("/d"));
  EXPECT_TRUE(d.read_answer().ends_with("GET /d "));
}

// Not in sanitized builds: UBSan's look at a vptr opens a pipe, and calls every object bad where it
// cannot.
#ifndef __SANITIZE_ADDRESS__
TEST(HttpServer, WithoutFilesItWaitsAndDoesNotSpin) {
  const auto server = start({}, echo);
  const std::uint16_t port = server->port();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{200, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  RawSocket client = RawSocket::unconnected();
  std::vector<int> taken;
  for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) taken.push_back(fd);
  EXPECT_TRUE(client.connect(port));  // by the kernel; the server cannot take it
  client.send(get("/"));
  const auto cpu_ms = [] {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
           (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
  };
  const auto begun = cpu_ms();
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_LT(cpu_ms() - begun, 150);
  EXPECT_EQ(server->connections(), 0U);
  for (const int fd : taken) ::close(fd);
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 200"));
}
#endif

TEST(HttpServer, ProcessesThatWeStartInheritNoSocket) {
  const auto server = start({}, echo);
  const auto client = HttpClient::open("http://127.0.0.1:" + std::to_string(server->port()));
  ASSERT_TRUE(client.value()->call({}));
  int sockets = 0;
  for (int fd = 3; fd < 1024; ++fd) {
    struct stat what {};
    if (::fstat(fd, &what) != 0 || !S_ISSOCK(what.st_mode)) continue;
    ++sockets;
    EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0) << fd;
  }
  EXPECT_GE(sockets, 3);  // the listener and two ends
}

TEST(HttpServer, BadOptionsAreRefused) {
  const auto refused = [](const std::function<void(HttpServerOptions&)>& change) {
    HttpServerOptions options;
    change(options);
    return !HttpServer::start(options, echo);
  };
  EXPECT_TRUE(refused([](auto& o) { o.address = "localhost"; }));
  EXPECT_TRUE(refused([](auto& o) { o.address = "8.8.8.8"; }));  // not ours
  EXPECT_TRUE(refused([](auto& o) { o.threads = 0; }));
  EXPECT_TRUE(refused([](auto& o) { o.key_file = "/nowhere"; }));
  EXPECT_TRUE(refused([](auto& o) { o.certificate_file = o.key_file = "/nowhere"; }));
  EXPECT_TRUE(refused([](auto& o) { o.client_ca_file = "/nowhere"; }));
  const auto server = start({}, echo);
  EXPECT_TRUE(refused([&](auto& o) { o.port = server->port(); }));
}

TEST(HttpServer, StopLetsAnswersOutAndCutsTheRest) {
  std::mutex mutex;
  std::vector<Reply> kept;
  HttpServerOptions options;
  options.grace_ms = 1500;
  auto server = start(options, [&](const HttpRequest&, Reply reply) {
    const std::scoped_lock lock(mutex);
    kept.push_back(std::move(reply));
  });
  RawSocket answered = RawSocket::to(server->port());
  RawSocket forgotten = RawSocket::to(server->port());
  RawSocket idle = RawSocket::to(server->port());
  answered.send(get("/"));
  const auto count = [&] {
    const std::scoped_lock lock(mutex);
    return kept.size();
  };
  ASSERT_TRUE(comes_true([&] { return count() == 1; }));
  forgotten.send(get("/"));
  ASSERT_TRUE(comes_true([&] { return count() == 2 && server->connections() == 3; }));
  std::thread stops([&] { server->stop(); });
  EXPECT_EQ(idle.read_all(), "");  // at once
  kept[0].send({200, {}, "late"});
  const std::string late = answered.read_all();
  EXPECT_TRUE(late.ends_with("late") && has(late, "Connection: close")) << late;
  answered.close();
  EXPECT_EQ(forgotten.read_all(), "");
  stops.join();
  EXPECT_EQ(server->connections(), 0U);
  EXPECT_FALSE(
      HttpClient::open("http://127.0.0.1:" + std::to_string(server->port())).value()->call({}));
  server.reset();
  kept[1].send({200, {}, "into the void"});  // outlives the server
  kept.clear();
}

// Seeded bytes, from wild to nearly right. The server has to live, and to answer the next one.
TEST(HttpServer, LivesThroughRandomBytes) {
  HttpServerOptions options = small();
  options.patience_ms = 500;
  const auto server = start(options, echo);
  const std::vector<std::string> parts = {
      "GET ",
      "POST ",
      "/ ",
      "HTTP/1.1",
      "HTTP/1.0",
      "\r\n",
      "\r\n\r\n",
      "Host: x\r\n",
      "Content-Length: 5\r\n",
      "Content-Length: 0\r\n",
      "Transfer-Encoding: chunked\r\n",
      "Expect: 100-continue\r\n",
      "Connection: keep-alive, x\r\n",
      "Connection: ,\r\n",
      "0\r\n\r\n",
      "5\r\nhello\r\n",
      "5;a=\"b\r\n",
      "ffffffffffffffff\r\n",
      "X: a\r\n b\r\n",
      ":",
      "hello",
      "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"};
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Stream draw(1, "http/bytes", seed);
    std::string bytes;
    const std::uint64_t pieces = 1 + draw.next() % 12;
    for (std::uint64_t i = 0; i < pieces; ++i) {
      if (draw.next() % 8 == 0) {
        bytes += static_cast<char>(draw.next());
      } else {
        bytes += parts[draw.next() % parts.size()];
      }
    }
    RawSocket client = RawSocket::to(server->port());
    const std::size_t cut = draw.next() % (bytes.size() + 1);
    client.send(bytes.substr(0, cut));
    client.send(bytes.substr(cut));
    client.half_close();
    ASSERT_TRUE(client.ends()) << "seed " << seed;
  }
  RawSocket client = RawSocket::to(server->port());
  client.send(get("/alive"));
  EXPECT_TRUE(client.read_answer().ends_with("GET /alive "));
  client.close();
  EXPECT_TRUE(comes_true([&] { return server->connections() == 0; }));
}

}  // namespace
}  // namespace dure
