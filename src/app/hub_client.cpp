#include "app/hub_client.h"

#include <fmt/core.h>
#include <sys/random.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "app/command.h"
#include "base/calendar.h"
#include "io/atomic_file.h"

namespace dure {
namespace {

std::string named(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

constexpr const char* kHere = "http://127.0.0.1:7480";

std::size_t width_of(const std::string& text) {  // columns on a terminal
  std::size_t n = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c & 0xc0) == 0x80) continue;
    n += c >= 0xe3 && c <= 0xef ? 2 : 1;  // CJK and Hangul
  }
  return n;
}

}  // namespace

std::string login_file() {
  const std::string base = named("XDG_CONFIG_HOME");
  return (base.empty() ? named("HOME") + "/.config" : base) + "/dure/hub.json";
}

Result<Done> keep_login(const HubPlace& place) {
  const std::filesystem::path file(login_file());
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error) return Fault{file.parent_path(), "a folder of yours", error.message(), ""};
  const Json j{{"url", place.url}, {"token", place.token}, {"ca_file", place.ca_file}};
  TRY(done, write_file(file, j.dump() + "\n"));
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
  return done;
}

Result<std::unique_ptr<HubClient>> HubClient::open(const std::string& given) {
  auto out = std::make_unique<HubClient>();
  HubPlace kept;
  if (std::ifstream file(login_file()); file) {
    const Json j = Json::parse(file, nullptr, false);
    const auto text = [&](const char* key) {
      return j.is_object() && j.contains(key) && j[key].is_string() ? j[key].get<std::string>()
                                                                    : std::string();
    };
    kept = {text("url"), text("token"), text("ca_file")};
  }
  HubPlace& p = out->place_;
  p.url = !given.empty() ? given : named("DURE_HUB");
  if (p.url.empty()) p.url = kept.url.empty() ? kHere : kept.url;
  p.token = named("DURE_TOKEN");
  if (p.token.empty() && p.url == kept.url) p.token = kept.token;
  p.ca_file = named("DURE_CA_FILE");
  if (p.ca_file.empty() && p.url == kept.url) p.ca_file = kept.ca_file;
  HttpClientOptions options;
  options.ca_file = p.ca_file;
  TRY(http, HttpClient::open(p.url, options));
  out->http_ = std::move(http);
  return out;
}

std::string HubClient::Answer::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (CLI::detail::to_lower(key) == name) return value;
  return "";
}

Result<HubClient::Answer> HubClient::call(const std::string& method, const std::string& target,
                                          const std::string& body, HttpFields headers) {
  return answer_of(send(method, target, body, std::move(headers)));
}

Result<HubClient::Answer> HubClient::call_patiently(const std::string& target) {
  using Steady = std::chrono::steady_clock;
  const auto until = Steady::now() + std::chrono::minutes(10);
  for (bool told = false;; told = true) {
    Result<HttpResponse> response = send("GET", target, "", {});
    const bool away = !response || response.value().status == 503;
    if (!away || Steady::now() > until) return answer_of(std::move(response));
    if (!told) fmt::print(stderr, "{}: the hub is away; asking again\n", place_.url);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

Result<HttpResponse> HubClient::send(const std::string& method, const std::string& target,
                                     const std::string& body, HttpFields headers) {
  HttpCall call;
  call.method = method;
  call.target = target;
  call.headers = std::move(headers);
  if (!place_.token.empty()) call.headers.emplace_back("Authorization", "Bearer " + place_.token);
  if (!body.empty()) call.headers.emplace_back("Content-Type", "application/json");
  call.body = body;
  call.deadline_ms = 60'000;
  return http_->call(call);
}

Result<HubClient::Answer> HubClient::answer_of(Result<HttpResponse> response) const {
  if (!response) {
    Fault f = response.fault();
    if (f.found == "not_connected")
      return Fault{place_.url, "a hub", "nobody answers", "dure serve, or --hub URL"};
    return f;
  }
  Answer a;
  a.status = response.value().status;
  a.body = std::move(response.value().body);
  a.headers = std::move(response.value().headers);
  const bool json = a.header("content-type").find("json") != std::string::npos;
  if (json) a.json = Json::parse(a.body, nullptr, false);
  if (a.status >= 400) {
    const auto text = [&](const char* key) {
      return a.json.is_object() && a.json.contains(key) ? text_of(a.json[key]) : std::string();
    };
    std::string where = text("where"), found = text("found"), code = text("code");
    if (where.empty()) where = place_.url;
    Fault f{where, text("expected"), found, text("hint")};
    if (f.expected.empty())
      f = {place_.url, "an answer", std::to_string(a.status), a.body.substr(0, 200)};
    if (!code.empty()) f.where = code + ": " + f.where;
    return f;
  }
  return a;
}

Result<Done> HubClient::follow(const std::string& target,
                               const std::function<bool(std::string_view)>& take) {
  HttpCall call;
  call.target = target;
  if (!place_.token.empty()) call.headers.emplace_back("Authorization", "Bearer " + place_.token);
  call.deadline_ms = 24 * 3'600'000;
  Result<HttpResponse> response = http_->stream(call, take);
  if (!response) return response.fault();
  if (response.value().status != 200)
    return Fault{place_.url, "a stream", std::to_string(response.value().status), ""};
  return Done{};
}

void add_connection(CLI::App* command, Connection& c) {
  command->add_option("--hub", c.hub,
                      "Address of the hub; else $DURE_HUB, dure login, this machine");
  command->add_flag("--json", c.json, "As JSON");
}

std::string text_of(const Json& v) {
  if (v.is_string()) return v.get<std::string>();
  if (v.is_null()) return "";
  if (v.is_number_float()) return fmt::format("{:.10g}", v.get<double>());
  return v.dump();
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> width;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (width.size() <= i) width.push_back(0);
      width[i] = std::max(width[i], width_of(row[i]));
    }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(width[i] - width_of(row[i]) + 2, ' ');
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += line + "\n";
  }
  return out;
}

std::string random_key() {
  unsigned char bytes[16] = {};
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) return "";
  std::string out;
  for (const unsigned char b : bytes) out += fmt::format("{:02x}", b);
  return out;
}

std::string beside(const std::string& file, const std::string& folder) {
  if (folder.empty() || folder[0] == '/') return folder;
  const auto parent = std::filesystem::absolute(file).parent_path();
  std::string out = (parent / folder).lexically_normal().string();
  if (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

Result<std::int64_t> seconds_of(const std::string& text) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error == std::errc{} && end == text.data() + text.size() && n > 0) return n;
  if (const std::optional<Millis> t = parse_duration(text); t && t->count() >= 1000)
    return t->count() / 1000;
  return Fault{"time", "seconds, or as 90s, 15m, 2h, 1d", "'" + text + "'", ""};
}

}  // namespace dure
