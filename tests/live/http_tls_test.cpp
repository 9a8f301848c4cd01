// TLS between our client and our server, with certificates made for the test.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <chrono>
#include <mutex>

#include "live/http/client.h"
#include "live/http/server.h"
#include "live/http_raw_helper.h"

extern char** environ;

namespace dure {
namespace {

void openssl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  ASSERT_EQ(::posix_spawnp(&child, "openssl", &quiet, nullptr, argv.data(), environ), 0);
  posix_spawn_file_actions_destroy(&quiet);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0) << arguments[1] << " " << arguments.back();
}

// NAME.pem and NAME.key in the folder.
void make_ca(const TempFolder& folder, const std::string& name) {
  openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
           "-days", "2", "-subj", "/CN=" + name, "-keyout", folder / (name + ".key"), "-out",
           folder / (name + ".pem")});
}
void make_certificate(const TempFolder& folder, const std::string& ca, const std::string& name,
                      const std::string& subject, const std::string& alternative = "") {
  std::vector<std::string> request = {"req",
                                      "-newkey",
                                      "ec",
                                      "-pkeyopt",
                                      "ec_paramgen_curve:P-256",
                                      "-nodes",
                                      "-subj",
                                      subject,
                                      "-keyout",
                                      folder / (name + ".key"),
                                      "-out",
                                      folder / (name + ".csr")};
  if (!alternative.empty()) {
    request.insert(request.end(), {"-addext", "subjectAltName=" + alternative});
  }
  openssl(request);
  openssl({"x509", "-req", "-days", "2", "-in", folder / (name + ".csr"), "-CA",
           folder / (ca + ".pem"), "-CAkey", folder / (ca + ".key"), "-CAcreateserial",
           "-copy_extensions", "copy", "-out", folder / (name + ".pem")});
}

class HttpTls : public testing::Test {
 protected:
  // ours signs; other is a stranger.
  void SetUp() override {
    make_ca(folder_, "ours");
    make_certificate(folder_, "ours", "server", "/CN=hub", "DNS:localhost,IP:127.0.0.1");
    options_.certificate_file = folder_ / "server.pem";
    options_.key_file = folder_ / "server.key";
  }
  void start() {
    auto server = HttpServer::start(options_, [this](HttpRequest request, Reply reply) {
      {
        const std::scoped_lock lock(mutex_);
        subjects_.push_back(request.client_subject);
      }
      if (request.target == "/stream") {
        const auto stream = reply.stream({});
        for (int i = 0; i < 3; ++i)
          stream->send(std::make_shared<const std::string>(std::string(30'000, 'a')));
        return;
      }
      reply.send({200, {}, std::move(request.body)});
    });
    ASSERT_TRUE(server) << to_string(server.fault());
    server_ = std::move(server).value();
  }
  HttpClientOptions trusting(const std::string& ca, const std::string& own = "") {
    HttpClientOptions options;
    options.ca_file = folder_ / (ca + ".pem");
    if (!own.empty()) {
      options.certificate_file = folder_ / (own + ".pem");
      options.key_file = folder_ / (own + ".key");
    }
    return options;
  }
  std::unique_ptr<HttpClient> client(const HttpClientOptions& options,
                                     const std::string& host = "127.0.0.1") {
    auto made =
        HttpClient::open("https://" + host + ":" + std::to_string(server_->port()), options);
    EXPECT_TRUE(made) << to_string(made.fault());
    return std::move(made).value();
  }

  TempFolder folder_;
  HttpServerOptions options_;
  std::mutex mutex_;
  std::vector<std::string> subjects_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpTls, TalksAndKeepsTheConnection) {
  start();
  const auto talks = client(trusting("ours"));
  HttpCall call;
  call.method = "POST";
  call.body = std::string(200'000, 'x');
  for (int i = 0; i < 3; ++i) {
    const auto answer = talks->call(call);
    ASSERT_TRUE(answer) << to_string(answer.fault());
    EXPECT_TRUE(answer.value().body == call.body);
    EXPECT_EQ(server_->connections(), 1U);
  }
  ASSERT_TRUE(client(trusting("ours"), "localhost")->call({}));
  EXPECT_EQ(subjects_[0], "");
}

TEST_F(HttpTls, StreamsEventsToTheirEnd) {
  start();
  std::string got;
  HttpCall call;
  call.target = "/stream";
  const auto answer = client(trusting("ours"))->stream(call, [&](std::string_view piece) {
    got += piece;
    return true;
  });
  ASSERT_TRUE(answer) << to_string(answer.fault());
  EXPECT_EQ(got, std::string(90'000, 'a'));
}

TEST_F(HttpTls, AStrangersServerIsRefused) {
  make_ca(folder_, "other");
  start();
  const auto wrong_ca = client(trusting("other"))->call({});
  ASSERT_FALSE(wrong_ca);
  EXPECT_EQ(wrong_ca.fault().found, "not_connected");
  const auto system_ca = client({})->call({});
  EXPECT_FALSE(system_ca);
  server_.reset();
  make_certificate(folder_, "ours", "server", "/CN=127.0.0.1", "DNS:elsewhere");
  start();
  EXPECT_FALSE(client(trusting("ours"))->call({})) << "another host's certificate";
  EXPECT_FALSE(client(trusting("ours"), "localhost")->call({}));
  EXPECT_TRUE(subjects_.empty());
}

TEST_F(HttpTls, ACallersCertificateSaysWhoItIs) {
  make_ca(folder_, "other");
  make_certificate(folder_, "ours", "agent", "/O=Dure/CN=agent-ulsan");
  make_certificate(folder_, "ours", "two", "/CN=one/CN=two");
  make_certificate(folder_, "other", "liar", "/CN=agent-ulsan");
  options_.client_ca_file = folder_ / "ours.pem";
  start();
  const auto agent = client(trusting("ours", "agent"));
  for (int i = 0; i < 2; ++i) {
    const auto answer = agent->call({});
    ASSERT_TRUE(answer) << to_string(answer.fault());
  }
  ASSERT_TRUE(client(trusting("ours"))->call({})) << "without one it is let in";
  ASSERT_TRUE(client(trusting("ours", "two"))->call({}));
  EXPECT_EQ(subjects_, (std::vector<std::string>{"agent-ulsan", "agent-ulsan", "", ""}));
  EXPECT_FALSE(client(trusting("ours", "liar"))->call({}));
  EXPECT_EQ(subjects_.size(), 4U);
}

TEST_F(HttpTls, AServerThatAsksForNoneKnowsNobody) {
  make_certificate(folder_, "ours", "agent", "/CN=agent-ulsan");
  start();
  ASSERT_TRUE(client(trusting("ours", "agent"))->call({}));
  EXPECT_EQ(subjects_, std::vector<std::string>{""});
}

TEST_F(HttpTls, WhoDoesNotSpeakTlsIsLetGo) {
  options_.patience_ms = 200;
  start();
  RawSocket plain = RawSocket::to(server_->port());
  plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(plain.ends());
  RawSocket silent = RawSocket::to(server_->port());  // a handshake has a deadline
  EXPECT_TRUE(silent.ends());
  RawSocket half = RawSocket::to(server_->port());
  half.send(std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
  EXPECT_TRUE(half.ends());
  EXPECT_TRUE(comes_true([&] { return server_->connections() == 0; }));
}

TEST_F(HttpTls, TurnedAwayInWordsAndStoppedGently) {
  options_.most_connections = 1;
  start();
  const auto first = client(trusting("ours"));
  ASSERT_TRUE(first->call({}));
  const auto second = client(trusting("ours"))->call({});
  ASSERT_TRUE(second) << to_string(second.fault());
  EXPECT_EQ(second.value().status, 503);
  const auto begun = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(4));
  const auto gone = first->call({});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.fault().found, "not_connected");
}

TEST_F(HttpTls, TheClientsDeadlineHoldsInAHandshake) {
  RawServer silent([](int, RawSocket& socket) { socket.ends(); });
  const auto client =
      HttpClient::open("https://127.0.0.1:" + std::to_string(silent.port()), trusting("ours"));
  HttpCall call;
  call.deadline_ms = 150;
  const auto begun = std::chrono::steady_clock::now();
  const auto answer = client.value()->call(call);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.fault().found, "not_connected");
}

}  // namespace
}  // namespace dure
