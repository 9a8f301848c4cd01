// The hub's page as it is served: what goes out with each file, what is not asked for again, and
// that nothing else is there.
#include <gtest/gtest.h>

#include "io/gzip_file.h"
#include "live_fixture.h"

namespace dure::live_test {
namespace {

std::string packed(std::string_view text) {
  std::string out;
  GzipCompressor gzip;
  gzip.add(text, out);
  gzip.finish(out);
  return out;
}

std::string unpacked(std::string_view bytes) {
  ByteSource source = ByteSource::of_memory("test", bytes);
  char text[256] = {};
  const Result<std::size_t> got = source.read(text);
  return got ? std::string(text, got.value()) : "damaged";
}

const std::string kHtml = "<!doctype html><title>hub</title>", kScript = "console.log(1)";

class PageTest : public testing::Test {
 protected:
  const Folder folder;
  const std::string html = packed(kHtml), script = packed(kScript);
  RunningHub hub{"sqlite:" + folder.path("hub.db"), hub_of_three(),
                 PageFiles{{"index.html", html}, {"assets/app-B1x.js", script}}};
};

TEST_F(PageTest, IsPackedForWhoTakesItAndPlainForOthers) {
  const HttpResponse gzip = hub.call("GET", "/", "", {{"Accept-Encoding", "gzip, deflate, br"}});
  ASSERT_EQ(gzip.status, 200);
  EXPECT_EQ(gzip.header("Content-Encoding"), "gzip");
  EXPECT_EQ(gzip.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(unpacked(gzip.body), kHtml);
  for (const char* accepts : {"gzip", "br;q=1.0, gzip;q=0.8", "deflate , gzip"})
    EXPECT_EQ(hub.call("GET", "/", "", {{"Accept-Encoding", accepts}}).body, gzip.body) << accepts;
  for (const char* accepts : {"", "identity", "br", "gzip; q=0", "gzip;q=0.000, br", "xgzip"}) {
    const HttpResponse plain = hub.call("GET", "/", "", {{"Accept-Encoding", accepts}});
    EXPECT_EQ(plain.status, 200) << accepts;
    EXPECT_EQ(plain.header("Content-Encoding"), "") << accepts;
    EXPECT_EQ(plain.body, kHtml) << accepts;
    EXPECT_EQ(plain.header("Vary"), "Accept-Encoding");
    EXPECT_NE(plain.header("ETag"), gzip.header("ETag")) << "other bytes, other tag";
  }
}

TEST_F(PageTest, MayDoNothingButAskThisHub) {
  for (const char* path : {"/", "/assets/app-B1x.js"}) {
    const HttpResponse r = hub.call("GET", path);
    const std::string policy(r.header("Content-Security-Policy"));
    EXPECT_TRUE(policy.starts_with("default-src 'self';")) << path << policy;
    for (const char* rule : {"base-uri 'none'", "frame-ancestors 'none'", "form-action 'none'"})
      EXPECT_NE(policy.find(rule), std::string::npos) << policy;
    for (const char* hole : {"unsafe", "http:", "https:", "data:", "*"})
      EXPECT_EQ(policy.find(hole), std::string::npos) << policy;
    EXPECT_EQ(r.header("X-Content-Type-Options"), "nosniff") << path;
    EXPECT_EQ(r.header("Referrer-Policy"), "no-referrer") << path;
  }
}

TEST_F(PageTest, WhatIsNamedByItsHashIsKeptAndTheRestIsAskedForAgain) {
  const HttpResponse script_answer = hub.call("GET", "/assets/app-B1x.js");
  EXPECT_EQ(script_answer.body, kScript);
  EXPECT_EQ(script_answer.header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_NE(script_answer.header("Cache-Control").find("immutable"), std::string_view::npos);
  const HttpResponse page = hub.call("GET", "/");
  EXPECT_EQ(page.header("Cache-Control"), "no-cache");
  for (const char* path : {"/", "/assets/app-B1x.js"}) {
    const std::string tag(hub.call("GET", path).header("ETag"));
    ASSERT_FALSE(tag.empty());
    const HttpResponse same = hub.call("GET", path, "", {{"If-None-Match", tag}});
    EXPECT_EQ(same.status, 304) << path;
    EXPECT_EQ(same.body, "");
    EXPECT_EQ(same.header("ETag"), tag);
    EXPECT_EQ(hub.call("GET", path, "", {{"If-None-Match", "\"another\""}}).status, 200) << path;
  }
}

TEST_F(PageTest, HeadSaysWhatGetWouldAndOthersAreNotAllowed) {
  const HttpResponse head = hub.call("HEAD", "/"), get = hub.call("GET", "/");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.header("ETag"), get.header("ETag"));
  EXPECT_EQ(head.header("Content-Type"), get.header("Content-Type"));
  for (const char* path : {"/", "/assets/app-B1x.js"})
    EXPECT_EQ(hub.call("POST", path).status, 405) << path;
}

TEST_F(PageTest, NothingElseIsThere) {
  for (const char* path :
       {"/assets/", "/assets", "/assets/none.js", "/index.html", "/assets/index.html",
        "/assets/../index.html", "/assets/%2e%2e/index.html", "/assets/..%2findex.html",
        "/assets/../../etc/passwd", "/assets/%2fetc%2fpasswd", "//etc/passwd",
        "/assets//app-B1x.js", "/assets/app-B1x.js/", "/assets/app-B1x.js%00.html",
        "/ASSETS/app-B1x.js", "/favicon.ico"}) {
    const HttpResponse r = hub.call("GET", path);
    EXPECT_TRUE(r.status == 404 || r.status == 400) << path << " " << r.status;
    EXPECT_EQ(r.header("Content-Type"), "application/problem+json") << path;
  }
  EXPECT_EQ(hub.call("GET", "/api/v1/status").status, 200);
}

TEST(HubWithoutPage, SaysSo) {
  const Folder folder;
  RunningHub hub("sqlite:" + folder.path("hub.db"));
  const HttpResponse r = hub.call("GET", "/");
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_NE(r.body.find("/api/v1/openapi.json"), std::string::npos);
  EXPECT_EQ(hub.call("GET", "/assets/app-B1x.js").status, 404);
}

}  // namespace
}  // namespace dure::live_test
