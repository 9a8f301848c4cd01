// The port between an agent and what runs jobs at its site: real processes, Slurm, a fault
// simulator. A driver keeps no truth: the agent's journal says what was wanted, the site what is.
//
// Starting is in two steps, so that a crash between them leaves nothing unknown: submit_held()
// makes an attempt that has not run and cannot; once its number at the site is in the journal,
// release() lets it go. Whatever is found held without a recorded number has not run.
//
// Invariants: 1. Nothing of an attempt runs before release(), and what runs under one key runs once
//                (the claim: an O_EXCL file of the key, made by the attempt itself).
//             2. unknown means: it may have happened or not. The agent looks (observe) before it
//             asks
//                again; it never asks blindly.
//             3. No call takes longer than the driver's own deadline.
//             4. Before it releases or stops by a number, a driver checks that the number still
//                carries the key: sites use numbers again after a crash.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "live/protocol.h"

namespace dure {

struct Handle {
  std::string key, remote;
};

struct Answer {
  enum Kind : std::uint8_t { done, refused, unknown };
  Kind kind = unknown;
  std::string remote;        // of submit_held
  std::string code, detail;  // of refused and unknown
};

struct Seen {  // of an attempt: a job of the site that carries one of our keys
  enum State : std::uint8_t { held, pending, running, ended, lost };
  std::string key, remote;
  State state = held;
  bool claimed = false;    // its first line ran, sometime
  bool never_ran = false;  // of what is over: it did not run, and cannot any more
  std::int64_t exit_code = 0, signal = 0;
  bool time_limit = false, node_failed = false, stopped = false;
  std::string detail;
};

struct Sweep {
  bool complete = false;  // true: what is not in it is not at the site; else: only what changed
  std::string boot;  // another word than before: the site's head restarted and may have forgotten
  std::vector<Seen> attempts;
  std::vector<NodeReport> nodes;     // if complete: all
  std::vector<ForeignFact> foreign;  // if complete: all that hold machines
};

struct LogPart {
  std::int64_t offset = 0, size = 0;  // of the file so far
  std::string bytes;
};

class Driver {
 public:
  virtual ~Driver() = default;
  virtual std::string name() const = 0;  // "local", "slurm 22.05.8 (slurmrestd)"
  virtual bool caps_power() const { return false; }

  // One answer for each order, in order. Batches, so that a driver can have several under way.
  virtual std::vector<Answer> submit_held(std::span<const RunOrder> orders) = 0;
  virtual std::vector<Answer> release(std::span<const Handle> attempts) = 0;
  // SIGTERM, then SIGKILL after grace_s; asking twice does no harm. done: it is under way or over.
  // An attempt that has not started is taken away: it never runs. unless_started: nothing else is.
  virtual std::vector<Answer> stop(std::span<const StopOrder> orders,
                                   std::span<const Handle> attempts) = 0;
  virtual Answer set_node(const NodeOrder& order) = 0;
  virtual Answer cap(const CapOrder&) { return {Answer::refused, "", "no_power_cap", name()}; }

  // `watched`: what the agent believes is under way; a driver may look at them one by one.
  virtual Result<Sweep> observe(std::span<const Handle> watched) = 0;
  // The claim and the end that an attempt itself wrote: what is left when the site has forgotten
  // it. none: it never ran. Seen::state: running if only the claim is there, and then it may be
  // dead.
  virtual Result<std::optional<Seen>> trace(const std::string& key) = 0;
  virtual Result<LogPart> read_log(const std::string& key, LogStream stream, std::int64_t offset,
                                   std::int64_t most) = 0;
  virtual std::vector<NodeSample> samples() { return {}; }
  // It has ended and the hub knows: the site's traces of it may go, its logs stay.
  virtual void forget(const std::string& key) { (void)key; }
};

}  // namespace dure
