// One replica of a service: continuous batching over a paged KV cache, step by step in effect, many
// steps at once in cost. Between two changes of the batch every step adds a token to each sequence,
// so n steps take an arithmetic series of times and end at a known number of blocks.
// Units: ms, tokens, blocks of `block_tokens` tokens.
//
// What a replica does at the boundary of two steps, in this order:
//   1. what has its last token leaves;
//   2. a chunk of chunk_tokens is dealt out: what is left of the prompt that is being filled, then
//      from the head of the queue (first come, first served) while tokens of the chunk, places in
//      the batch and blocks are left. Admission::reserve asks for the blocks of a whole answer;
//      Admission::grow for those of the prompt and one more for each sequence that runs, so no step
//      soon lacks one;
//   3. Admission::grow: if the next step opens more blocks than are free, who entered last leaves,
//      loses its blocks, and waits at the head of the queue to be filled again, what it had already
//      generated included (recompute, as in vLLM: Kwon et al., SOSP 2023, section 4.5). This is
//      seen to before 2;
//   4. a step: the chunk, and a token for each running sequence (Sarathi-Serve, OSDI 2024). The
//   step
//      that ends a prompt gives its first token.
// What arrives during a step is looked at when it ends; at the instant that a step begins, it is
// too late for it.
//
// Invariants: 1. Blocks in use are never above kv_blocks.
//             2. A request is in one place: waiting, filling, running or held for a transfer.
//             3. Tokens given = tokens asked, of each request that ended.
//             4. step_ms of n steps = the sum of the n steps one by one (to rounding).
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "serving/least_tree.h"
#include "serving/step_model.h"

namespace dure {

struct TokenRequest {
  double at_ms = 0;
  std::int32_t prompt = 0, output = 0;  // tokens, 1 at least
  std::int32_t cached = 0;  // of the prompt, in some tier: fetched, not computed; < prompt
  float fetch_ms = 0;       // what fetching takes, beside computing the rest
};

enum class RefusedRequest : std::uint8_t {
  none,
  too_long,    // more tokens than a replica's whole KV cache
  queue_full,  // as many wait at the least loaded replica as may
  no_replica,  // none is ready
};

struct RequestOutcome {
  double first_ms = -1, end_ms = -1;  // of the first and of the last token; -1: never
  RefusedRequest refused = RefusedRequest::none;
  std::uint16_t preempted = 0;  // how often it was thrown out and filled again
  // What is left to do, kept by the replica that has it.
  std::int32_t prompt_now = 0, left = 0;
};

enum class Admission : std::uint8_t { reserve, grow };
enum class PoolRole : std::uint8_t { whole, prefill, decode };

struct ReplicaSpec {
  int max_seqs = 256;
  int chunk_tokens = 512;
  int block_tokens = 16;
  std::int64_t kv_blocks = 0;
  Admission admission = Admission::grow;
  std::int64_t blocks(std::int64_t tokens) const {
    return (tokens + block_tokens - 1) / block_tokens;
  }
};

struct ReplicaUse {        // sums over a replica's life
  double busy_ms = 0;      // a step runs
  double decode_ms = 0;    // of it, with sequences that decode
  double prefill_ms = 0;   // spent on prompts alone
  double sequence_ms = 0;  // sequences that decode x time
  double kv_token_ms = 0;  // tokens of running sequences x time
  std::int64_t decode_steps = 0, chunk_steps = 0;
  std::int64_t tokens_out = 0, tokens_filled = 0;
  std::int64_t preemptions = 0;
  std::int64_t peak_blocks = 0;
  int peak_sequences = 0;
  void add(const ReplicaUse& other);
};

class ServingReplica {
 public:
  // The arguments must outlive it; outcomes is as long as requests.
  ServingReplica(const ReplicaSpec& spec, const StepTable& steps, PoolRole role,
                 std::span<const TokenRequest> requests, std::span<RequestOutcome> outcomes);

  void take(std::uint32_t id, double t);  // it waits here now
  // When advance() is due; LeastTree::kNever: it is idle.
  double next_ms() const { return next_ms_; }
  // To the end of the steps that are under way. Appends who has its first token here and decodes
  // elsewhere (PoolRole::prefill); their blocks are held until release().
  void advance(std::vector<std::uint32_t>& to_transfer);
  void release(std::uint32_t id, double t);

  std::int32_t present() const { return present_; }  // waiting, filling, running, held
  std::size_t waiting() const { return waiting_.size(); }
  int running() const { return static_cast<int>(running_.size()); }
  std::int64_t blocks_used() const { return used_; }
  const ReplicaUse& use() const { return use_; }
  void audit() const;  // recounts blocks and tokens from scratch, and CHECKs the invariants

 private:
  struct Run {
    std::int64_t finish;  // the step that gives its last token
    std::uint32_t id, order;
  };
  struct Filling {
    std::uint32_t id, order;
    std::int32_t todo, context;
    double spent_ms;  // on its chunks
  };
  static bool later(const Run& a, const Run& b) {
    return a.finish != b.finish ? a.finish > b.finish : a.order > b.order;
  }

  int in_batch() const { return running() + static_cast<int>(ending_.size()) + (fills_ ? 1 : 0); }
  bool may_enter(std::uint32_t id) const;
  std::int64_t entry_blocks(std::uint32_t id) const;
  void look(double t);
  void cut(double t);
  void plan(double t);
  void enter_decode();
  void make_room();
  void preempt_last();
  void plan_whole_chunks();
  void plan_chunk();
  void plan_decode();
  void join(std::uint32_t id, std::uint32_t order);
  void leave();
  void finish(std::uint32_t id);
  void first_token(const Filling& f, std::vector<std::uint32_t>& to_transfer);
  float fetch_ms(const Filling& f) const;
  std::int64_t tokens_of(const Run& r) const;
  void free_blocks(std::int64_t n) { used_ -= n; }
  void take_blocks(std::int64_t n);
  // Blocks that step s + 1 opens, and n steps from s on.
  std::int64_t opening(std::int64_t s) const;
  std::int64_t opening(std::int64_t s, std::int64_t n) const;
  double decode_time(std::int64_t n) const;
  std::size_t phase_of(std::int64_t tokens) const;

  const ReplicaSpec& spec_;
  const StepTable& steps_;
  const PoolRole role_;
  const Admission admission_;
  std::span<const TokenRequest> requests_;
  std::span<RequestOutcome> outcomes_;

  std::deque<std::uint32_t> waiting_;
  std::vector<Run> running_;  // a heap: the first to finish on top
  std::vector<std::uint32_t> held_;
  bool fills_ = false;
  Filling filling_{};                // the prompt that the next chunk begins with
  std::vector<Filling> ending_;      // prompts that the step under way ends
  std::vector<std::int64_t> phase_;  // running sequences by (tokens - step) mod block_tokens
  std::int64_t step_ = 0, kv_tokens_ = 0, used_ = 0;
  std::int32_t present_ = 0;
  std::uint32_t orders_ = 0;
  // What is under way: steps from begun_ms_ to next_ms_.
  double begun_ms_ = 0, next_ms_ = LeastTree::kNever;
  std::int64_t planned_ = 0;
  double planned_prefill_ms_ = 0;
  std::int64_t planned_tokens_ = 0;  // of prompts
  ReplicaUse use_;
};

}  // namespace dure
