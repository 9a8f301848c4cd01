#include "live/drivers/slurm.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "live/drivers/slurm_claims.h"
#include "live/drivers/slurm_cli.h"
#include "live/drivers/slurm_rest.h"
#include "live/drivers/slurm_script.h"
#include "live/drivers/slurm_watch.h"

namespace dure {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
constexpr auto kRestRest = std::chrono::seconds(30);  // after a silence it is left alone so long
constexpr auto kKillSlack = std::chrono::seconds(10);

Answer refused(const char* code, std::string detail) {
  return {Answer::refused, "", code, std::move(detail)};
}
Answer unknown(const char* code, std::string detail) {
  return {Answer::unknown, "", code, std::move(detail)};
}

// f(0) … f(n-1), several at once.
template <class F>
void in_parallel(int threads, std::size_t n, const F& f) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < n; i = next++) f(i);
  };
  std::vector<std::thread> helpers;
  const std::size_t wanted = std::min(n, static_cast<std::size_t>(std::max(1, threads)));
  for (std::size_t i = 1; i < wanted; ++i) {
    try {
      helpers.emplace_back(work);
    } catch (const std::system_error&) {  // then with those that there are
      break;
    }
  }
  work();
  for (std::thread& helper : helpers) helper.join();
}

// A batch keeps the deadline too: behind a silent or slow head the rest of it does not queue up.
class Batch {
 public:
  explicit Batch(std::int64_t deadline_ms) : until_(Clock::now() + milliseconds(deadline_ms)) {}
  template <class F>
  Answer ask(const F& f) {
    if (silent_ || Clock::now() >= until_)
      return unknown("not_sent", "the site was silent or slow: this one was not asked for");
    Answer answer = f();
    if (answer.code == "no_answer") silent_ = true;
    return answer;
  }

 private:
  const Clock::time_point until_;
  std::atomic<bool> silent_{false};
};

bool plain_path(const std::string& path) {
  return path.size() > 1 && path.front() == '/' && path.size() < 1'000 &&
         std::all_of(path.begin(), path.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::strchr("/._+@-", c) != nullptr;
         });
}

bool node_name_ok(std::string_view name) {
  return !name.empty() && name.size() <= 255 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

// A text that goes into an option: of one line.
std::string one_line(const std::string& text, std::size_t most) {
  std::string out = text.substr(0, most);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  while (!out.empty() && !slurm_text_ok(out)) out.pop_back();  // cut within a character
  return out;
}

struct Account {
  SlurmUser ids;
  std::string name;
};
template <class Find>
std::optional<Account> account(const Find& find) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16'384);
  if (find(&entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return std::nullopt;
  return Account{{entry.pw_uid, entry.pw_gid}, entry.pw_name};
}

class Site final : public SlurmDriver {
 public:
  Site(SlurmOptions options, std::unique_ptr<SlurmRest> rest, std::unique_ptr<SlurmCli> cli)
      : options_(std::move(options)),
        claims_(options_.claims),
        rest_(std::move(rest)),
        cli_(std::move(cli)),
        watch_(options_.beat_s, claims_) {
    const auto own = account([](auto... to) { return getpwuid_r(geteuid(), to...); });
    own_user_ = own ? own->name : std::to_string(geteuid());
  }

  std::string name() const override {
    const std::scoped_lock lock(mutex_);
    const std::string release = release_.empty() ? "" : " " + release_;
    return "slurm" + release + (rest_ ? " (slurmrestd)" : " (commands)");
  }

  std::vector<Answer> submit_held(std::span<const RunOrder> orders) override {
    std::vector<Answer> out(orders.size());
    Batch batch(options_.deadline_ms);
    in_parallel(options_.connections, orders.size(),
                [&](std::size_t i) { out[i] = batch.ask([&] { return submit(orders[i]); }); });
    return out;
  }

  std::vector<Answer> release(std::span<const Handle> attempts) override {
    std::vector<Answer> out(attempts.size());
    Batch batch(options_.deadline_ms);
    in_parallel(options_.connections, attempts.size(), [&](std::size_t i) {
      out[i] = batch.ask([&] {
        const Answer ours = carries(attempts[i]);
        if (ours.kind != Answer::done) return ours;
        return either([&](SlurmDoor& door) { return door.release(attempts[i].remote); });
      });
    });
    return out;
  }

  std::vector<Answer> stop(std::span<const StopOrder> orders,
                           std::span<const Handle> attempts) override {
    CHECK(orders.size() == attempts.size());
    std::vector<Answer> out(orders.size());
    std::vector<char> runs(orders.size(), 0);
    Batch batch(options_.deadline_ms);
    in_parallel(options_.connections, orders.size(), [&](std::size_t i) {
      bool running = false;
      out[i] = stop_unless_running(orders[i], attempts[i], batch, running);
      runs[i] = running ? 1 : 0;
    });
    std::vector<std::size_t> which;
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < runs.size(); ++i)
      if (runs[i] != 0) {
        which.push_back(i);
        ids.push_back(attempts[i].remote);
      }
    const std::vector<Answer> told = terminate(ids);
    for (std::size_t k = 0; k < which.size(); ++k) {
      const std::size_t i = which[k];
      out[i] = told[k];
      if (told[k].kind == Answer::done) {
        watch_.kill_after(attempts[i],
                          Clock::now() + std::chrono::seconds(orders[i].grace_s) + kKillSlack);
      } else if (const auto trace = claims_.read(attempts[i].key); trace && trace.value().ended) {
        out[i] = {Answer::done, "", "already_over", ""};
      }
    }
    return out;
  }

  Answer set_node(const NodeOrder& order) override {
    if (!cli_) return refused("no_commands", "slurmrestd v0.0.38 cannot change a node");
    NodeOrder clean = order;
    clean.reason = one_line(order.reason, 200);
    return cli_->set_node(clean);
  }

  Result<Sweep> observe(std::span<const Handle>) override {
    const std::scoped_lock lock(observing_);
    Result<SlurmHear> heard = hear();
    if (!heard) return heard.fault();
    std::vector<Handle> to_cancel;
    Sweep sweep = watch_.take(heard.value(), to_cancel);
    for (const Handle& handle : to_cancel)  // their names were in this very sweep
      either([&](SlurmDoor& door) { return door.cancel(handle.remote); });
    return sweep;
  }

  Result<std::optional<Seen>> trace(const std::string& key) override {
    TRY(trace, claims_.read(key));
    return slurm_traced(key, trace);
  }

  Result<LogPart> read_log(const std::string& key, LogStream stream, std::int64_t offset,
                           std::int64_t most) override;
  std::vector<NodeSample> samples() override;
  void forget(const std::string& key) override {
    claims_.forget(key);
    watch_.forget(key);
  }

 private:
  bool rest_usable() const {
    const std::scoped_lock lock(mutex_);
    return rest_ && (!cli_ || Clock::now() >= rest_again_);
  }
  void rest_silent() {
    const std::scoped_lock lock(mutex_);
    rest_again_ = Clock::now() + kRestRest;
  }

  // Through slurmrestd; through the commands where that was not there at all.
  template <class F>
  Answer either(const F& f) {
    if (rest_usable()) {
      Answer answer = f(*rest_);
      if (answer.code == "no_answer") rest_silent();
      if (answer.code != "not_connected" || !cli_) return answer;
    }
    return f(*cli_);
  }

  Answer submit(const RunOrder& order) {
    SlurmSubmit submit;
    std::optional<SlurmUser> as;
    if (const Answer no = plan(order, submit, as); no.kind == Answer::refused) return no;
    Answer answer = as ? cli_->submit_as(submit, *as)
                       : either([&](SlurmDoor& door) { return door.submit(submit); });
    if (answer.kind == Answer::done) watch_.acknowledged({order.key, answer.remote});
    return answer;
  }

  // done: it may be submitted so.
  Answer plan(const RunOrder& order, SlurmSubmit& submit, std::optional<SlurmUser>& as) const {
    if (!slurm_key(order.key)) return refused("bad_key", order.key);
    if (order.nodes.empty()) return refused("no_nodes", order.key);
    std::set<std::string> names;
    for (const NodeShare& share : order.nodes) {
      if (!node_name_ok(share.node) || !names.insert(share.node).second)
        return refused("bad_node", share.node);
      if (share.gpus != order.nodes[0].gpus || share.cpus != order.nodes[0].cpus)
        return refused("uneven_nodes", "Slurm gives each node of a job the same");
    }
    for (const std::string* text : {&order.account, &order.partition, &order.folder})
      if (!slurm_text_ok(*text)) return refused("bad_order", "text that is not UTF-8");
    const Result<std::string> script =
        slurm_script(order, {options_.claims, options_.work, options_.beat_s});
    if (!script) return refused(script.fault().found.c_str(), script.fault().expected);
    if (const Answer no = choose_user(order.user, as); no.kind == Answer::refused) return no;
    submit.name = order.key;
    submit.comment = slurm_comment(order.key);
    if (const std::string name = one_line(order.name, 100); !name.empty())
      submit.comment += " " + name;
    submit.partition = order.partition.empty() ? options_.partition : order.partition;
    submit.account = order.account;
    submit.script = script.value();
    submit.out = options_.logs + "/" + order.key + ".out";
    submit.err = options_.logs + "/" + order.key + ".err";
    for (const NodeShare& share : order.nodes) submit.nodes.push_back(share.node);
    submit.gpus = order.nodes[0].gpus;
    submit.cpus = order.nodes[0].cpus;
    submit.memory_mib = order.memory_mib;
    submit.time_limit_min = slurm_minutes(order.time_limit_s, order.grace_s);
    return {Answer::done, "", "", ""};
  }

  Answer choose_user(const std::string& user, std::optional<SlurmUser>& as) const {
    if (user.empty() || user == own_user_) return {Answer::done, "", "", ""};
    if (!options_.other_users || !cli_ || geteuid() != 0)
      return refused("user_not_allowed", "this agent submits as " + own_user_ + " only");
    const auto found = account([&](auto... to) { return getpwnam_r(user.c_str(), to...); });
    if (!found) return refused("bad_user", "no user " + user);
    if (found->ids.uid == 0) return refused("user_not_allowed", "not as root");
    as = found->ids;
    return {Answer::done, "", "", ""};
  }

  // done: the number carries the key (invariant 3).
  Answer carries(const Handle& attempt) {
    if (attempt.remote.empty()) return unknown("no_remote", attempt.key);
    if (watch_.known(attempt)) return {Answer::done, "", "", ""};
    std::optional<SlurmJob> job;
    Answer answer = either([&](SlurmDoor& door) -> Answer {
      const Result<std::optional<SlurmJob>> found = door.job(attempt.remote);
      if (!found)
        return unknown(found.fault().found == "not_connected" ? "not_connected" : "no_answer",
                       to_string(found.fault()));
      job = found.value();
      return {Answer::done, "", "", ""};
    });
    if (answer.kind != Answer::done) return answer;
    if (!job) return unknown("not_found", "the site knows no job " + attempt.remote);
    if (job->name != attempt.key || !slurm_ours(*job))
      return unknown("not_ours", "job " + attempt.remote + " is another by now: " + job->name);
    return {Answer::done, "", "", ""};
  }

  // The fence is made whatever the site says: it is ours alone.
  Answer stop_unless_running(const StopOrder& order, const Handle& attempt, Batch& batch,
                             bool& running) {
    const std::string& key = attempt.key;
    if (!slurm_key(key) || key != order.key) return refused("bad_key", key);
    if (!order.unless_started) {
      const auto asked =
          claims_.ask_stop(key, std::max<std::int64_t>(0, order.grace_s), cli_ ? "batch" : "all");
      if (!asked) return unknown("no_claims", to_string(asked.fault()));
    }
    const Result<bool> fenced = claims_.fence(key);
    if (!fenced) return unknown("no_claims", to_string(fenced.fault()));
    if (!fenced.value()) {
      if (order.unless_started) return {Answer::done, "", "already_started", ""};
      const auto trace = claims_.read(key);
      if (trace && trace.value().ended) return {Answer::done, "", "already_over", ""};
    } else if (attempt.remote.empty()) {
      return {Answer::done, "", "", "it never runs"};
    }
    const Answer ours = batch.ask([&] { return carries(attempt); });
    if (ours.kind != Answer::done) {
      // Fenced, it never runs, whoever has the number now.
      if (fenced.value() && (ours.code == "not_found" || ours.code == "not_ours"))
        return {Answer::done, "", ours.code, ours.detail};
      return ours;
    }
    if (fenced.value()) return either([&](SlurmDoor& door) { return door.cancel(attempt.remote); });
    running = true;
    return {Answer::done, "", "", ""};
  }

  std::vector<Answer> terminate(const std::vector<std::string>& ids) {
    if (cli_) return cli_->terminate(ids);
    std::vector<Answer> out(ids.size());
    in_parallel(options_.connections, ids.size(),
                [&](std::size_t i) { out[i] = rest_->terminate(ids[i]); });
    return out;
  }

  Result<SlurmHear> hear() {
    if (rest_usable()) {
      Result<SlurmHear> heard = hear_rest();
      const bool silent =
          !heard && (heard.fault().found == "no_answer" || heard.fault().found == "not_connected");
      if (!silent || !cli_) return heard;
      rest_silent();
    }
    return hear_cli();
  }

  // The word for this start of the head. /diag counts from it, or from the last reset of the
  // statistics (every midnight), so a change there is looked into.
  Result<std::string> boot_of(const SlurmDiag& diag) {
    const bool counts = diag.counting_from_s > 0;
    if (!cli_ && !counts)
      return Fault{"/diag", "req_time_start", "none yet", "it has just started"};
    if (!cli_) return "counting from " + std::to_string(diag.counting_from_s);
    if (counts && diag.counting_from_s == counting_from_s_ && !boot_.empty()) return boot_;
    TRY(head, cli_->head());
    return head.boot;
  }

  Result<SlurmHear> hear_rest() {
    TRY(diag, rest_->diag());
    TRY(boot, boot_of(diag));
    if (boot != boot_) since_s_ = 0;  // all anew
    SlurmHear heard;
    heard.boot = boot;
    heard.now_s = diag.now_s;
    TRY(jobs, rest_->jobs(since_s_));
    TRY(nodes, rest_->nodes(since_s_));
    heard.jobs = std::move(jobs);
    heard.nodes = std::move(nodes);
    if (heard.jobs || heard.nodes) {
      TRY(again, rest_->diag());
      counting_from_s_ = diag.counting_from_s;
      boot_ = boot;
      TRY(boot_again, boot_of(again));
      if (boot_again != boot)  // invariant 4
        return Fault{"/diag", "one start of the head in a sweep", "it restarted", "look again"};
    }
    boot_ = boot;
    counting_from_s_ = diag.counting_from_s;
    since_s_ = diag.now_s;
    keep_release(diag.release);
    return heard;
  }

  Result<SlurmHear> hear_cli() {
    TRY(head, cli_->head());
    SlurmHear heard;
    heard.boot = head.boot;
    TRY(jobs, cli_->jobs(0));
    TRY(nodes, cli_->nodes(0));
    TRY(again, cli_->head());
    if (again.boot != head.boot)  // invariant 4
      return Fault{"scontrol", "one start of the head in a sweep", "it restarted", "look again"};
    heard.jobs = std::move(jobs);
    heard.nodes = std::move(nodes);
    since_s_ = 0;  // what slurmrestd said last is old by now
    boot_ = head.boot;
    counting_from_s_ = 0;
    keep_release(head.release);
    return heard;
  }

  void keep_release(const std::string& release) {
    const std::scoped_lock lock(mutex_);
    if (!release.empty()) release_ = release;
  }

  const SlurmOptions options_;
  const SlurmClaims claims_;
  const std::unique_ptr<SlurmRest> rest_;
  const std::unique_ptr<SlurmCli> cli_;
  std::string own_user_;
  SlurmWatch watch_;
  mutable std::mutex mutex_;  // of the next two
  std::string release_;
  Clock::time_point rest_again_;
  std::mutex observing_;  // of the rest
  std::string boot_;
  std::int64_t counting_from_s_ = 0, since_s_ = 0;
  std::mutex sampling_;
  std::optional<std::string> energy_;
};

Result<LogPart> Site::read_log(const std::string& key, LogStream stream, std::int64_t offset,
                               std::int64_t most) {
  if (!slurm_key(key)) return Fault{key, "a key", "none", ""};
  const std::string path = options_.logs + "/" + key + (stream == LogStream::out ? ".out" : ".err");
  LogPart part;
  part.offset = std::max<std::int64_t>(0, offset);
  const int fd = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT) return part;  // nothing was written yet
  if (fd < 0) return Fault{path, "a log that can be read", std::strerror(errno), ""};
  struct stat about {};
  if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
    close(fd);
    return Fault{path, "a file", "something else", ""};
  }
  part.size = about.st_size;
  const std::int64_t want =
      std::clamp<std::int64_t>(most, 0, std::max<std::int64_t>(0, part.size - part.offset));
  part.bytes.resize(static_cast<std::size_t>(std::min<std::int64_t>(want, 1 << 20)));
  std::size_t have = 0;
  while (have < part.bytes.size()) {
    const ssize_t got = pread(fd, part.bytes.data() + have, part.bytes.size() - have,
                              part.offset + static_cast<std::int64_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  part.bytes.resize(have);
  close(fd);
  return part;
}

std::vector<NodeSample> Site::samples() {
  std::vector<NodeSample> out;
  if (!cli_ || !options_.now_ms) return out;
  const std::scoped_lock lock(sampling_);
  if (!energy_) {
    const Result<std::string> plugin = cli_->energy_plugin();
    if (!plugin) return out;
    energy_ = plugin.value();
  }
  if (*energy_ == "none" || energy_->empty()) return out;
  const Result<std::vector<SlurmWatts>> watts = cli_->watts();
  if (!watts) return out;
  for (const SlurmWatts& one : watts.value()) {
    NodeSample sample;
    sample.node = one.node;
    sample.at_ms = options_.now_ms();
    sample.power_w = one.power_w;
    sample.source = *energy_ == "rapl"  ? PowerSource::rapl
                    : *energy_ == "gpu" ? PowerSource::nvml
                                        : PowerSource::ipmi;
    sample.cpu_share = one.cpu_load;
    out.push_back(std::move(sample));
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<SlurmDriver>> SlurmDriver::open(const SlurmOptions& given) {
  SlurmOptions options = given;
  if (options.work.empty()) options.work = options.logs;
  if (options.rest_socket.empty() && !options.commands)
    return Fault{options.site, "slurmrestd's socket, or its commands", "neither", ""};
  for (const std::string* path : {&options.claims, &options.logs, &options.work})
    if (!plain_path(*path))
      return Fault{options.site, "an absolute path of letters, digits and / . _ + @ -", *path, ""};
  TRY(usable, SlurmClaims(options.claims).usable());
  static_cast<void>(usable);
  std::unique_ptr<SlurmRest> rest;
  if (!options.rest_socket.empty()) {
    SlurmRestOptions to{options.rest_socket, options.connections, options.deadline_ms,
                        options.list_deadline_ms};
    TRY(opened, SlurmRest::open(to));
    rest = std::move(opened);
  }
  std::unique_ptr<SlurmCli> cli;
  if (options.commands)
    cli = std::make_unique<SlurmCli>(SlurmCliOptions{
        options.slurm_conf, options.client_folder, options.deadline_ms, options.list_deadline_ms});
  return std::unique_ptr<SlurmDriver>(
      std::make_unique<Site>(std::move(options), std::move(rest), std::move(cli)));
}

}  // namespace dure
