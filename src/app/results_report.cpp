// report.json and report.html: the summary, the series that are drawn, and how it was computed.
#include <algorithm>
#include <cmath>

#include "app/command.h"
#include "app/page.h"
#include "app/results.h"

namespace dure {
namespace {

using Json = nlohmann::ordered_json;

double tenths(double v) { return std::round(v * 10) / 10; }
double hundredths(double v) { return std::round(v * 100) / 100; }

// How many bins of the meter make a point: hours, and coarser over long windows.
std::size_t bins_per_point(const Window& w) {
  const std::int64_t days = (w.to - w.from).count() / kMsPerDay;
  const std::int64_t aim = days <= 93 ? kMsPerHour : days <= 400 ? 6 * kMsPerHour : kMsPerDay;
  return static_cast<std::size_t>(std::max<std::int64_t>(1, aim / w.step.count()));
}

class Series {
 public:
  explicit Series(const Window& w)
      : window_(w),
        per_point_(bins_per_point(w)),
        bins_(w.steps()),
        points_((bins_ + per_point_ - 1) / per_point_) {}
  std::size_t points() const { return points_; }
  double step_s() const {
    return static_cast<double>(window_.step.count()) * static_cast<double>(per_point_) / 1000;
  }
  // value(bin) is a sum over the bin's milliseconds; a point is its mean.
  template <class Value, class Round>
  Json means(Value&& value, Round&& round) const {
    Json out = Json::array();
    for (std::size_t p = 0; p < points_; ++p) {
      double sum = 0;
      for (std::size_t i = p * per_point_; i < std::min(bins_, (p + 1) * per_point_); ++i)
        sum += static_cast<double>(value(i));
      const std::int64_t begin = window_.step.count() * static_cast<std::int64_t>(p * per_point_);
      const std::int64_t length =
          std::min(window_.step.count() * static_cast<std::int64_t>(per_point_),
                   (window_.to - window_.from).count() - begin);
      out.push_back(round(sum / static_cast<double>(length)));
    }
    return out;
  }

 private:
  const Window& window_;
  std::size_t per_point_, bins_, points_;
};

// A sum over all sites of one bin; f gives one site's part.
template <class F>
double over_sites(const Meter& m, F&& f) {
  double sum = 0;
  for (std::uint32_t s = 0; s < m.sites().size(); ++s) sum += f(s);
  return sum;
}

double to_mw(double w) { return std::round(w / 1e6 * 1000) / 1000; }

Json series_json(const Simulation& run) {
  const Meter& m = run.meter();
  const Series series(m.window());
  const auto total = [&](auto&& part) {
    return [&m, part](std::size_t i) {
      return over_sites(m, [&](std::uint32_t s) { return part(s, i); });
    };
  };
  const auto installed = [&](std::uint32_t s, std::size_t i) {
    return static_cast<double>(m.sites()[s].series[i].installed_gpu_ms);
  };
  const auto used = [&](std::uint32_t s, std::size_t i) {
    return static_cast<double>(m.sites()[s].series[i].used_gpu_ms);
  };
  const auto it = [&](std::uint32_t s, std::size_t i) {
    return static_cast<double>(m.sites()[s].series[i].it_wms);
  };
  const auto facility = [&](std::uint32_t s, std::size_t i) {
    return run.facility_wms(SiteId{s}, i);
  };
  Json sites = Json::array(), members = Json::array();
  for (std::uint32_t s = 0; s < m.sites().size(); ++s)
    sites.push_back(
        {{"id", run.scenario().sites[s].id},
         {"used_gpus", series.means([&](std::size_t i) { return used(s, i); }, tenths)},
         {"facility_mw", series.means([&](std::size_t i) { return facility(s, i); }, to_mw)}});
  for (std::size_t n = 0; n < run.scenario().members.size(); ++n)
    members.push_back(
        {{"id", run.scenario().members[n].id},
         {"used_gpus",
          series.means([&](std::size_t i) { return m.member_used_gpu_ms()[n][i]; }, tenths)}});
  return {
      {"step_s", series.step_s()},
      {"from", iso_kst(m.window().from)},
      {"points", series.points()},
      {"total",
       {{"installed_gpus", series.means(total(installed), tenths)},
        {"used_gpus", series.means(total(used), tenths)},
        {"queued_jobs",
         series.means([&](std::size_t i) { return m.queue()[i].job_ms; }, hundredths)},
        {"queued_gpus", series.means([&](std::size_t i) { return m.queue()[i].gpu_ms; }, tenths)},
        {"facility_mw", series.means(total(facility), to_mw)},
        {"it_mw", series.means(total(it), to_mw)}}},
      {"sites", sites},
      {"members", members}};
}

// By day and hour of the day, KST: mean facility MW of all sites; and by point of the series what
// cooling and losses take, the price and the weather, weighted by what each site draws.
Json physics_json(const Simulation& run) {
  const Meter& m = run.meter();
  const Window& w = m.window();
  const Series series(w);
  const std::vector<SiteFacility>& sites = run.site_facilities();
  const auto drawn = [&](std::size_t i) {
    double sum = 0;
    for (const SiteFacility& f : sites) sum += static_cast<double>(f.facility_wms_by_step[i]);
    return sum;
  };
  const auto weighted = [&](auto&& value) {  // a mean over the sites, as a sum over the bin
    return [&, value](std::size_t i) {
      double sum = 0, weight = 0;
      for (const SiteFacility& f : sites) {
        const auto wms = static_cast<double>(f.facility_wms_by_step[i]);
        sum += wms * static_cast<double>(value(f, i));
        weight += wms;
      }
      const Millis at = w.from + Millis(static_cast<std::int64_t>(i) * w.step.count());
      const auto length = static_cast<double>(std::min(w.step, w.to - at).count());
      return weight > 0 ? sum / weight * length : 0.0;
    };
  };
  const auto it = [&](std::size_t i) {
    return over_sites(
        m, [&](std::uint32_t s) { return static_cast<double>(m.sites()[s].series[i].it_wms); });
  };
  Json out = {
      {"overhead_mw", series.means([&](std::size_t i) { return drawn(i) - it(i); }, to_mw)},
      {"krw_per_kwh",
       series.means(weighted([](const SiteFacility& f, std::size_t i) { return f.krw_per_kwh[i]; }),
                    tenths)},
      {"dry_bulb_c",
       series.means(weighted([](const SiteFacility& f, std::size_t i) { return f.dry_bulb_c[i]; }),
                    tenths)}};
  Json days = Json::array(), mw = Json::array();
  const std::int64_t first = w.from.count() / kMsPerDay, last = (w.to.count() - 1) / kMsPerDay;
  if (w.step.count() > kMsPerHour || last - first > 400) return out;  // no hours to be shown
  std::vector<double> wms(static_cast<std::size_t>(last - first + 1) * 24);
  for (std::size_t i = 0; i < w.steps(); ++i) {
    const std::int64_t at = w.from.count() + static_cast<std::int64_t>(i) * w.step.count();
    wms[static_cast<std::size_t>(at / kMsPerHour - first * 24)] += drawn(i);
  }
  for (std::int64_t d = first; d <= last; ++d) {
    days.push_back(to_string(date_of(Millis(d * kMsPerDay))));
    Json row = Json::array();
    for (std::size_t h = 0; h < 24; ++h)
      row.push_back(to_mw(wms[static_cast<std::size_t>(d - first) * 24 + h] /
                          static_cast<double>(kMsPerHour)));
    mw.push_back(std::move(row));
  }
  out["days"] = std::move(days);
  out["facility_mw_by_hour"] = std::move(mw);
  return out;
}

// The whole horizon: what stands, and what may be drawn, at the end of each quarter.
Json buildout_json(const Simulation& run) {
  const Scenario& scenario = run.scenario();
  const Founding& f = run.founding();
  Json quarters = Json::array(), installed = Json::array(), grid = Json::array(),
       members = Json::array();
  std::vector<Json> by_member(scenario.members.size(), Json::array());
  if (f.steps.empty())
    return {{"quarters", quarters},
            {"installed_gpus", installed},
            {"by_member", members},
            {"grid_mw", grid}};
  const Millis last = std::max(f.steps.back().at, run.meter().window().to - Millis(1));
  Date d = date_of(f.steps.front().at);
  for (int n = 0; n < 200 && midnight(d) <= last; ++n, d = next_quarter(d)) {
    const Millis end = midnight(next_quarter(d)) - Millis(1);
    quarters.push_back(std::to_string(d.year) + "Q" + std::to_string(quarter_of(d)));
    std::vector<std::int64_t> owned(by_member.size());
    std::int64_t total = 0, limit_w = 0;
    for (std::uint32_t p = 0; p < f.pools.size(); ++p) {
      const std::int64_t gpus = f.delivered(PoolId{p}, end);
      owned[f.pools[p].opened.owner.index] += gpus;
      total += gpus;
    }
    for (const SiteSpec& s : scenario.sites) limit_w += grid_limit(s, end).count();
    installed.push_back(total);
    grid.push_back(to_mw(static_cast<double>(limit_w)));
    for (std::size_t m = 0; m < owned.size(); ++m) by_member[m].push_back(owned[m]);
  }
  for (std::size_t m = 0; m < by_member.size(); ++m)
    members.push_back({{"id", scenario.members[m].id}, {"gpus", by_member[m]}});
  return {{"quarters", quarters},
          {"installed_gpus", installed},
          {"by_member", members},
          {"grid_mw", grid}};
}

// Rows of the scenario by where their numbers come from.
struct Sourced {
  std::int64_t assumptions = 0, sourced = 0;
};
template <class T>
void count_sources(const T& v, Sourced& n) {
  if constexpr (Described<T>) {
    each_field<T>([&](const auto& f) {
      if constexpr (std::is_same_v<std::decay_t<decltype(v.*f.member)>, std::string>) {
        if (!f.source_text || (v.*f.member).empty()) return;
        ++(v.*f.member == "assumption" ? n.assumptions : n.sourced);
      } else {
        count_sources(v.*f.member, n);
      }
    });
  } else if constexpr (FieldType<T>::list) {
    for (const auto& item : v) count_sources(item, n);
  } else if constexpr (FieldType<T>::optional) {
    if (v) count_sources(*v, n);
  }
}

Json method_json(const Scenario& scenario) {
  Sourced n;
  count_sources(scenario, n);
  const bool physics = scenario.physics.enabled;
  return {
      {"assumptions", n.assumptions},
      {"sourced", n.sourced},
      {"version", std::string(kVersion)},
      {"notes_en",
       {"Every job is simulated: arrivals by hour, weekday and holiday, sizes, run times and "
        "estimates are drawn from the laws of the scenario.",
        "The system is founded full some days before the window and warmed up; only the window "
        "counts.",
        "Installed GPUs include those that stand without grid power; these count as down. "
        "Utilization is used over installed.",
        physics ? "Node power is idle power plus the used GPUs' share of the span to the maximum."
                : "Node power is idle power plus the used GPUs' share of the span to the maximum; "
                  "facility power is IT power times the site's PUE.",
        "Waits, queues and job counts are those of jobs; replicas of services are told apart.",
        "A job that is stopped loses what it did since its last checkpoint, and its restart; a "
        "lender's time to take back runs from when it is first told that its room is being "
        "taken back until its job starts.",
        physics ? "Cooling, conversion losses, water, carbon and money follow weather and hour, "
                  "site by site; machines fail and are mended. docs/models has each model with "
                  "its error."
                : "Not reckoned with in this run: failures, water, hourly tariffs and carbon."}},
      {"notes_ko",
       {"모든 작업을 하나씩 시뮬레이션한다. 도착(시간대·요일·공휴일), 크기, 실행 시간, 요청 "
        "시간은 시나리오의 법칙에서 뽑는다.",
        "집계 기간 며칠 전에 이미 돌아가는 상태로 시작해 예열하고, 집계 기간만 센다.",
        "설치 GPU에는 전력을 받지 못한 것도 들어 있으며 이는 정지로 센다. 가동률은 사용 시간을 "
        "설치 시간으로 나눈 값이다.",
        physics ? "노드 전력은 유휴 전력에 사용 중인 GPU 몫을 더한 값이다."
                : "노드 전력은 유휴 전력에 사용 중인 GPU 몫을 더한 값이고, 시설 전력은 IT 전력에 "
                  "사이트의 PUE를 곱한 값이다.",
        "대기·대기열·작업 수는 일괄 작업의 값이며, 서비스 복제본은 따로 센다.",
        "멈춘 작업은 마지막 저장 뒤에 한 일과 다시 시작하는 시간을 잃는다. 되찾는 시간은 자기 "
        "자리를 되찾고 있다는 답을 처음 들은 때부터 작업이 시작될 때까지다.",
        physics
            ? "냉각, 변환 손실, 물, 탄소, 요금은 거점마다 날씨와 시각을 따르고, 장비는 고장 나고 "
              "수리된다. 각 모형과 오차는 docs/models에 있다."
            : "이 실행에서 다루지 않은 것: 고장, 물, 시간대별 요금과 탄소."}}};
}

}  // namespace

nlohmann::ordered_json report_json(const Simulation& run, const Summary& s,
                                   const nlohmann::ordered_json& summary) {
  const Scenario& scenario = run.scenario();
  Json edges = Json::array(), waits = Json::array(), ids = Json::array(), lending = Json::array(),
       decisions = Json::array();
  for (const std::int64_t e : kWaitEdgesS) edges.push_back(e);
  for (std::size_t m = 0; m < s.members.size(); ++m) {
    ids.push_back(scenario.members[m].id);
    waits.push_back({{"id", scenario.members[m].id}, {"jobs", s.members[m].wait_histogram}});
    Json row = Json::array();
    for (const std::int64_t gpu_ms : s.lending[m])
      row.push_back(tenths(static_cast<double>(gpu_ms) / 3.6e6));
    lending.push_back(std::move(row));
  }
  for (const DecisionSpec& d : scenario.decisions)
    decisions.push_back({{"id", d.id},
                         {"question_en", d.question_en},
                         {"question_ko", d.question_ko},
                         {"taken_en", d.taken_en},
                         {"taken_ko", d.taken_ko},
                         {"source", d.source}});
  return {{"schema", "dure.report/1"},
          {"summary", summary},
          {"series", series_json(run)},
          {"physics", run.facility() == nullptr ? Json() : physics_json(run)},
          {"buildout", buildout_json(run)},
          {"waits", {{"edges_s", edges}, {"members", waits}}},
          {"lending", {{"members", ids}, {"gpu_h", lending}}},
          {"decisions", decisions},
          {"method", method_json(scenario)}};
}

Result<std::string> report_html(const nlohmann::ordered_json& report) {
  constexpr std::string_view kPlace =
      R"(<script type="application/json" id="dure-report">null</script>)";
  constexpr std::size_t kNull = std::string_view("null</script>").size();
  const std::string_view page = report_page();
  if (page.empty())
    return Fault{"--report", "a program with the report page inside", "a build without it",
                 "./build.sh builds the page of web/ into the program"};
  const std::size_t at = page.find(kPlace);
  CHECK(at != std::string_view::npos);  // the page and this file are built together
  std::string html(page.substr(0, at + kPlace.size() - kNull));
  for (const char c : report.dump()) {
    // "</script>" and "<!--" inside a text would end the element; < is the same text in JSON.
    if (c == '<')
      html += "\\u003c";
    else
      html.push_back(c);
  }
  html += page.substr(at + kPlace.size() - std::string_view("</script>").size());
  return html;
}

}  // namespace dure
