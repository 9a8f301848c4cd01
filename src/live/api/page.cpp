// The hub's page: index.html at / and what it is made of below /assets. It is for anybody: what it
// shows it asks of the API, as whoever looks at it.
#include <algorithm>
#include <map>

#include "base/hash.h"
#include "io/gzip_file.h"
#include "live/api/api.h"

namespace dure {
namespace {

// Nothing but this hub: no script or style within the page, no other host, no frame around it.
constexpr const char* kPolicy =
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "object-src 'none'";

const char* type_of(std::string_view path) {
  constexpr std::pair<std::string_view, const char*> types[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".woff2", "font/woff2"},
      {".json", "application/json"}};
  for (const auto& [ending, type] : types)
    if (path.ends_with(ending)) return type;
  return "application/octet-stream";
}

Result<std::string> unpacked(const PageFile& file) {
  ByteSource source = ByteSource::of_memory(std::string(file.path), file.gzip);
  std::string out;
  char part[16 << 10];
  for (;;) {
    TRY(got, source.read(part));
    if (got == 0) return out;
    out.append(part, got);
  }
}

// "gzip, deflate" does, "gzip;q=0" does not (RFC 9110 §12.5.3).
bool takes_gzip(std::string_view accepted) {
  std::string text;
  for (const char c : accepted)
    if (c != ' ' && c != '\t') text += c;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string coding = text.substr(at, end - at);
    at = end + 1;
    if (coding != "gzip" && !coding.starts_with("gzip;")) continue;
    const std::size_t weight = coding.find(";q=");
    return weight == std::string::npos ||
           coding.find_first_of("123456789", weight) != std::string::npos;
  }
  return false;
}

class Page {
 public:
  explicit Page(const PageFiles& files) {
    for (const PageFile& f : files) {
      Sha256 hash;
      hash.add(std::as_bytes(std::span(f.gzip)));
      files_.emplace(f.path, Served{f, hash.hex().substr(0, 16)});
    }
  }
  // none: there is no such file.
  std::optional<HttpResponse> answer(std::string_view path, const HttpRequest& request) const {
    const auto it = files_.find(path);
    if (it == files_.end()) return std::nullopt;
    const auto& [file, tag] = it->second;
    const bool packed = takes_gzip(request.header("accept-encoding"));
    HttpResponse r;
    // By name, not by a place of the hub's disk: no path leads out of the map.
    r.headers = {{"Content-Type", type_of(path)},
                 {"ETag", '"' + tag + (packed ? "-gzip\"" : "\"")},
                 {"Vary", "Accept-Encoding"},
                 {"Cache-Control",
                  path.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache"},
                 {"Content-Security-Policy", kPolicy},
                 {"Referrer-Policy", "no-referrer"},
                 {"Cross-Origin-Opener-Policy", "same-origin"}};
    if (packed) {
      r.headers.emplace_back("Content-Encoding", "gzip");
      r.body = file.gzip;
      return r;
    }
    Result<std::string> plain = unpacked(file);
    CHECK(plain);  // we packed it ourselves
    r.body = std::move(plain.value());
    return r;
  }

 private:
  struct Served {
    PageFile file;
    std::string tag;
  };
  std::map<std::string, Served, std::less<>> files_;
};

HttpResponse no_page() {
  HttpResponse r;
  r.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
  r.body =
      "This is a Dure hub, built without its page; ./build.sh builds both.\n"
      "The API is described at /api/v1/openapi.json; `dure help` lists the commands.\n";
  return r;
}

}  // namespace

void add_page_routes(Api& api, std::vector<Route>& routes) {
  const auto page = std::make_shared<const Page>(api.extras().page);
  routes.push_back(
      {"GET", "/", "The page", Needs::anybody, {}, {}, {}, "text/html", [page](Call call) {
         const auto answer = page->answer("index.html", call.request);
         send(call, answer ? *answer : no_page());
       }});
  routes.push_back(
      {"GET",
       "/assets/{file*}",
       "What the page is made of",
       Needs::anybody,
       {},
       {},
       {},
       "application/octet-stream",
       [page](Call call) {
         const auto answer = page->answer("assets/" + call.path[0], call.request);
         if (answer) return send(call, *answer);
         send(call, problem_answer({404,
                                    "no_such_path",
                                    {"path", "a file of the page", call.path[0].substr(0, 200),
                                     "the hub may be newer than the page: load it again"}},
                                   call.id));
       }});
}

}  // namespace dure
