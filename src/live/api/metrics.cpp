// /metrics: what the world says when it is asked, and what was measured meanwhile, in Prometheus'
// text form. Door to prometheus-cpp.
#include <prometheus/text_serializer.h>

#include "live/api/api.h"
#include "live/api/events.h"
#include "live/api/meters_state.h"
#include "live/node_power.h"

namespace dure {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class Families {
 public:
  // What comes next belongs to it.
  void head(const char* name, MetricType type, const char* help) {
    all_.push_back({name, help, type, {}});
  }
  void value(std::vector<ClientMetric::Label> labels, double value) {
    ClientMetric m;
    m.label = std::move(labels);
    m.gauge.value = m.counter.value = value;
    all_.back().metric.push_back(std::move(m));
  }
  std::vector<MetricFamily>& all() { return all_; }

 private:
  std::vector<MetricFamily> all_;
};

}  // namespace

std::string metrics(Api& api, const Desk& d) {
  Families f;
  const World& world = d.world;
  const auto gauge = [&](const char* name, const char* help) {
    f.head(name, MetricType::Gauge, help);
  };
  const auto counter = [&](const char* name, const char* help) {
    f.head(name, MetricType::Counter, help);
  };
  const auto of = [](auto n) { return static_cast<double>(n); };
  gauge("dure_up", "1: this hub leads and can store");
  f.value({}, api.hub().plant().state() == HubState::leading ? 1 : 0);
  gauge("dure_epoch", "rises with every hub that leads");
  f.value({}, of(api.hub().epoch()));
  counter("dure_record_entries_total", "entries of the record");
  f.value({}, of(api.hub().last_entry()));
  gauge("dure_jobs", "jobs by state");
  f.value({{"state", "waiting"}}, of(world.waiting_jobs()));
  f.value({{"state", "held"}}, of(world.held_jobs()));
  f.value({{"state", "running"}}, of(world.running_jobs()));
  counter("dure_jobs_ended_total", "jobs that ended since this hub started, by how");
  for (const auto& [word, count] : api.feed().ended()) f.value({{"outcome", word}}, of(count));
  counter("dure_jobs_submitted_total", "jobs so far");
  f.value({}, of(world.jobs()));
  gauge("dure_pipelines_active", "pipelines that are not over");
  f.value({}, of(d.book.pipelines().active().size()));
  gauge("dure_data_items", "versions of data that jobs have kept");
  f.value({}, of(d.book.data().items().size()));

  gauge("dure_pool_units", "units of a pool: installed, free, lent");
  for (std::uint32_t p = 0; p < world.pools(); ++p) {
    const Pool& pool = world.pool(PoolId{p});
    f.value({{"pool", pool.info.name}, {"kind", "installed"}}, of(pool.installed));
    f.value({{"pool", pool.info.name}, {"kind", "free"}}, of(pool.free));
    f.value({{"pool", pool.info.name}, {"kind", "lent"}}, of(pool.lent));
  }
  gauge("dure_member_gpus_held", "GPUs that a member holds");
  for (std::uint32_t m = 0; m < world.members().size(); ++m)
    f.value({{"member", world.members()[m]}},
            of(world.accounts().held(world.account(MemberId{m}), Device::gpu)));

  const Millis now = api.hub().wall_clock().now();
  std::vector<Api::SiteNote> notes;
  for (const std::string& site : world.sites()) notes.push_back(api.note(site));
  gauge("dure_site_connected", "1: the site's agent called in the last 60 s");
  for (std::size_t i = 0; i < notes.size(); ++i)
    f.value({{"site", world.sites()[i]}},
            notes[i].seen.count() > 0 && now - notes[i].seen < Millis(60'000) ? 1 : 0);
  gauge("dure_site_power_watts", "of its nodes: measured, and worked out for the others");
  for (std::size_t i = 0; i < notes.size(); ++i) {
    const std::string& site = world.sites()[i];
    const SitePower power = site_power(d, site, notes[i].samples, unix_ms(now));
    f.value({{"site", site}, {"source", "measured"}}, of(power.measured_w));
    f.value({{"site", site}, {"source", "model"}}, of(power.power_w - power.measured_w));
  }
  gauge("dure_site_commands_waiting", "commands that a site's agent has not taken");
  for (const auto& [name, site] : d.book.sites()) f.value({{"site", name}}, of(site.outbox.size()));

  gauge("dure_event_streams", "clients that follow /api/v1/events");
  f.value({}, of(api.feed().streams()));
  gauge("dure_requests_waiting", "requests that the hub has not come to");
  f.value({}, of(api.hub().plant().waiting()));
  for (MetricFamily& measured : api.meters().state().registry.Collect())
    f.all().push_back(std::move(measured));
  return prometheus::TextSerializer().Serialize(f.all());
}

}  // namespace dure
