// dure sites, drain, resume, cap: what operators type.
#include <fmt/core.h>

#include "app/command.h"
#include "app/hub_client.h"
#include "app/watch.h"
#include "live/http/url.h"

namespace dure {
namespace {

struct Options {
  Connection hub;
  std::string place, reason;
  std::int64_t watts = 0;
};

std::string nodes_path(const std::string& site) {
  return "/api/v1/sites/" + percent_encode(site) + "/nodes";
}

Result<std::string> nodes_text(HubClient& hub, const Options& o) {
  TRY(answer, hub.call("GET", nodes_path(o.place)));
  if (o.hub.json) return json_line(answer.json);
  std::vector<std::vector<std::string>> rows{
      {"NODE", "POOL", "STATE", "GPUS", "FREE", "POWER", "FROM", "CAP", "WHY"}};
  for (const Json& n : answer.json["nodes"]) {
    std::string cap = text_of(n["cap_w"]) + " W";
    const std::string state = text_of(n["cap_state"]);
    if (state.empty() || (state == "set" && cap == "0 W"))
      cap = "-";
    else if (state != "set")
      cap += " (" + state + ")";
    rows.push_back({text_of(n["node"]), text_of(n["pool"]), text_of(n["state"]), text_of(n["gpus"]),
                    text_of(n["free"]), text_of(n["power_w"]) + " W", text_of(n["power_source"]),
                    cap, text_of(n["reason"])});
  }
  return table(rows);
}

Result<std::string> sites_text(HubClient& hub, const Options& o) {
  if (!o.place.empty()) return nodes_text(hub, o);
  TRY(answer, hub.call("GET", "/api/v1/sites"));
  if (o.hub.json) return json_line(answer.json);
  std::vector<std::vector<std::string>> rows{{"SITE", "AGENT", "POOL", "OWNER", "HARDWARE", "NODES",
                                              "UNITS", "FREE", "LENT", "WAITING", "POWER"}};
  for (const Json& s : answer.json["sites"]) {
    bool first = true;
    const std::string agent = s["connected"].get<bool>() ? text_of(s["driver"]) : "not connected";
    for (const Json& p : s["pools"]) {
      rows.push_back({first ? text_of(s["site"]) : "", first ? agent : "", text_of(p["pool"]),
                      text_of(p["owner"]), text_of(p["hardware"]),
                      text_of(p["nodes_open"]) + "/" + text_of(p["nodes"]),
                      text_of(p["installed"]) + " " + text_of(p["device"]), text_of(p["free"]),
                      text_of(p["lent"]), text_of(p["waiting_jobs"]),
                      first ? text_of(s["power_w"]) + " W" : ""});
      first = false;
    }
    if (first) rows.push_back({text_of(s["site"]), agent, "-"});
  }
  return table(rows);
}

int sites(const Options& o) {
  return show_listing(o.hub, [&](HubClient& hub) { return sites_text(hub, o); });
}

// A node, or all of a site, each once.
Result<std::vector<std::string>> nodes_of(HubClient& hub, const std::string& place) {
  const std::size_t slash = place.find('/');
  std::vector<std::string> nodes;
  if (slash != std::string::npos) {
    nodes.push_back(place.substr(slash + 1));
    return nodes;
  }
  TRY(answer, hub.call("GET", nodes_path(place)));
  for (const Json& n : answer.json["nodes"])
    if (nodes.empty() || nodes.back() != text_of(n["node"])) nodes.push_back(text_of(n["node"]));
  return nodes;
}

int set_nodes(const Options& o, const std::string& what, const Json& body) {
  TRY_OR_COMPLAIN(hub, HubClient::open(o.hub.hub));
  TRY_OR_COMPLAIN(nodes, nodes_of(*hub, o.place));
  const std::string site = o.place.substr(0, o.place.find('/'));
  for (const std::string& node : nodes) {
    TRY_OR_COMPLAIN(
        answer,
        hub->call("POST", nodes_path(site) + "/" + percent_encode(node) + "/" + what, body.dump()));
    (void)answer;
    if (!o.hub.json) fmt::print("{} {}/{}\n", what, site, node);
  }
  if (o.hub.json) fmt::print("{}", json_line(Json{{"nodes", nodes}}));
  return kDone;
}

CLI::App* add(CLI::App& app, const std::shared_ptr<Options>& o, const char* name,
              const char* help) {
  auto* command = app.add_subcommand(name, help);
  add_connection(command, o->hub);
  return command;
}

}  // namespace

void add_site_commands(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<Options>();
  auto* c = add(app, o, "sites", "Sites and their pools; of SITE: its nodes");
  c->add_option("SITE", o->place, "Its nodes");
  add_watch(c, o->hub);
  c->callback([o, &exit_code] { exit_code = sites(*o); });
  for (const std::string what : {"drain", "resume"}) {
    o = std::make_shared<Options>();
    c = add(app, o, what.c_str(),
            what == "drain" ? "No new work on SITE/NODE; what runs there goes on"
                            : "SITE/NODE takes work again");
    c->add_option("PLACE", o->place, "SITE/NODE, or SITE: all of its nodes")->required();
    c->add_option("--reason", o->reason, "For the record");
    c->callback([o, what, &exit_code] {
      exit_code = set_nodes(*o, what, Json{{"reason", o->reason}});
    });
  }
  o = std::make_shared<Options>();
  c = add(app, o, "cap", "What SITE/NODE may draw: WATTS, 0 for no cap");
  c->add_option("PLACE", o->place, "SITE/NODE, or SITE: each of its nodes")->required();
  c->add_option("WATTS", o->watts, "At most, of all the node; 0: no cap")
      ->required()
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1'000'000}));
  c->callback([o, &exit_code] { exit_code = set_nodes(*o, "cap", Json{{"cap_w", o->watts}}); });
}

}  // namespace dure
