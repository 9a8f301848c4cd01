// Desk: pipelines. A step is submitted like any job, once what it needs is done, so law, quota and
// data decide on it then and not before.
#include <algorithm>
#include <map>
#include <set>

#include "io/describe_json.h"
#include "live/desk.h"
#include "live/desk_data.h"

namespace dure {
namespace {

constexpr std::size_t kMostSteps = 1'000;

Problem bad(std::string field, std::string expected, std::string found, std::string hint = "") {
  return {422,
          "invalid_pipeline",
          {std::move(field), std::move(expected), std::move(found), std::move(hint)}};
}

// Who makes what, by its name.
std::map<std::string, std::string> makers(const PipelineSpec& spec) {
  std::map<std::string, std::string> out;
  for (const StepSpec& s : spec.steps)
    for (const std::string& name : s.job.outputs) out.emplace(name, s.id);
  return out;
}

// Steps in an order in which each follows what it needs; needs are completed by whose outputs are
// read.
Answered<PipelineSpec> in_order(PipelineSpec spec) {
  std::set<std::string> ids, outputs;
  for (std::size_t i = 0; i < spec.steps.size(); ++i) {
    const std::string field = "steps[" + std::to_string(i) + "]";
    if (!ids.insert(spec.steps[i].id).second)
      return bad(field + ".id", "an id of its own", "'" + spec.steps[i].id + "' again");
    for (const std::string& name : spec.steps[i].job.outputs)
      if (!outputs.insert(name).second)
        return bad(field + ".job.outputs", "a name of its own", "'" + name + "' again");
  }
  const std::map<std::string, std::string> made_by = makers(spec);
  for (std::size_t i = 0; i < spec.steps.size(); ++i) {
    StepSpec& s = spec.steps[i];
    for (const std::string& need : s.needs)
      if (!ids.contains(need) || need == s.id)
        return bad("steps[" + std::to_string(i) + "].needs", "another step", "'" + need + "'");
    for (const std::string& input : s.job.inputs)
      if (const auto it = made_by.find(input); it != made_by.end() && it->second != s.id)
        s.needs.push_back(it->second);
    std::sort(s.needs.begin(), s.needs.end());
    s.needs.erase(std::unique(s.needs.begin(), s.needs.end()), s.needs.end());
  }
  std::vector<StepSpec> left = std::move(spec.steps), next;
  spec.steps.clear();
  std::set<std::string> placed;
  while (!left.empty()) {
    const auto due = [&](const StepSpec& s) {
      return std::all_of(s.needs.begin(), s.needs.end(),
                         [&](const std::string& n) { return placed.contains(n); });
    };
    const auto it = std::find_if(left.begin(), left.end(), due);
    if (it == left.end())
      return bad("steps", "steps that do not wait for each other", "a circle",
                 "'" + left[0].id + "' is in it or behind it");
    placed.insert(it->id);
    spec.steps.push_back(std::move(*it));
    left.erase(it);
  }
  return spec;
}

bool over(const Desk& d, JobId id) {
  const JobState s = d.world.job(id).state;
  return s == JobState::ended || s == JobState::cancelled || s == JobState::refused;
}

// All jobs of a step that are not over are cancelled: the first of them. False: there is none.
bool cancel_one(const Desk& d, const PipelineRun& run, const Caller& caller, Facts& facts) {
  for (const StepRun& step : run.steps)
    for (std::int64_t n = step.job; n < step.job + step.count; ++n) {
      if (n == 0 || over(d, job_of(n)) || d.book.job(job_of(n)).cancel_asked) continue;
      (void)d.cancel(job_of(n), caller, facts);
      if (!facts.empty()) return true;
    }
  return false;
}

}  // namespace

const char* to_string(StepState s) {
  switch (s) {
    case StepState::waiting: return "waiting";
    case StepState::running: return "running";
    case StepState::done: return "done";
    case StepState::failed: return "failed";
    case StepState::skipped: return "skipped";
  }
  CHECK(!"a StepState");
}

StepState step_state(const Desk& d, const PipelineRun& run, std::size_t index) {
  const StepRun& step = run.steps[index];
  if (!step.code.empty()) return StepState::failed;
  if (step.job == 0) {
    if (run.outcome != PipelineOutcome::none) return StepState::skipped;
    const bool lost = std::any_of(step.needs.begin(), step.needs.end(), [&](std::uint32_t n) {
      const StepState s = step_state(d, run, n);
      return s == StepState::failed || s == StepState::skipped;
    });
    return lost ? StepState::skipped : StepState::waiting;
  }
  bool all_done = true, any_failed = false;
  for (std::int64_t n = step.job; n < step.job + step.count; ++n) {
    const JobId id = job_of(n);
    const Attempt* a = d.book.attempt(id);
    const bool serves = step.service && a != nullptr &&
                        (a->serving || (a->stage == Stage::started && !d.book.spec(id)->health));
    const bool ended = over(d, id);
    const bool well = ended && d.book.job(id).outcome == JobOutcome::done;
    all_done = all_done && (well || serves);
    any_failed = any_failed || (ended && !well);
  }
  return any_failed ? StepState::failed : all_done ? StepState::done : StepState::running;
}

Answered<std::int64_t> Desk::run_pipeline(const PipelineSpec& given, const Submission& asked,
                                          Facts& facts) const {
  if (const std::int64_t before = book.pipelines().told(asked.caller.id, asked.idempotency)) {
    const PipelineRun& run = book.pipelines().all()[static_cast<std::size_t>(before - 1)];
    if (run.body_sha256 == asked.body_sha256) return before;
    return Problem{409,
                   "idempotency_key_reused",
                   {"Idempotency-Key", "the request that it came with first", "another one",
                    "a new request takes a new key"}};
  }
  if (given.steps.size() > kMostSteps)
    return bad("steps", "at most 1000", std::to_string(given.steps.size()));
  Answered<PipelineSpec> ordered = in_order(given);
  if (!ordered) return ordered.problem();
  PipelineSpec& spec = ordered.value();
  if (spec.member.empty()) spec.member = asked.caller.member;
  const std::map<std::string, std::string> made_by = makers(spec);
  for (StepSpec& s : spec.steps) {
    if (s.job.member.empty()) s.job.member = spec.member;
    if (s.job.project.empty()) s.job.project = spec.project;
    if (s.job.data_class.empty()) s.job.data_class = spec.data_class;
    if (s.job.name.empty()) s.job.name = spec.name + "/" + s.id;
    // As it would be asked now, but for what is still to be made.
    Submission job{s.job, asked.caller, "", "", 0, ""};
    std::erase_if(job.spec.inputs, [&](const std::string& n) { return made_by.contains(n); });
    if (auto problem = check(job)) {
      problem->fault.where = "steps '" + s.id + "': " + problem->fault.where;
      return std::move(*problem);
    }
  }
  LiveEvent e;
  e.pipeline = PipelineAsked{static_cast<std::int64_t>(book.pipelines().all().size()) + 1,
                             to_json(spec),
                             asked.caller.id,
                             asked.caller.site_user,
                             asked.idempotency,
                             asked.body_sha256};
  const std::int64_t number = e.pipeline->pipeline;
  facts.live.push_back(std::move(e));
  return number;
}

void Desk::advance(std::int64_t number, Facts& facts) const {
  const PipelineRun& run = book.pipelines().all()[static_cast<std::size_t>(number - 1)];
  if (run.outcome != PipelineOutcome::none) return;
  bool all_done = true, moving = false;
  for (std::size_t i = 0; i < run.steps.size(); ++i) {
    const StepState state = step_state(*this, run, i);
    all_done = all_done && state == StepState::done;
    moving = moving || state == StepState::running;
    if (state != StepState::waiting) continue;
    moving = true;
    const StepRun& step = run.steps[i];
    const bool due = std::all_of(step.needs.begin(), step.needs.end(), [&](std::uint32_t n) {
      return step_state(*this, run, n) == StepState::done;
    });
    if (!due) continue;
    Outcome<PipelineSpec> spec = from_json<PipelineSpec>(run.spec, "record");
    CHECK(spec);
    Submission job{std::move(spec.value().steps[i].job), {}, "", "", number, step.id};
    job.caller = {run.user, job.spec.member, run.site_user, Role::user};
    for (std::string& input : job.spec.inputs)
      for (const StepRun& before : run.steps)
        if (before.job != 0)
          if (const DataItem* made = book.data().made_by(before.job, input)) {
            input = made->full_name();
            break;
          }
    const std::optional<Answered<Submitted>> done = submit(job, facts);
    if (done && !*done) {
      const Problem& p = done->problem();
      LiveEvent e;
      e.step_refused = StepRefused{number, step.id, p.code, to_string(p.fault)};
      facts.live.push_back(std::move(e));
    }
    return;  // the next one sees the world with this one in it
  }
  if (moving) return;
  LiveEvent e;
  e.pipeline_over =
      PipelineOver{number, all_done ? PipelineOutcome::done : PipelineOutcome::failed, ""};
  facts.live.push_back(std::move(e));
}

std::optional<Answered<Done>> Desk::cancel_pipeline(std::int64_t number, const Caller& caller,
                                                    Facts& facts) const {
  const auto& all = book.pipelines().all();
  if (number < 1 || number > static_cast<std::int64_t>(all.size()))
    return Problem{
        404,
        "unknown_pipeline",
        {"pipeline", "the number of a pipeline", std::to_string(number), "dure pipeline"}};
  const PipelineRun& run = all[static_cast<std::size_t>(number - 1)];
  const bool own =
      caller.role >= Role::operator_ ||
      (caller.member == run.member && (caller.id == run.user || caller.role == Role::member_admin));
  if (!own)
    return Problem{403,
                   "not_your_pipeline",
                   {"pipeline", "one of your own", std::to_string(number), "or a higher role"}};
  if (run.outcome == PipelineOutcome::none) {
    LiveEvent e;
    e.pipeline_over = PipelineOver{number, PipelineOutcome::cancelled, caller.id};
    facts.live.push_back(std::move(e));
  }
  if (cancel_one(*this, run, caller, facts)) return std::nullopt;
  return Done{};
}

}  // namespace dure
