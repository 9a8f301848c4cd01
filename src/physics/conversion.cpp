#include "physics/conversion.h"

#include <cmath>

#include "base/check.h"
#include "world/power_check.h"

namespace dure {

StageFlow through_stage(const StageSpec& stage, double output_w, double units) {
  CHECK(output_w >= 0 && units >= 0 && stage.efficiency > 0 && stage.efficiency <= 1);
  return {stage.id, output_w, (output_w + units * stage.constant_loss_w) / stage.efficiency};
}

double units_for(const StageSpec& stage, double rated_w) {
  CHECK(rated_w >= 0 && stage.unit_output_w > 0);
  return rated_w / stage.unit_output_w * stage.redundancy;
}

Result<Chain> find_chain(const PowerSpec& spec, std::string_view id, std::string_view named_at) {
  TRY(row, find_row(spec.chains, id, named_at));
  Chain chain{row->id, {}};
  for (const std::string& name : row->stages) {
    TRY(stage, find_row(spec.stages, name, "power.chains[" + row->id + "].stages"));
    chain.stages.push_back(*stage);
  }
  return chain;
}

Result<ChainFlow> through_chain(const Chain& chain, double load_w, double rated_w) {
  if (!(load_w >= 0 && load_w <= rated_w))
    return Fault{"load_w", "0 to " + std::to_string(rated_w) + " W, the rating of " + chain.id,
                 std::to_string(load_w), ""};
  ChainFlow flow;
  flow.output_w = flow.input_w = load_w;
  for (const StageSpec& stage : chain.stages) {
    flow.stages.push_back(through_stage(stage, flow.input_w, units_for(stage, rated_w)));
    flow.input_w = flow.stages.back().input_w;
  }
  return flow;
}

Watts ChainLine::input_nearest(Watts load) const {
  return Watts(std::llround(fixed_w + slope * static_cast<double>(load.count())));
}

ChainLine chain_line(const Chain& chain, double rated_w) {
  ChainLine line;
  for (const StageSpec& stage : chain.stages) {  // invariant 3
    line.fixed_w =
        (line.fixed_w + units_for(stage, rated_w) * stage.constant_loss_w) / stage.efficiency;
    line.slope /= stage.efficiency;
  }
  return line;
}

}  // namespace dure
