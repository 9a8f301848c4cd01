#include "serving/serving_replica.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace dure {

void ReplicaUse::add(const ReplicaUse& o) {
  busy_ms += o.busy_ms;
  decode_ms += o.decode_ms;
  prefill_ms += o.prefill_ms;
  sequence_ms += o.sequence_ms;
  kv_token_ms += o.kv_token_ms;
  decode_steps += o.decode_steps;
  chunk_steps += o.chunk_steps;
  tokens_out += o.tokens_out;
  tokens_filled += o.tokens_filled;
  preemptions += o.preemptions;
  peak_blocks = std::max(peak_blocks, o.peak_blocks);
  peak_sequences = std::max(peak_sequences, o.peak_sequences);
}

ServingReplica::ServingReplica(const ReplicaSpec& spec, const StepTable& steps, PoolRole role,
                               std::span<const TokenRequest> requests,
                               std::span<RequestOutcome> outcomes)
    : spec_(spec),
      steps_(steps),
      role_(role),
      admission_(role == PoolRole::decode ? Admission::reserve : spec.admission),
      requests_(requests),
      outcomes_(outcomes),
      phase_(static_cast<std::size_t>(spec.block_tokens)) {
  CHECK(spec.max_seqs >= 1 && spec.chunk_tokens >= 1 && spec.block_tokens >= 1);
  CHECK(spec.kv_blocks >= 1 && requests.size() == outcomes.size());
}

// ---- blocks ----

void ServingReplica::take_blocks(std::int64_t n) {
  used_ += n;
  CHECK(used_ <= spec_.kv_blocks);  // invariant 1
  use_.peak_blocks = std::max(use_.peak_blocks, used_);
}

std::int64_t ServingReplica::opening(std::int64_t s) const {
  const std::int64_t m = s % spec_.block_tokens;
  return phase_[static_cast<std::size_t>(m == 0 ? 0 : spec_.block_tokens - m)];
}

std::int64_t ServingReplica::opening(std::int64_t s, std::int64_t n) const {
  std::int64_t sum = n / spec_.block_tokens * running();
  for (std::int64_t i = 0; i < n % spec_.block_tokens; ++i) sum += opening(s + i);
  return sum;
}

// What it must find free to enter: of its prompt, or of all that it will keep. The last token is
// given and not kept; in a decode pool the first was given elsewhere.
std::int64_t ServingReplica::entry_blocks(std::uint32_t id) const {
  const RequestOutcome& o = outcomes_[id];
  if (role_ == PoolRole::prefill || admission_ == Admission::grow)
    return spec_.blocks(o.prompt_now);
  return spec_.blocks(o.prompt_now + o.left - (role_ == PoolRole::decode ? 0 : 1));
}

bool ServingReplica::may_enter(std::uint32_t id) const {
  const int beside = in_batch();
  if (beside >= spec_.max_seqs) return false;
  const std::int64_t spare = role_ == PoolRole::whole && admission_ == Admission::grow ? beside : 0;
  return used_ + entry_blocks(id) + spare <= spec_.kv_blocks;
}

// Sequences of one phase open their blocks at the same steps.
std::size_t ServingReplica::phase_of(std::int64_t tokens) const {
  const std::int64_t m = (tokens - step_) % spec_.block_tokens;
  return static_cast<std::size_t>(m < 0 ? m + spec_.block_tokens : m);
}

std::int64_t ServingReplica::tokens_of(const Run& r) const {
  const RequestOutcome& o = outcomes_[r.id];
  return o.prompt_now + o.left - (r.finish - step_);
}

// ---- who comes ----

void ServingReplica::take(std::uint32_t id, double t) {
  ++present_;
  waiting_.push_back(id);
  look(t);
}

void ServingReplica::release(std::uint32_t id, double t) {
  const auto at = std::ranges::find(held_, id);
  CHECK(at != held_.end());  // invariant 2
  held_.erase(at);
  --present_;
  free_blocks(spec_.blocks(outcomes_[id].prompt_now));
  look(t);
}

// Something may have become possible.
void ServingReplica::look(double t) {
  if (planned_ == 0) return plan(t);
  if (planned_tokens_ == 0 && !waiting_.empty() && may_enter(waiting_.front())) cut(t);
}

// The steps under way end with the first that is over at t or later.
void ServingReplica::cut(double t) {
  const int b = running();
  const double slope = steps_.decode_slope_ms(b) * b / 2;
  const double one = steps_.decode_ms(b, static_cast<double>(kv_tokens_)) + slope;
  const double x = std::max(0.0, t - begun_ms_);
  // slope n^2 + one n = x, without the difference of two like numbers
  const double root = one + std::sqrt(one * one + 4 * slope * x);
  auto n = root > 0 ? static_cast<std::int64_t>(std::min(2 * x / root, 1e15)) : 0;
  while (n > 1 && decode_time(n - 1) >= x) --n;
  while (n < planned_ && decode_time(n) < x) ++n;
  n = std::max<std::int64_t>(n, 1);
  if (n >= planned_) return;
  planned_ = n;
  next_ms_ = begun_ms_ + decode_time(n);
}

// ---- steps ----

// Of n steps from the boundary on: step j reads what the caches hold then, its own token included.
double ServingReplica::decode_time(std::int64_t n) const {
  const int b = running();
  const double steps = static_cast<double>(n);
  return steps * steps_.decode_ms(b, static_cast<double>(kv_tokens_)) +
         steps_.decode_slope_ms(b) * b * steps * (steps + 1) / 2;  // invariant 4
}

void ServingReplica::plan(double t) {
  begun_ms_ = t;
  planned_ = 0;
  planned_tokens_ = 0;
  planned_prefill_ms_ = 0;
  if (admission_ == Admission::grow) make_room();
  if (role_ == PoolRole::decode) {
    enter_decode();
  } else if (fills_ && filling_.todo > spec_.chunk_tokens) {
    return plan_whole_chunks();
  } else {
    plan_chunk();
    if (planned_ > 0) return;
  }
  if (!running_.empty()) return plan_decode();
  next_ms_ = LeastTree::kNever;
}

void ServingReplica::enter_decode() {
  while (!waiting_.empty() && may_enter(waiting_.front())) {
    const std::uint32_t id = waiting_.front();
    waiting_.pop_front();
    take_blocks(entry_blocks(id));
    join(id, orders_++);
  }
}

void ServingReplica::make_room() {
  while (used_ + opening(step_) > spec_.kv_blocks) preempt_last();
}

void ServingReplica::preempt_last() {
  std::uint32_t id = 0;
  if (fills_) {  // who fills came last
    id = filling_.id;
    fills_ = false;
    free_blocks(entry_blocks(id));
  } else {
    const auto last = std::ranges::max_element(running_, {}, &Run::order);
    CHECK(last != running_.end() && running_.size() > 1);
    id = last->id;
    const std::int64_t tokens = tokens_of(*last), left = last->finish - step_;
    --phase_[phase_of(tokens)];
    kv_tokens_ -= tokens;
    free_blocks(spec_.blocks(tokens));
    RequestOutcome& o = outcomes_[id];
    // The last token it gave is not in the cache yet; filled again with it, it gives the next.
    o.prompt_now = static_cast<std::int32_t>(tokens) + 1;
    o.left = static_cast<std::int32_t>(left);
    running_.erase(last);
    std::ranges::make_heap(running_, later);
  }
  ++use_.preemptions;
  ++outcomes_[id].preempted;
  waiting_.push_front(id);
}

float ServingReplica::fetch_ms(const Filling& f) const {
  return outcomes_[f.id].preempted > 0 ? 0 : requests_[f.id].fetch_ms;
}

// A long prompt fills chunk after chunk by itself, all but its last.
void ServingReplica::plan_whole_chunks() {
  const int b = running();
  const std::int64_t ends = b > 0 ? running_.front().finish - step_ : 0;
  std::int64_t n = 0, used = used_;
  double prefill = 0, decode = 0;
  do {
    if (admission_ == Admission::grow && b > 0) {
      used += opening(step_ + n);
      if (used > spec_.kv_blocks) break;  // not at n = 0: make_room has seen to it
    }
    prefill += steps_.prefill_ms(spec_.chunk_tokens, filling_.context);
    filling_.todo -= spec_.chunk_tokens;
    filling_.context += spec_.chunk_tokens;
    planned_tokens_ += spec_.chunk_tokens;
    ++n;
    if (b > 0) decode += steps_.decode_ms(b, static_cast<double>(kv_tokens_ + b * n));
  } while (filling_.todo > spec_.chunk_tokens && n != ends);
  CHECK(n > 0);
  filling_.spent_ms += prefill;
  planned_ = n;
  planned_prefill_ms_ = prefill;
  next_ms_ = begun_ms_ + (prefill + decode);
}

// One step with a chunk that one prompt does not fill, or that it ends in. Nothing planned: none
// waits that may enter.
void ServingReplica::plan_chunk() {
  std::int32_t room = spec_.chunk_tokens;
  double pairs = 0, fetch = 0;  // pairs of a new token and one that it attends to
  while (room > 0) {
    if (!fills_) {
      if (waiting_.empty() || !may_enter(waiting_.front())) break;
      const std::uint32_t id = waiting_.front();
      waiting_.pop_front();
      take_blocks(entry_blocks(id));
      const std::int32_t cached = outcomes_[id].preempted > 0 ? 0 : requests_[id].cached;
      filling_ = {id, orders_++, outcomes_[id].prompt_now - cached, cached, 0};
      fills_ = true;
    }
    const std::int32_t chunk = std::min(room, filling_.todo);
    pairs += chunk * (filling_.context + chunk / 2.0);
    filling_.todo -= chunk;
    filling_.context += chunk;
    room -= chunk;
    if (filling_.todo > 0) break;
    // It ends when what is still being fetched has come: layers are used as they come.
    fetch = std::max(fetch, fetch_ms(filling_) - filling_.spent_ms);
    ending_.push_back(filling_);
    fills_ = false;
  }
  const std::int32_t tokens = spec_.chunk_tokens - room;
  if (tokens == 0) return;
  // As one prompt of as many tokens and pairs.
  const double context = std::max(0.0, pairs / tokens - tokens / 2.0);
  const double prefill = std::max(steps_.prefill_ms(tokens, context), fetch);
  if (fills_) filling_.spent_ms += prefill;
  planned_ = 1;
  planned_tokens_ = tokens;
  planned_prefill_ms_ = prefill;
  const int b = running();
  const double decode = b > 0 ? steps_.decode_ms(b, static_cast<double>(kv_tokens_ + b)) : 0;
  next_ms_ = begun_ms_ + (prefill + decode);
}

void ServingReplica::plan_decode() {
  std::int64_t n = running_.front().finish - step_;
  CHECK(n > 0);
  const std::int64_t b = running(), free = spec_.kv_blocks - used_;
  if (admission_ == Admission::grow && free < b * (n / spec_.block_tokens + 1)) {
    std::int64_t fit = free / b * spec_.block_tokens, room = free % b;
    for (std::int64_t s = step_ + fit; fit < n && opening(s) <= room; ++s, ++fit)
      room -= opening(s);
    n = std::min(n, fit);
    CHECK(n > 0);  // make_room has seen to it
  }
  planned_ = n;
  next_ms_ = begun_ms_ + decode_time(n);
}

void ServingReplica::advance(std::vector<std::uint32_t>& to_transfer) {
  CHECK(planned_ > 0);
  const double took = next_ms_ - begun_ms_;
  const std::int64_t b = running(), n = planned_;
  if (admission_ == Admission::grow && b > 0) take_blocks(opening(step_, n));
  use_.busy_ms += took;
  use_.prefill_ms += planned_prefill_ms_;
  if (b > 0) {
    use_.decode_ms += took;
    use_.sequence_ms += static_cast<double>(b) * took;
    use_.kv_token_ms += (static_cast<double>(kv_tokens_) + static_cast<double>(b * n) / 2) * took;
    use_.decode_steps += n;
    use_.tokens_out += b * n;
    step_ += n;
    kv_tokens_ += b * n;
  }
  while (!running_.empty() && running_.front().finish == step_) leave();
  if (planned_tokens_ > 0) {
    use_.chunk_steps += n;
    use_.tokens_filled += planned_tokens_;
    for (const Filling& f : ending_) first_token(f, to_transfer);
    ending_.clear();
  }
  plan(next_ms_);
}

void ServingReplica::leave() {
  const std::uint32_t id = running_.front().id;
  const std::int64_t tokens = tokens_of(running_.front());
  std::ranges::pop_heap(running_, later);
  running_.pop_back();
  kv_tokens_ -= tokens;
  --phase_[phase_of(tokens)];
  free_blocks(spec_.blocks(tokens));  // all that was reserved, too
  finish(id);
}

void ServingReplica::first_token(const Filling& f, std::vector<std::uint32_t>& to_transfer) {
  RequestOutcome& o = outcomes_[f.id];
  if (o.first_ms < 0) o.first_ms = next_ms_;
  ++use_.tokens_out;
  const std::int64_t entered = entry_blocks(f.id);
  if (--o.left == 0) {
    free_blocks(entered);
    finish(f.id);
  } else if (role_ == PoolRole::prefill) {
    held_.push_back(f.id);
    to_transfer.push_back(f.id);
  } else {
    join(f.id, f.order);
  }
}

void ServingReplica::join(std::uint32_t id, std::uint32_t order) {
  const RequestOutcome& o = outcomes_[id];
  ++phase_[phase_of(o.prompt_now)];
  running_.push_back({step_ + o.left, id, order});
  std::ranges::push_heap(running_, later);
  kv_tokens_ += o.prompt_now;
  use_.peak_sequences = std::max(use_.peak_sequences, running());
}

void ServingReplica::finish(std::uint32_t id) {
  outcomes_[id].end_ms = next_ms_;
  outcomes_[id].left = 0;
  --present_;
}

void ServingReplica::audit() const {
  std::int64_t used = 0, tokens = 0;
  std::vector<std::int64_t> phase(phase_.size());
  for (const Run& r : running_) {
    const std::int64_t here = tokens_of(r);
    CHECK(r.finish >= step_ && here >= 1);
    tokens += here;
    used += spec_.blocks(admission_ == Admission::grow ? here : here + (r.finish - step_));
    ++phase[phase_of(here)];
  }
  if (fills_) used += entry_blocks(filling_.id);
  for (const Filling& f : ending_) used += entry_blocks(f.id);
  for (const std::uint32_t id : held_) used += spec_.blocks(outcomes_[id].prompt_now);
  CHECK(used == used_ && used <= spec_.kv_blocks);  // invariant 1
  CHECK(tokens == kv_tokens_ && phase == phase_);
  const std::size_t inside =
      running_.size() + waiting_.size() + held_.size() + ending_.size() + (fills_ ? 1 : 0);
  CHECK(inside == static_cast<std::size_t>(present_));  // invariant 2
  CHECK(running() <= spec_.max_seqs);
}

}  // namespace dure
