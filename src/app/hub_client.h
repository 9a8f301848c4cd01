// The commands' way to a hub: where it is, how we are known there, calls that answer JSON or a
// problem. Where: --hub, $DURE_HUB, what `dure login` kept, else http://127.0.0.1:7480. Known by:
// $DURE_TOKEN, what `dure login` kept; on this machine the hub knows its own account without.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "base/result.h"
#include "live/http/client.h"

namespace dure {

using Json = nlohmann::ordered_json;

struct HubPlace {
  std::string url, token, ca_file;
};

class HubClient {
 public:
  // given: --hub; "": not given.
  static Result<std::unique_ptr<HubClient>> open(const std::string& given);

  struct Answer {
    int status = 0;
    Json json;         // of application/json
    std::string body;  // as it came
    HttpFields headers;
    std::string header(std::string_view name) const;
  };
  // A Fault: no answer, or a problem; its text is for a person.
  Result<Answer> call(const std::string& method, const std::string& target,
                      const std::string& body = "", HttpFields headers = {});
  // GET, for who waits: asked again for ten minutes while the hub is away (restarted, not leading,
  // its store full).
  Result<Answer> call_patiently(const std::string& target);
  Result<Done> follow(const std::string& target, const std::function<bool(std::string_view)>& take);
  const std::string& url() const { return place_.url; }

 private:
  Result<HttpResponse> send(const std::string& method, const std::string& target,
                            const std::string& body, HttpFields headers);
  Result<Answer> answer_of(Result<HttpResponse> response) const;
  HubPlace place_;
  std::unique_ptr<HttpClient> http_;
};

// $XDG_CONFIG_HOME/dure/hub.json, else ~/.config/dure/hub.json
std::string login_file();
Result<Done> keep_login(const HubPlace& place);

struct Connection {  // shared by the commands that talk to a hub
  std::string hub;
  bool json = false;
};
void add_connection(CLI::App* command, Connection& c);

// Columns of text, as wide as what is in them; the first row is the head. Wide characters count
// two.
std::string table(const std::vector<std::vector<std::string>>& rows);
std::string text_of(const Json& value);  // of a cell
// "90s", "15m", "2h", "1d"; or seconds.
Result<std::int64_t> seconds_of(const std::string& text);
// A request that is sent again, because an answer was lost, must be known as the same one.
std::string random_key();
// A folder that a YAML file names is relative to it.
std::string beside(const std::string& file, const std::string& folder);

}  // namespace dure
