#include "live/book.h"

#include <algorithm>
#include <bit>
#include <charconv>

#include "base/calendar.h"
#include "io/describe_json.h"

namespace dure {
namespace {

constexpr std::size_t kTold = 100'000;  // idempotency keys that are remembered
// Below the ports that Linux gives to clients (32768 and up).
constexpr std::uint16_t kFirstPort = 20'000, kLastPort = 32'000;

Stage stage_of(AttemptState s) {
  switch (s) {
    case AttemptState::accepted: return Stage::accepted;
    case AttemptState::started:
    case AttemptState::serving: return Stage::started;
    case AttemptState::ended:
    case AttemptState::refused:
    case AttemptState::lost: return Stage::over;
  }
  CHECK(!"an AttemptState");
}

Millis start_of_next(Date d) {  // month
  return midnight(d.month == 12 ? Date{d.year + 1, 1, 1} : Date{d.year, d.month + 1, 1});
}

std::string program_of(const JobSpec& spec) {
  if (!spec.name.empty()) return spec.name;
  if (spec.command.empty()) return "script";
  const std::string& program = spec.command[0];
  const std::size_t slash = program.find_last_of('/');
  return slash == std::string::npos ? program : program.substr(slash + 1);
}

}  // namespace

const Attempt* Book::attempt(JobId id) const {
  const auto it = attempts_.find(id);
  return it == attempts_.end() ? nullptr : &it->second;
}

std::shared_ptr<const std::string> Book::spec_text(JobId id) const {
  const std::uint32_t spec = jobs_[id.index].spec;
  return spec == 0 ? nullptr : specs_[spec - 1].text;
}

std::optional<JobSpec> Book::spec(JobId id) const {
  const auto text = spec_text(id);
  if (!text) return std::nullopt;
  Outcome<JobSpec> spec = from_json<JobSpec>(*text, "record");
  CHECK(spec);  // it was written by us
  return std::move(spec.value());
}

std::optional<Book::Key> Book::parse_key(std::string_view key) const {
  const std::string front = hub_id_ + "-";
  if (hub_id_.empty() || !key.starts_with(front)) return std::nullopt;
  key.remove_prefix(front.size());
  std::uint64_t number = 0;
  unsigned attempt = 0;
  const char* const end = key.data() + key.size();
  const auto [dot, e1] = std::from_chars(key.data(), end, number);
  if (e1 != std::errc{} || dot == end || *dot != '.') return std::nullopt;
  const auto [stop, e2] = std::from_chars(dot + 1, end, attempt);
  if (e2 != std::errc{} || stop != end || attempt == 0 || attempt > 65'535) return std::nullopt;
  if (number == 0 || number > jobs_.size()) return std::nullopt;
  return Key{job_of(static_cast<std::int64_t>(number)), static_cast<std::uint16_t>(attempt)};
}

const Site* Book::site(const std::string& name) const {
  const auto it = sites_.find(name);
  return it == sites_.end() ? nullptr : &it->second;
}

std::vector<NodeSeat> Book::seats(const std::string& site, const std::string& node) const {
  const auto it = seats_.find({site, node});
  return it == seats_.end() ? std::vector<NodeSeat>{} : it->second;
}

const PowerCap* Book::cap(const std::string& site, const std::string& node) const {
  const auto it = caps_.find({site, node});
  return it == caps_.end() ? nullptr : &it->second;
}

std::optional<LaneId> Book::lane(const std::string& key) const {
  const auto it = lanes_.find(key);
  return it == lanes_.end() ? std::nullopt : std::optional(it->second);
}

std::optional<AccountId> Book::account(const std::string& name) const {
  const auto it = accounts_.find(name);
  return it == accounts_.end() ? std::nullopt : std::optional(it->second);
}

const Book::Told* Book::told(const std::string& user_and_key) const {
  const auto it = told_.find(user_and_key);
  return it == told_.end() ? nullptr : &it->second;
}

std::vector<JobId> Book::foreign(const std::string& site, const std::string& remote) const {
  const auto it = foreign_.find({site, remote});
  return it == foreign_.end() ? std::vector<JobId>{} : it->second;
}

std::vector<JobId> Book::take_changed() {
  std::vector<JobId> out(changed_.begin(), changed_.end());
  changed_.clear();
  return out;
}

std::vector<NodeSeat> Book::take_changed_nodes() { return std::exchange(changed_nodes_, {}); }

std::uint32_t Book::intern(const std::string& text) {
  const auto [it, fresh] = text_of_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
  if (fresh) texts_.push_back(text);
  return it->second;
}

// ---- the world's events

void Book::before(const Event& e, const World& world) {
  if (e.at >= month_end_) close_months(e.at, world);
  if (const auto* joined = std::get_if<MemberJoined>(&e.what)) {
    accounts_[joined->name] = AccountId{accounts_known_++};
  } else if (const auto* opened = std::get_if<AccountOpened>(&e.what)) {
    accounts_[opened->name] = opened->account;
    ++accounts_known_;
  } else if (const auto* site = std::get_if<SiteOpened>(&e.what)) {
    site_names_.push_back(site->name);
    sites_[site->name].name = site->name;
  } else if (const auto* pool = std::get_if<PoolOpened>(&e.what)) {
    pools_.push_back({*pool, site_names_[pool->site.index], {}});
  } else if (const auto* submitted = std::get_if<JobSubmitted>(&e.what)) {
    for (const JobId before : submitted->after) {
      const JobState state = world.job(before).state;
      const bool over =
          state == JobState::ended || state == JobState::cancelled || state == JobState::refused;
      if (!over) after_.emplace(before, submitted->job);
    }
  } else if (const auto* made = std::get_if<ArtifactMade>(&e.what)) {
    data_.artifact(made->name);
  } else if (const auto* drained = std::get_if<NodesDrained>(&e.what)) {
    PoolBook& pool_book = pools_[drained->pool.index];
    for (std::uint64_t left = drained->nodes; left != 0; left &= left - 1)
      pool_book
          .nodes[drained->rack * pool_book.info.nodes_per_rack +
                 static_cast<std::uint32_t>(std::countr_zero(left))]
          .world_drained = true;
  } else if (const auto* resumed = std::get_if<NodesResumed>(&e.what)) {
    PoolBook& pool_book = pools_[resumed->pool.index];
    for (std::uint64_t left = resumed->nodes; left != 0; left &= left - 1)
      pool_book
          .nodes[resumed->rack * pool_book.info.nodes_per_rack +
                 static_cast<std::uint32_t>(std::countr_zero(left))]
          .world_drained = false;
  } else if (const auto* ended = std::get_if<JobEnded>(&e.what)) {
    job_over(ended->job);
  } else if (const auto* cancelled = std::get_if<JobCancelled>(&e.what)) {
    job_over(cancelled->job);
  } else if (const auto* failed = std::get_if<JobFailed>(&e.what)) {
    job_over(failed->job);
  } else if (const auto* stopped = std::get_if<JobStopped>(&e.what)) {
    changed_.insert(stopped->job);
  } else if (const auto* issued = std::get_if<CommandIssued>(&e.what)) {
    if (const auto* start = std::get_if<StartJob>(&issued->wish)) {
      started(*start, e.at);
    } else if (const auto* preempt = std::get_if<PreemptJob>(&issued->wish)) {
      const std::int64_t until_s = (preempt->until - e.at).count() / 1000;
      const std::optional<JobSpec> s = spec(preempt->job);
      stop(preempt->job, std::max<std::int64_t>(1, std::min(s ? s->grace_s : 30, until_s)),
           "preempted");
    } else if (const auto* resize = std::get_if<ResizeJob>(&issued->wish)) {
      const auto it = attempts_.find(resize->job);
      CHECK(it != attempts_.end());
      const std::optional<JobSpec> s = spec(resize->job);
      it->second.again = true;
      it->second.next_nodes = nodes_of(world.job(resize->job).pool, resize->place, s ? s->cpus : 0);
      stop(resize->job, s ? s->grace_s : 30, "resized");
    } else if (const auto* refuse = std::get_if<RefuseJob>(&issued->wish)) {
      LiveJob& job = jobs_[refuse->job.index];
      job.outcome = JobOutcome::refused;
      job.detail =
          intern(std::string(to_string(refuse->because)) + failed_before(world, refuse->job));
      job_over(refuse->job);
    }
  }
}

// ": job 7", the first of those that it waited for that did not end well; "" if none did not.
std::string Book::failed_before(const World& world, JobId id) const {
  const std::optional<JobSpec> s = spec(id);
  if (!s) return "";
  for (const std::int64_t number : s->after) {
    const Job& before = world.job(job_of(number));
    if (before.failed || before.state == JobState::cancelled || before.state == JobState::refused)
      return ": job " + std::to_string(number);
  }
  return "";
}

void Book::started(const StartJob& wish, Millis now) {
  LiveJob& job = jobs_[wish.job.index];
  const std::optional<JobSpec> s = spec(wish.job);
  CHECK(s);
  Attempt a;
  a.pool = wish.pool;
  a.site = pools_[wish.pool.index].site;
  a.nodes = nodes_of(wish.pool, wish.place, s->cpus);
  for (const Part& part : wish.also)
    if (pools_[part.pool.index].site == a.site)
      for (NodeShare& n : nodes_of(part.pool, part.place, s->cpus)) a.nodes.push_back(std::move(n));
  CHECK(!attempts_.contains(wish.job));  // invariant 1
  (void)job;
  order(wish.job, std::move(a), now);
}

void Book::order(JobId id, Attempt a, Millis now) {
  LiveJob& job = jobs_[id.index];
  CHECK(job.attempts < 65'535);
  a.key = hub_id_ + "-" + std::to_string(number_of(id)) + "." + std::to_string(++job.attempts);
  a.ordered = now;
  const std::optional<JobSpec> s = spec(id);
  if (s && s->service) a.port = take_port(a.site);
  a.stage = room_for(a) ? Stage::ordered : Stage::gated;
  changed_.insert(id);
  Attempt& kept = attempts_[id] = std::move(a);
  if (kept.stage == Stage::gated)
    gated_.push_back(id);  // invariant 3
  else
    send_run(id, kept);
}

void Book::send_run(JobId id, Attempt& a) {
  a.stage = Stage::ordered;
  hold(a, 1);
  command(a.site, SiteCommand{0, false, run_order(id, a), {}, {}, {}});
}

// The same port on all nodes of a site belongs to one service at a time. Where the search begins
// depends on the hub and on what the site has been told so far: a port that a stranger holds is not
// met again by the next attempt.
std::uint16_t Book::take_port(const std::string& site) {
  std::uint32_t spread = 2'166'136'261;  // FNV-1a
  for (const char c : hub_id_ + ":" + std::to_string(sites_.at(site).commands_made))
    spread = (spread ^ static_cast<unsigned char>(c)) * 16'777'619;
  const auto first = static_cast<std::uint16_t>(kFirstPort + spread % (kLastPort - kFirstPort));
  std::uint16_t port = first;
  while (ports_.contains({site, port})) {
    if (++port == kLastPort) port = kFirstPort;
    if (port == first) return 0;  // a service more than has room: it finds its own
  }
  ports_.insert({site, port});
  return port;
}

RunOrder Book::run_order(JobId id, const Attempt& a) const {
  const LiveJob& job = jobs_[id.index];
  std::optional<JobSpec> s = spec(id);
  CHECK(s);
  RunOrder run;
  run.key = a.key;
  run.name = texts_[job.name];
  run.user = texts_[job.site_user];
  run.account = s->project.empty() ? s->member : s->project;
  run.partition = a.nodes.empty() ? "" : [&] {
    const std::vector<NodeSeat> seat = seats(a.site, a.nodes[0].node);
    return seat.empty() ? std::string()
                        : pools_[seat[0].pool.index].nodes[seat[0].index].report.partition;
  }();
  run.command = std::move(s->command);
  run.script = std::move(s->script);
  run.environment = std::move(s->environment);
  run.environment.push_back("DURE_JOB=" + std::to_string(number_of(id)));
  run.environment.push_back("DURE_ATTEMPT=" + std::to_string(job.attempts));
  run.environment.push_back("DURE_MEMBER=" + s->member);
  run.environment.push_back("DURE_SITE=" + a.site);
  if (s->array > 1)
    run.environment.push_back("DURE_ARRAY_INDEX=" + std::to_string(job.array_index));
  if (a.port != 0) run.environment.push_back("DURE_PORT=" + std::to_string(a.port));
  run.folder = std::move(s->folder);
  run.nodes = a.nodes;
  run.each_node = s->each_node;
  run.memory_mib = static_cast<std::int64_t>(s->memory_gb * 1024);
  run.time_limit_s = s->service ? 0 : s->time_limit_s;
  run.grace_s = s->grace_s;
  for (const std::string& input : s->inputs) {  // MEMBER/NAME@DIGEST; of the scenario's: no bytes
    const std::size_t slash = input.find('/'), at = input.find('@');
    if (at != std::string::npos)
      run.inputs.push_back({input.substr(slash + 1, at - slash - 1), input.substr(at + 1)});
  }
  run.outputs = std::move(s->outputs);
  const std::int64_t port = s->health && s->health->port != 0 ? s->health->port : a.port;
  if (s->health && port != 0 && !a.nodes.empty()) {
    const HealthSpec& h = *s->health;
    run.probe = Probe{a.nodes[0].node, h.path, port, h.every_s, h.failures, h.start_s};
  }
  return run;
}

void Book::stop(JobId id, std::int64_t grace_s, const char* reason) {
  const auto it = attempts_.find(id);
  if (it == attempts_.end() || it->second.stop_asked) return;
  Attempt& a = it->second;
  a.stop_asked = true;
  changed_.insert(id);
  // The site never heard of a gated one; it is told all the same, so that its end is told too.
  if (a.stage == Stage::gated) {
    std::erase(gated_, id);
    send_run(id, a);
  }
  command(a.site, SiteCommand{0, false, {}, StopOrder{a.key, grace_s, reason, false}, {}, {}});
}

void Book::attempt_over(JobId id) {
  const auto it = attempts_.find(id);
  if (it == attempts_.end()) return;
  hold(it->second, -1);
  std::erase(gated_, id);
  const std::string site = it->second.site;
  ports_.erase({site, it->second.port});
  attempts_.erase(it);
  changed_.insert(id);
  for (std::size_t i = 0; i < gated_.size();) {  // invariant 3
    Attempt& waits = attempts_.at(gated_[i]);
    if (waits.site != site || !room_for(waits)) {
      ++i;
      continue;
    }
    const JobId job = gated_[i];
    gated_.erase(gated_.begin() + static_cast<std::ptrdiff_t>(i));
    send_run(job, waits);
  }
}

void Book::job_over(JobId id) {
  LiveJob& job = jobs_[id.index];
  attempt_over(id);
  changed_.insert(id);
  const auto [from, to] = after_.equal_range(id);
  for (auto it = from; it != to; ++it) changed_.insert(it->second);
  after_.erase(from, to);
  if (const auto it = foreign_of_.find(id); it != foreign_of_.end()) {
    auto& jobs = foreign_[it->second];
    std::erase(jobs, id);
    if (jobs.empty()) foreign_.erase(it->second);
    foreign_of_.erase(it);
  }
  if (job.spec == 0) return;
  Spec& spec = specs_[job.spec - 1];
  if (--spec.jobs == 0) {
    spec.text = nullptr;
    free_specs_.push_back(job.spec - 1);
  }
  job.spec = 0;
}

bool Book::room_for(const Attempt& a) const {
  if (pools_[a.pool.index].info.device == Device::shared_gpu) return true;  // the world packs them
  return std::all_of(a.nodes.begin(), a.nodes.end(), [&](const NodeShare& n) {
    const std::vector<NodeSeat> seat = seats(a.site, n.node);
    if (seat.empty() || n.gpus == 0) return true;
    const auto held = held_.find({a.site, n.node});
    const std::int64_t has = pools_[seat[0].pool.index].nodes[seat[0].index].report.gpus;
    return (held == held_.end() ? 0 : held->second) + n.gpus <= has;
  });
}

void Book::hold(const Attempt& a, std::int64_t sign) {
  if (a.stage == Stage::gated || pools_[a.pool.index].info.device == Device::shared_gpu) return;
  for (const NodeShare& n : a.nodes) {
    if (n.gpus == 0) continue;
    std::int64_t& held = held_[{a.site, n.node}];
    held += sign * n.gpus;
    if (held == 0) held_.erase({a.site, n.node});
  }
}

void Book::command(const std::string& site, SiteCommand c) {
  Site& s = sites_.at(site);
  c.number = ++s.commands_made;  // invariant 2
  s.outbox.push_back(std::move(c));
}

std::vector<NodeShare> Book::nodes_of(PoolId id, const Placement& place, std::int64_t cpus) const {
  const PoolBook& pool = pools_[id.index];
  std::vector<NodeShare> out;
  for (const Slice& s : place) {
    if (pool.info.device == Device::cpu) {
      out.push_back({pool.nodes[s.rack].name, 0, std::int64_t{s.gpus_per_node}});
    } else if (pool.info.device == Device::shared_gpu) {
      out.push_back({pool.nodes[s.rack].name, std::popcount(s.nodes), cpus});
    } else {
      for (std::uint64_t left = s.nodes; left != 0; left &= left - 1)
        out.push_back({pool.nodes[s.rack * pool.info.nodes_per_rack +
                                  static_cast<std::uint32_t>(std::countr_zero(left))]
                           .name,
                       std::int64_t{s.gpus_per_node}, cpus});
    }
  }
  return out;
}

// ---- months

std::vector<MonthUse> Book::used_since(const World& world, Millis now) const {
  std::vector<MonthUse> out;
  for (std::uint32_t p = 0; p < world.pools(); ++p)
    for (std::uint32_t m = 0; m < world.members().size(); ++m) {
      const auto before = before_month_.find({PoolId{p}, MemberId{m}});
      const std::int64_t gpu_ms = world.ledger().used(PoolId{p}, MemberId{m}, now).count() -
                                  (before == before_month_.end() ? 0 : before->second);
      if (gpu_ms != 0) out.push_back({PoolId{p}, MemberId{m}, gpu_ms});
    }
  return out;
}

// The world stands before `now`, and nothing changed since its last event: what was held then is
// held at every midnight between.
void Book::close_months(Millis now, const World& world) {
  while (month_end_.count() > 0 && now >= month_end_) {
    const std::vector<MonthUse> use = used_since(world, month_end_);
    for (const MonthUse& u : use) before_month_[{u.pool, u.member}] += u.gpu_ms;
    if (!use.empty()) months_[to_string(date_of(month_start_)).substr(0, 7)] = use;
    month_start_ = month_end_;
    month_end_ = start_of_next(date_of(month_start_));
  }
  if (month_end_.count() > 0) return;
  const Date day = date_of(now);
  month_start_ = midnight({day.year, day.month, 1});
  month_end_ = start_of_next(day);
}

std::vector<std::string> Book::months() const {
  std::vector<std::string> out;
  for (const auto& [month, use] : months_) out.push_back(month);
  if (month_end_.count() > 0) out.push_back(to_string(date_of(month_start_)).substr(0, 7));
  return out;
}

std::vector<MonthUse> Book::month_use(const std::string& month, const World& world,
                                      Millis now) const {
  if (const auto it = months_.find(month); it != months_.end()) return it->second;
  if (month_end_.count() == 0) return {};
  if (to_string(date_of(month_start_)).substr(0, 7) == month)
    return used_since(world, std::min(std::max(now, world.now()), month_end_));
  // A month that nothing has happened in so far: what was held is held.
  const std::optional<Date> day = parse_date(month + "-01");
  if (!day || midnight(*day) < month_end_ || now <= midnight(*day)) return {};
  const Millis from = midnight(*day), to = std::min(now, start_of_next(*day));
  std::vector<MonthUse> out;
  for (std::uint32_t p = 0; p < world.pools(); ++p)
    for (std::uint32_t m = 0; m < world.members().size(); ++m) {
      const std::int64_t gpu_ms = world.ledger().used(PoolId{p}, MemberId{m}, to).count() -
                                  world.ledger().used(PoolId{p}, MemberId{m}, from).count();
      if (gpu_ms != 0) out.push_back({PoolId{p}, MemberId{m}, gpu_ms});
    }
  return out;
}

// ---- live events

void Book::apply(const LiveEvent& e, Millis now) {
  if (e.founded) on(*e.founded);
  if (e.job) on(*e.job);
  if (e.node_named) on(*e.node_named);
  if (e.told) on(*e.told, now);
  if (e.taken) on(*e.taken);
  if (e.cancel) on(*e.cancel);
  if (e.node_asked) on(*e.node_asked);
  if (e.judged) on(*e.judged);
  if (e.again) on(*e.again, now);
  if (e.foreign) on(*e.foreign);
  if (e.lane) on(*e.lane);
  if (e.data) on(*e.data, now);
  if (e.pipeline) pipelines_.on(*e.pipeline, now);
  if (e.step_refused) pipelines_.on(*e.step_refused);
  if (e.pipeline_over) pipelines_.on(*e.pipeline_over, now);
  if (e.cap) on(*e.cap);
}

void Book::on(const HubFounded& e) { hub_id_ = e.id; }

void Book::on(const LaneKeyed& e) { lanes_[e.key] = LaneId{static_cast<std::uint32_t>(e.lane)}; }

void Book::on(const DataKept& e, Millis now) {
  const std::optional<JobSpec> s = spec(job_of(e.job));
  data_.on(e, s ? s->inputs : std::vector<std::string>{}, now);
}

void Book::on(const JobDescribed& e) {
  pipelines_.step_submitted(e);
  CHECK(job_of(e.job).index == jobs_.size());
  std::uint32_t spec = 0;
  if (free_specs_.empty()) {
    specs_.emplace_back();
    spec = static_cast<std::uint32_t>(specs_.size());
  } else {
    spec = free_specs_.back() + 1;
    free_specs_.pop_back();
  }
  specs_[spec - 1] = {std::make_shared<const std::string>(e.spec),
                      static_cast<std::uint32_t>(e.count)};
  Outcome<JobSpec> read = from_json<JobSpec>(e.spec, "record");
  CHECK(read);
  const std::uint32_t name = intern(program_of(read.value())), user = intern(e.user),
                      site_user = intern(e.site_user);
  for (std::int64_t i = 0; i < e.count; ++i) {
    LiveJob job;
    job.name = name;
    job.user = user;
    job.site_user = site_user;
    job.spec = spec;
    job.array_index = static_cast<std::uint32_t>(i);
    changed_.insert(JobId{static_cast<std::uint32_t>(jobs_.size())});
    jobs_.push_back(job);
  }
  if (e.idempotency.empty()) return;
  const std::string key = e.user + "\n" + e.idempotency;
  told_[key] = {job_of(e.job), static_cast<std::uint32_t>(e.count), e.body_sha256};
  told_order_.push_back(key);
  if (told_order_.size() > kTold) {
    told_.erase(told_order_.front());
    told_order_.pop_front();
  }
}

void Book::on(const NodeNamed& e) {
  PoolBook& pool = pools_[static_cast<std::size_t>(e.pool)];
  const auto index = static_cast<std::uint32_t>(pool.nodes.size());
  LiveNode node;
  node.name = e.node;
  node.report.name = e.node;
  std::vector<NodeSeat>& here = seats_[{e.site, e.node}];
  if (const auto heard = heard_.find({e.site, e.node}); heard != heard_.end()) {
    node.report = heard->second;
    heard_.erase(heard);
  }
  if (!here.empty()) {
    node.report = pools_[here[0].pool.index].nodes[here[0].index].report;
    node.asked_drain = pools_[here[0].pool.index].nodes[here[0].index].asked_drain;
  }
  pool.nodes.push_back(std::move(node));
  here.push_back({pool.info.pool, index});
  changed_nodes_.push_back(here.back());
}

void Book::node_told(const std::string& site, const NodeReport& report) {
  if (!seats_.contains({site, report.name})) heard_[{site, report.name}] = report;
  for (const NodeSeat& seat : seats(site, report.name)) {
    pools_[seat.pool.index].nodes[seat.index].report = report;
    changed_nodes_.push_back(seat);
  }
}

void Book::on(const SiteTold& e, Millis now) {
  Site& s = sites_.at(e.site);
  if (s.agent.empty()) s.agent = e.agent;
  CHECK(s.agent == e.agent && e.fact.number == s.facts_kept + 1);
  s.facts_kept = e.fact.number;
  if (e.fact.node) node_told(e.site, *e.fact.node);
  if (e.fact.foreign) {
    const auto key = std::pair(e.site, e.fact.foreign->remote);
    if (e.fact.foreign->nodes.empty())
      unadopted_.erase(key);
    else if (!foreign_.contains(key))
      unadopted_[key] = *e.fact.foreign;
  }
  if (e.fact.cap)
    if (const auto it = caps_.find({e.site, e.fact.cap->node});
        it != caps_.end() && it->second.cap_w == e.fact.cap->cap_w)
      it->second = {e.fact.cap->cap_w, true, e.fact.cap->code, e.fact.cap->detail};
  if (!e.fact.attempt) return;
  const AttemptFact& fact = *e.fact.attempt;
  const std::optional<Key> key = parse_key(fact.key);
  if (!key) return;
  const auto it = attempts_.find(key->job);
  if (it == attempts_.end() || it->second.key != fact.key) return;
  Attempt& a = it->second;
  a.stage = std::max(a.stage, stage_of(fact.state));
  if (!fact.remote.empty()) a.remote = fact.remote;
  if (fact.state == AttemptState::started) a.started = now;
  if (fact.state == AttemptState::serving) a.serving = true;
  changed_.insert(key->job);
}

void Book::on(const CommandsTaken& e) {
  Site& s = sites_.at(e.site);
  if (s.agent != e.agent) {
    // The journal is another: it counts its facts from 1 and has taken nothing. What is under way
    // is ordered once more, under the same keys, which run once.
    const bool lost = !s.agent.empty();
    s.agent = e.agent;
    s.facts_kept = 0;
    if (lost) {
      s.outbox.clear();
      s.commands_taken = s.commands_made = e.number;
      for (auto& [id, a] : attempts_) {
        if (a.site != e.site || a.stage == Stage::gated) continue;
        command(e.site, SiteCommand{0, true, run_order(id, a), {}, {}, {}});
        if (a.stop_asked)
          command(e.site,
                  SiteCommand{0, false, {}, StopOrder{a.key, 30, "asked before", false}, {}, {}});
      }
      for (const PoolBook& pool : pools_)
        for (const LiveNode& n : pool.nodes)
          if (pool.site == e.site && n.asked_drain)
            command(e.site,
                    SiteCommand{0, false, {}, {}, NodeOrder{n.name, true, "asked before"}, {}});
      for (const auto& [place, cap] : caps_)
        if (place.first == e.site)
          command(e.site, SiteCommand{0, false, {}, {}, {}, CapOrder{place.second, cap.cap_w}});
      return;
    }
  }
  while (!s.outbox.empty() && s.outbox.front().number <= e.number) s.outbox.pop_front();
  s.commands_taken = std::max(s.commands_taken, e.number);
}

void Book::on(const CancelAsked& e) {
  const JobId id = job_of(e.job);
  jobs_[id.index].cancel_asked = true;
  const std::optional<JobSpec> s = spec(id);
  if (const auto it = attempts_.find(id); it != attempts_.end()) it->second.again = false;
  stop(id, s ? s->grace_s : 30, "cancelled");
  changed_.insert(id);
}

void Book::on(const NodeAsked& e) {
  for (const NodeSeat& seat : seats(e.site, e.node)) {
    pools_[seat.pool.index].nodes[seat.index].asked_drain = e.drain;
    changed_nodes_.push_back(seat);
  }
  command(e.site, SiteCommand{0, false, {}, {}, NodeOrder{e.node, e.drain, e.reason}, {}});
}

void Book::on(const CapAsked& e) {
  caps_[{e.site, e.node}] = {e.cap_w, false, "", ""};
  command(e.site, SiteCommand{0, false, {}, {}, {}, CapOrder{e.node, e.cap_w}});
}

void Book::on(const JobJudged& e) {
  const JobId id = job_of(e.job);
  LiveJob& job = jobs_[id.index];
  job.outcome = e.outcome;
  job.exit_code = static_cast<std::uint8_t>(e.exit_code);
  job.signal = static_cast<std::uint8_t>(e.signal);
  job.detail = intern(e.detail);
  if (e.outcome == JobOutcome::none) {  // it waits again
    if (e.detail == "refused") ++job.refusals;
    if (e.detail == "failed") ++job.failures;
    attempt_over(id);
  }
  changed_.insert(id);
}

void Book::on(const AttemptAgain& e, Millis now) {
  const JobId id = job_of(e.job);
  const auto it = attempts_.find(id);
  CHECK(it != attempts_.end() && it->second.again);
  Attempt next;
  next.pool = it->second.pool;
  next.site = it->second.site;
  next.nodes = it->second.next_nodes;
  attempt_over(id);
  order(id, std::move(next), now);
}

void Book::on(const ForeignBound& e) {
  const JobId id = job_of(e.job);
  CHECK(id.index == jobs_.size());
  LiveJob job;
  job.name = intern(e.name);
  job.user = job.site_user = intern(e.user);
  job.foreign = true;
  jobs_.push_back(job);
  const auto key = std::pair(e.site, e.remote);
  foreign_[key].push_back(id);
  foreign_of_[id] = key;
  unadopted_.erase(key);
  changed_.insert(id);
}

}  // namespace dure
