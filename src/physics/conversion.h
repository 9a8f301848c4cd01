// Losses between the load and the grid, stage by stage. docs/models/conversion.md.
//   P_in = (P_out + units x c) / eta,   loss = P_in - P_out
// c is lost at any load, also at none, so a lightly loaded stage is the less efficient one
// (form and Frontier's constants: Brewer et al., SC24, and its RAPS configuration).
//
// Invariants: 1. Input = output + losses, at each stage and over the chain.
//             2. Losses are above 0 at no load where c is; none is negative.
//             3. The law is linear: a pool's input follows from its total and its units alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/quantity.h"
#include "base/result.h"
#include "world/power_spec.h"

namespace dure {

struct StageFlow {
  std::string stage;
  double output_w = 0, input_w = 0;
  double loss_w() const { return input_w - output_w; }
  double efficiency() const { return input_w > 0 ? output_w / input_w : 0; }
};

// units: how many of the stage's units are switched on.
StageFlow through_stage(const StageSpec& stage, double output_w, double units);

// Units for a rated load, with the stage's redundancy; not rounded: halls are large.
double units_for(const StageSpec& stage, double rated_w);

struct ChainFlow {
  std::vector<StageFlow> stages;  // from the load to the grid
  double output_w = 0, input_w = 0;
  double loss_w() const { return input_w - output_w; }
  double efficiency() const { return input_w > 0 ? output_w / input_w : 0; }
};

// The stages of a chain, found once.
struct Chain {
  std::string id;
  std::vector<StageSpec> stages;
};
// named_at: the path of the id, for its Fault.
Result<Chain> find_chain(const PowerSpec& spec, std::string_view id,
                         std::string_view named_at = "chains");

// load_w on a chain that was built for rated_w. Refused: a load below 0, or above what is rated.
Result<ChainFlow> through_chain(const Chain& chain, double load_w, double rated_w);

// A chain as one straight line, for each step of a run: input = fixed_w + slope x load.
struct ChainLine {
  double fixed_w = 0, slope = 1;
  Watts input_nearest(Watts load) const;
};
ChainLine chain_line(const Chain& chain, double rated_w);

}  // namespace dure
