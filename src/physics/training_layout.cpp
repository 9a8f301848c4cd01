#include "physics/training_layout.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/decimal.h"

namespace dure {
namespace {

constexpr double kMostMicrobatch = 64, kLeastTokensOfRank = 1024, kMostGpus = 1 << 20;

bool divides(double part, double whole) { return part >= 1 && std::fmod(whole, part) == 0; }
std::string text(double v) { return decimal_text(v); }

Fault indivisible(std::string what, double whole, std::string by, double part) {
  return {"layout", std::move(what) + " that " + std::move(by) + " = " + text(part) + " divides",
          text(whole) + " / " + text(part) + " = " + text(whole / part), ""};
}

// Divisors of n up to most, rising.
std::vector<double> divisors(double n, double most) {
  std::vector<double> out;
  for (double d = 1; d <= std::min(n, most); ++d) {
    if (divides(d, n)) out.push_back(d);
  }
  return out;
}
std::vector<double> one_or(const std::optional<double>& asked, std::vector<double> all) {
  return asked ? std::vector<double>{*asked} : std::move(all);
}

class Search {
 public:
  Search(const LayoutProblem& problem, const LayoutAsked& asked)
      : p_(problem), asked_(asked), run_(problem.run) {}

  Result<BestLayout> best() {
    through();
    if (best_.fitting == 0 && run_.recompute < 1 && best_.dividing > 0) {
      run_.recompute = 1;
      best_.dividing = 0;
      through();
    }
    if (best_.dividing == 0)
      return Fault{"layout",
                   "a layout that divides " + text(asked_.gpus) + " GPUs, " +
                       text(p_.shape.layers) + " layers and " + text(p_.run.batch_seqs) +
                       " sequences",
                   "none", "a batch of a multiple of the GPUs always has one"};
    if (best_.fitting == 0) {
      const auto refused = check_memory(p_.gpu, least_.memory, least_.layout);
      Fault fault = refused.fault();
      fault.hint = "the layout that needs least of " + text(static_cast<double>(best_.dividing)) +
                   ": tp " + text(least_.layout.tp) + ", pp " + text(least_.layout.pp) +
                   ", all activations recomputed; more GPUs or a smaller model";
      return fault;
    }
    best_.recompute = run_.recompute;
    return best_;
  }

 private:
  void through() {
    const double gpus = asked_.gpus;
    const double domain = std::max(1.0, p_.gpu.scaleup_gpus);
    for (const double tp : one_or(asked_.tp, divisors(gpus, std::min(domain, p_.shape.heads)))) {
      if (!divides(tp, p_.shape.heads)) continue;
      for (const double pp : one_or(asked_.pp, divisors(gpus / tp, p_.shape.layers))) {
        if (!divides(pp, p_.shape.layers) || !divides(tp * pp, gpus)) continue;
        for (const double v : one_or(asked_.virtual_stages, stages(pp))) {
          for (const double cp : one_or(asked_.cp, ranks_of_sequence(gpus / (tp * pp))))
            for (const double ep : one_or(asked_.ep, ranks_of_experts(gpus / pp)))
              for (const double mb : one_or(asked_.microbatch_seqs, sizes()))
                look({gpus, tp, pp, v, cp, ep, mb});
        }
      }
    }
  }
  std::vector<double> stages(double pp) const {
    return pp > 1 ? divisors(p_.shape.layers / pp, 1e5) : std::vector<double>{1};
  }
  std::vector<double> ranks_of_sequence(double left) const {
    std::vector<double> out;
    for (double cp = 1;
         cp <= left && (cp == 1 || p_.run.sequence_tokens / cp >= kLeastTokensOfRank); cp *= 2)
      out.push_back(cp);
    return out;
  }
  std::vector<double> ranks_of_experts(double left) const {
    if (!p_.shape.mixture()) return {1};
    return divisors(p_.shape.experts, left);
  }
  static std::vector<double> sizes() {
    std::vector<double> out;
    for (double mb = 1; mb <= kMostMicrobatch; mb *= 2) out.push_back(mb);
    return out;
  }

  void look(const TrainingLayout& layout) {
    // What most layouts fail, before check_layout writes down why.
    if (!divides(layout.tp * layout.pp * layout.cp, layout.gpus) ||
        !divides(layout.dp() * layout.microbatch_seqs, p_.run.batch_seqs))
      return;
    if (layout.virtual_stages > 1 && !divides(layout.pp, layout.microbatches(p_.run.batch_seqs)))
      return;
    if (asked_.microbatches && layout.microbatches(p_.run.batch_seqs) != *asked_.microbatches)
      return;
    if (!check_layout(p_.shape, run_, layout)) return;
    ++best_.dividing;
    const TrainingMemory memory = training_memory(p_.software, p_.shape, run_, layout);
    if (least_.memory.total() == 0 || memory.total() < least_.memory.total()) {
      least_.layout = layout;
      least_.memory = memory;
    }
    if (!fits(p_.gpu, memory)) return;
    const TrainingStep step = training_step(p_.law, p_.software, p_.gpu, p_.shape, run_, layout);
    if (best_.fitting++ > 0 && step.step_s >= best_.step.step_s) return;
    best_.layout = layout;
    best_.step = step;
    best_.memory = memory;
  }

  const LayoutProblem& p_;
  const LayoutAsked& asked_;
  TrainingRun run_;
  BestLayout best_, least_;
};

}  // namespace

Result<Done> check_layout(const ModelShape& s, const TrainingRun& run, const TrainingLayout& l) {
  const double ranks = l.tp * l.pp * l.cp;
  if (!divides(ranks, l.gpus))
    return Fault{"layout", "GPUs that tp x pp x cp divides",
                 text(l.tp) + " x " + text(l.pp) + " x " + text(l.cp) + " = " + text(ranks) +
                     ", and " + text(l.gpus) + " / " + text(ranks) + " = " + text(l.gpus / ranks),
                 ""};
  if (!divides(l.pp * l.virtual_stages, s.layers))
    return indivisible("layers", s.layers, "pp x virtual stages", l.pp * l.virtual_stages);
  if (!divides(l.tp, s.heads)) return indivisible("attention heads", s.heads, "tp", l.tp);
  if (l.cp > 1 && !divides(2 * l.cp, run.sequence_tokens))
    return indivisible("tokens of a sequence", run.sequence_tokens, "2 x cp", 2 * l.cp);
  if (!divides(l.dp() * l.microbatch_seqs, run.batch_seqs))
    return indivisible("a batch", run.batch_seqs, "dp x microbatch", l.dp() * l.microbatch_seqs);
  if (l.ep > 1) {
    if (!s.mixture()) return Fault{"layout", "ep = 1: the model has no experts", text(l.ep), ""};
    if (!divides(l.ep, s.experts)) return indivisible("experts", s.experts, "ep", l.ep);
    if (!divides(l.ep, l.gpus / l.pp))
      return indivisible("ranks of a stage", l.gpus / l.pp, "ep", l.ep);
  }
  if (l.virtual_stages > 1) {
    if (l.pp == 1)
      return Fault{"layout", "one virtual stage where pp = 1", text(l.virtual_stages), ""};
    const double m = l.microbatches(run.batch_seqs);
    if (!divides(l.pp, m))
      return indivisible("microbatches of an interleaved pipeline", m, "pp", l.pp);
  }
  return Done{};
}

Result<BestLayout> best_layout(const LayoutProblem& problem, const LayoutAsked& asked) {
  if (!(asked.gpus >= 1 && asked.gpus <= kMostGpus && asked.gpus == std::floor(asked.gpus)))
    return Fault{"gpus", "a whole number of 1 to " + text(kMostGpus), text(asked.gpus), ""};
  TrainingLayout one;
  one.gpus = asked.gpus;
  if (!within_training_reach(problem.shape, problem.run, one))
    return Fault{"model", "parameters, layers, width, tokens and batch above 0, and of this world",
                 text(problem.shape.params / 1e9) + " x 10^9 parameters", ""};
  return Search(problem, asked).best();
}

}  // namespace dure
