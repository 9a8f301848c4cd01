// What the nodes of a site draw now: as their agent told, where it did so lately; else worked out
// from what runs on them, and labelled as such. The model is the twin's, linear in the GPUs held:
//   W = node_idle_w + (node_max_w - node_idle_w) x GPUs held / GPUs      0 of a node that is down
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "live/desk.h"

namespace dure {

using NodeSamples = std::map<std::string, NodeSample>;  // [node]

struct SitePower {
  std::int64_t power_w = 0, measured_w = 0;
  std::int64_t measured_nodes = 0, modelled_nodes = 0;
};

// told: as the agent told last. now_ms: Unix time.
NodeSamples power_by_node(const Desk& desk, const std::string& site, const NodeSamples& told,
                          std::int64_t now_ms);
// Their sum, without a list of the nodes where none of them was measured.
SitePower site_power(const Desk& desk, const std::string& site, const NodeSamples& told,
                     std::int64_t now_ms);

}  // namespace dure
