// The client against a server played by hand: what it sends, what it makes of answers, and when it
// gives up.
#include "live/http/client.h"

#include <gtest/gtest.h>

#include <chrono>

#include "live/http_raw_helper.h"

namespace dure {
namespace {

std::unique_ptr<HttpClient> client_of(const std::string& url,
                                      const HttpClientOptions& options = {}) {
  auto client = HttpClient::open(url, options);
  EXPECT_TRUE(client) << to_string(client.fault());
  return std::move(client).value();
}

std::int64_t ms_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               start)
      .count();
}

HttpCall get(std::string target) {
  HttpCall call;
  call.target = std::move(target);
  return call;
}
HttpCall post(std::string target, std::string body) {
  HttpCall call = get(std::move(target));
  call.method = "POST";
  call.body = std::move(body);
  return call;
}

std::string ok(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

TEST(HttpClient, SendsARequestAndKeepsTheConnection) {
  std::vector<std::string> heads;
  RawServer server([&](int, RawSocket& socket) {
    for (;;) {
      const std::string head = socket.read_until("\r\n\r\n");
      if (head.empty()) return;
      heads.push_back(head);
      const std::string body = head.starts_with("POST") ? socket.read_until("!") : "";
      socket.send(ok("got " + body));
    }
  });
  {
    const auto client = client_of(server.url() + "/base/");
    HttpCall call = post("/jobs?x=1", "hello!");
    call.headers = {{"Content-Type", "text/plain"}};
    const auto first = client->call(call);
    ASSERT_TRUE(first) << to_string(first.fault());
    EXPECT_EQ(first.value().body, "got hello!");
    EXPECT_EQ(first.value().header("content-LENGTH"), "10");
    ASSERT_TRUE(client->call(get("/jobs")));
  }
  EXPECT_EQ(server.connections(), 1);
  ASSERT_EQ(heads.size(), 2U);
  EXPECT_EQ(heads[0],
            "POST /base/jobs?x=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                "\r\nUser-Agent: dure\r\nContent-Type: text/plain\r\n"
                "Content-Length: 6\r\n\r\n");
  EXPECT_TRUE(heads[1].starts_with("GET /base/jobs HTTP/1.1\r\n")) << heads[1];
}

TEST(HttpClient, SpeaksToAUnixSocket) {
  const TempFolder folder;
  std::string head;
  RawServer server(
      [&](int, RawSocket& socket) {
        head = socket.read_until("\r\n\r\n");
        socket.send(ok("slurm"));
      },
      folder / "rest.sock");
  {
    const auto client = client_of(server.url() + ":/slurm/v0.0.38");
    const auto answer = client->call(get("/ping"));
    ASSERT_TRUE(answer) << to_string(answer.fault());
    EXPECT_EQ(answer.value().body, "slurm");
  }
  EXPECT_TRUE(head.starts_with("GET /slurm/v0.0.38/ping HTTP/1.1\r\nHost: localhost\r\n")) << head;
}

TEST(HttpClient, ReadsEveryFormOfBody) {
  const std::vector<std::string> answers = {
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: "
      "1\r\n\r\n",
      "HTTP/1.0 200 OK\r\n\r\nabcde",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok("abcde"),
  };
  RawServer server([&](int n, RawSocket& socket) {
    socket.read_until("\r\n\r\n");
    socket.send(answers.at(static_cast<std::size_t>(n)));
  });
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto answer = client_of(server.url())->call(get("/"));
    ASSERT_TRUE(answer) << i << to_string(answer.fault());
    EXPECT_EQ(answer.value().body, "abcde") << i;
    EXPECT_EQ(answer.value().header("t"), "") << "a field of a trailer";
  }
}

TEST(HttpClient, AHeadAnswerHasNoBody) {
  RawServer server([&](int, RawSocket& socket) {
    while (!socket.read_until("\r\n\r\n").empty())
      socket.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  });
  const auto client = client_of(server.url());
  HttpCall call = get("/");
  call.method = "HEAD";
  ASSERT_TRUE(client->call(call));
  ASSERT_TRUE(client->call(call));
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, SaysHowFarAFailedCallCame) {
  const auto found = [](const Result<HttpResponse>& answer) {
    return answer ? std::to_string(answer.value().status) : answer.fault().found;
  };
  std::uint16_t closed_port = 0;
  {
    closed_port = RawServer([](int, RawSocket&) {}).port();
  }
  EXPECT_EQ(found(client_of("http://127.0.0.1:" + std::to_string(closed_port))->call(get("/"))),
            "not_connected");
  EXPECT_EQ(found(client_of("unix:/nowhere/at/all.sock")->call(get("/"))), "not_connected");
  const std::vector<std::string> wrong = {"", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
                                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz",
                                          "SSH-2.0-OpenSSH_9.2\r\n\r\n", ok("too long a body")};
  RawServer server([&](int n, RawSocket& socket) {
    socket.read_until("\r\n\r\n");
    socket.send(wrong.at(static_cast<std::size_t>(n)));
  });
  HttpClientOptions options;
  options.largest_body = 10;
  for (std::size_t i = 0; i < wrong.size(); ++i)
    EXPECT_EQ(found(client_of(server.url(), options)->call(post("/", "x"))), "no_answer") << i;
}

TEST(HttpClient, RefusesWhatWouldBreakARequest) {
  RawServer server([](int, RawSocket&) {});
  const auto client = client_of(server.url());
  for (const char* target : {"", "x", "/a b", "/a\r\nX: y", "/#f"})
    EXPECT_FALSE(client->call(get(target))) << target;
  HttpCall call = get("/");
  for (const auto& field : HttpFields{{"X", "a\r\nY: b"}, {"X Y", "a"}, {"Content-Length", "0"}}) {
    call.headers = {field};
    const auto answer = client->call(call);
    ASSERT_FALSE(answer) << field.first;
    EXPECT_EQ(answer.fault().found, "not_connected");
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(HttpClient, ADeadlineHoldsAgainstASilentServer) {
  RawServer server([&](int n, RawSocket& socket) {
    if (n == 1) socket.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na");
    socket.ends();
  });
  for (int i = 0; i < 2; ++i) {
    const auto client = client_of(server.url());
    HttpCall call = get("/");
    call.deadline_ms = 150;
    std::string found;
    const std::int64_t ms = ms_of([&] {
      const auto answer = client->call(call);
      found = answer ? "an answer" : answer.fault().found;
    });
    EXPECT_EQ(found, "no_answer");
    EXPECT_GE(ms, 149);
    EXPECT_LT(ms, 5'000);
  }
}

// Answers the first request of the first connection and closes after the second came, unanswered.
RawServer::Script closes_when_kept(std::vector<std::string>& seen) {
  return [&seen](int n, RawSocket& socket) {
    for (int i = 0; i < 2; ++i) {
      const std::string head = socket.read_until("\r\n\r\n");
      if (head.empty()) return;
      seen.push_back(std::to_string(n) + head.substr(0, head.find(' ')));
      if (n == 0 && i == 1) return;
      socket.send(ok(""));
    }
  };
}

TEST(HttpClient, SendsAgainOnlyWhatMayComeTwice) {
  struct Case {
    const char* method;
    bool repeatable;
    std::vector<std::string> seen;
  };
  for (const Case& c :
       {Case{"GET", false, {"0GET", "0GET", "1GET"}},
        Case{"POST", true, {"0GET", "0POST", "1POST"}}, Case{"POST", false, {"0GET", "0POST"}}}) {
    std::vector<std::string> seen;
    bool answered = false;
    {
      RawServer server(closes_when_kept(seen));
      const auto client = client_of(server.url());
      ASSERT_TRUE(client->call(get("/")));
      HttpCall call;
      call.method = c.method;
      call.repeatable = c.repeatable;
      const auto answer = client->call(call);
      answered = static_cast<bool>(answer);
      if (!answered) {
        EXPECT_EQ(answer.fault().found, "no_answer");
      }
    }
    EXPECT_EQ(seen, c.seen);
    EXPECT_EQ(answered, c.seen.size() == 3);
  }
}

TEST(HttpClient, AConnectionThatWasClosedMeanwhileIsNotUsed) {
  std::atomic<int> closed = 0;
  RawServer server([&](int, RawSocket& socket) {
    socket.read_until("\r\n\r\n");
    socket.send(ok("a"));
    socket.close();
    ++closed;
  });
  const auto client = client_of(server.url());
  ASSERT_TRUE(client->call(get("/")));
  ASSERT_TRUE(comes_true([&] { return closed == 1; }));
  const auto answer = client->call(post("/", ""));  // which is not sent twice
  ASSERT_TRUE(answer) << to_string(answer.fault());
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpClient, AnEarlyRefusalIsReadWhileTheBodyStillGoesOut) {
  RawServer server([&](int, RawSocket& socket) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    socket.half_close();
    socket.ends();
  });
  const auto answer = client_of(server.url())->call(post("/", std::string(4 << 20, 'x')));
  ASSERT_TRUE(answer) << to_string(answer.fault());
  EXPECT_EQ(answer.value().status, 413);
}

TEST(HttpClient, StreamsABodyAsItComes) {
  std::atomic<int> taken = 0;
  RawServer server([&](int, RawSocket& socket) {
    socket.read_until("\r\n\r\n");
    socket.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3; ++i) {
      socket.send("1\r\n" + std::to_string(i) + "\r\n");
      comes_true([&] { return taken == i + 1; });  // nothing is held back
    }
    socket.send("0\r\n\r\n");
    socket.ends();
  });
  std::string got;
  const auto answer = client_of(server.url())->stream(get("/"), [&](std::string_view piece) {
    got += piece;
    ++taken;
    return true;
  });
  ASSERT_TRUE(answer) << to_string(answer.fault());
  EXPECT_EQ(got, "012");
  EXPECT_EQ(answer.value().body, "");
}

TEST(HttpClient, AStreamEndsWhenTakeSaysSoWhenNothingComesOrWithAnError) {
  RawServer server([&](int n, RawSocket& socket) {
    socket.read_until("\r\n\r\n");
    if (n == 2) {
      socket.send("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone");
    } else {
      socket.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n");
    }
    if (n < 3) socket.ends();  // n == 3: torn off
  });
  std::string got;
  const auto run = [&](std::size_t most) {
    got.clear();
    HttpCall call = get("/");
    call.deadline_ms = most > 100 ? 200 : 10'000;
    if (most == 99) call.deadline_ms = 10'000;
    return client_of(server.url())->stream(call, [&](std::string_view piece) {
      got += piece;
      return got.size() < most;
    });
  };
  const auto full = run(1);
  ASSERT_TRUE(full) << to_string(full.fault());
  EXPECT_EQ(got, "a");
  const auto idle = run(1000);
  ASSERT_TRUE(idle) << to_string(idle.fault());
  EXPECT_EQ(got, "ab");
  EXPECT_EQ(idle.value().status, 200);
  const auto none = run(99);
  ASSERT_TRUE(none) << to_string(none.fault());
  EXPECT_EQ(none.value().body, "none");
  EXPECT_EQ(got, "");
  EXPECT_FALSE(run(99)) << "the server broke off";
}

TEST(HttpClient, BadUrlsAndFilesAreRefused) {
  for (const char* url :
       {"", "ftp://a", "http://", "http://:80", "http://a:0", "http://a:99999", "http://a:8o",
        "http://u@a", "http://a/x?y", "http://[::1", "unix:", "http://a b", "unix:/s:/x y"})
    EXPECT_FALSE(HttpClient::open(url)) << url;
  HttpClientOptions options;
  options.ca_file = "/nowhere/ca.pem";
  EXPECT_FALSE(HttpClient::open("https://localhost", options));
  options = {};
  options.certificate_file = "/nowhere/cert.pem";
  EXPECT_FALSE(HttpClient::open("https://localhost", options));
}

}  // namespace
}  // namespace dure
