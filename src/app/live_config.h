// Configurations of `dure serve` and `dure agent`: read from YAML, or made up for this machine.
#pragma once

#include <memory>
#include <string>

#include "base/faults.h"
#include "live/agent.h"
#include "live/agent_spec.h"
#include "live/driver.h"
#include "live/hub_spec.h"
#include "world/scenario.h"

namespace dure {

struct LiveConfig {
  HubSpec hub;
  Scenario scenario;
  std::string folder;  // that relative paths are in
};

Outcome<LiveConfig> read_live_config(const std::string& path);
// One machine: SQLite and a local site below `folder`.
Outcome<LiveConfig> embedded_config(const std::string& folder);
Outcome<AgentSpec> read_agent_config(const std::string& path);

// The driver of an agent that runs here.
// A file is used by one hub at a time, and whoever has its lock knows that no other lives. The
// descriptor that holds it; -1: of a store that needs none.
Result<int> lock_store(const std::string& url);
Result<std::unique_ptr<Driver>> make_driver(const AgentSpec& spec);
Result<SiteTools> make_tools(const AgentSpec& spec);  // what its site has beside the driver
std::int64_t unix_now_ms();

// Where a person's things are: $DURE_FOLDER, else $XDG_STATE_HOME/dure, else ~/.local/state/dure.
std::string state_folder();
Result<std::string> read_secret(const std::string& path);  // a file's first line

}  // namespace dure
