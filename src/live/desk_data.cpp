#include "live/desk_data.h"

#include <algorithm>
#include <set>

#include "base/nearest.h"
#include "world/law.h"

namespace dure {
namespace {

Problem bad(std::string field, std::string expected, std::string found, std::string hint,
            std::string code) {
  return {422,
          std::move(code),
          {std::move(field), std::move(expected), std::move(found), std::move(hint)}};
}

template <class T>
void list(const char* name, const Allowed<T>& a, std::string& out) {
  out += name;
  if (a.all) out += '*';
  for (const T& x : a.only) {
    if constexpr (std::is_same_v<T, std::string>)
      out += x + ",";
    else
      out += std::to_string(x.index) + ",";
  }
}

bool data_name(const std::string& name) {  // as a file, and as a word of sh
  if (name.empty() || name.size() > 60 || name[0] == '.' || name[0] == '-') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

std::string short_name(const std::string& full) {
  const std::size_t slash = full.find('/'), at = full.find('@');
  return full.substr(slash == std::string::npos ? 0 : slash + 1,
                     at == std::string::npos ? at : at - slash - 1);
}

}  // namespace

std::optional<Problem> faulty_data(const JobSpec& s) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < s.outputs.size(); ++i) {
    const std::string field = "outputs[" + std::to_string(i) + "]";
    if (!data_name(s.outputs[i]))
      return bad(field, "letters, digits and . _ -, at most 60", "'" + s.outputs[i] + "'", "",
                 "invalid_job");
    if (!seen.insert(s.outputs[i]).second)
      return bad(field, "another name", "'" + s.outputs[i] + "' again", "", "invalid_job");
  }
  if (s.outputs.empty()) return std::nullopt;
  const char* why = s.each_node ? "each_node" : s.service ? "service" : s.array > 1 ? "array" : "";
  if (*why != '\0')
    return bad("outputs", std::string("none of a job with ") + why, "some",
               "one process of one job makes them", "invalid_job");
  return std::nullopt;
}

Answered<Inputs> inputs_of(const Desk& d, const std::vector<std::string>& words,
                           const std::string& member) {
  Inputs out;
  std::set<std::string> names;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string field = "inputs[" + std::to_string(i) + "]";
    if (const auto known = d.book.data().artifact_named(words[i])) {
      out.names.push_back(words[i]);
      out.artifacts.push_back(*known);
      continue;
    }
    const DataItem* item = d.book.data().find(words[i], member);
    if (item == nullptr) {
      std::vector<std::string> own;
      for (const DataItem& it : d.book.data().items())
        if (it.name.starts_with(member + "/")) own.push_back(short_name(it.name));
      const std::vector<std::string_view> views(own.begin(), own.end());
      const std::string_view near = nearest(words[i], views);
      return bad(field, "data of the alliance", "'" + words[i] + "'",
                 near.empty() ? "dure data" : "did you mean " + std::string(near) + "?",
                 "unknown_data");
    }
    if (!item->name.starts_with(member + "/"))
      return Problem{403,
                     "not_your_data",
                     {field, "data of " + member, "'" + item->name + "'",
                      "a member's data are read by its own jobs only"}};
    if (!names.insert(short_name(item->name)).second)
      return bad(field, "another name", "'" + item->name + "' again", "", "invalid_job");
    out.names.push_back(item->full_name());
    if (item->artifact > 0)
      out.artifacts.push_back(ArtifactId{static_cast<std::uint32_t>(item->artifact - 1)});
    std::vector<std::string> sites = d.book.data().sites_of(item->digest);
    if (out.bound) {
      std::vector<std::string> both;
      std::set_intersection(out.sites.begin(), out.sites.end(), sites.begin(), sites.end(),
                            std::back_inserter(both));
      sites = std::move(both);
    }
    out.sites = std::move(sites);
    out.bound = true;
    if (out.sites.empty())
      return bad(field, "data at a site that has the other inputs too", "'" + item->name + "'",
                 "work goes to its data: make them at one site", "data_elsewhere");
  }
  std::sort(out.artifacts.begin(), out.artifacts.end());
  out.artifacts.erase(std::unique(out.artifacts.begin(), out.artifacts.end()), out.artifacts.end());
  return out;
}

std::string label_words(const World& world, const std::vector<ArtifactId>& artifacts) {
  if (artifacts.empty()) return "";
  Label l = world.law().label(artifacts[0]);
  for (const ArtifactId a : artifacts) l = join(l, world.law().label(a));
  std::string out;
  for (const ClassId c : l.classes) out += std::to_string(c.index) + ",";
  for (const Ask& a : l.asks_to_leave)
    out += "a" + std::to_string(a.data_class.index) + (a.consent ? "c" : "") +
           std::to_string(a.lead_days);
  list("j", l.jurisdictions, out);
  list("h", l.homes, out);
  list("s", l.sites, out);
  out += "r" + std::to_string(static_cast<int>(l.run_by)) + "," +
         std::to_string(static_cast<int>(l.kept_by)) + "c";
  for (const std::string& c : l.certifications) out += c + ",";
  return out + "i" + std::to_string(static_cast<int>(l.isolation)) + "," +
         std::to_string(static_cast<int>(l.leaving));
}

void keep_data(const Desk& d, JobId id, const std::vector<DataMade>& made, Facts& facts) {
  const std::optional<JobSpec> spec = d.book.spec(id);
  const Job& job = d.world.job(id);
  const LaneOpened& lane = d.world.lane(job.lane);
  const SiteId site = d.world.pool(job.pool).info.site;
  const auto& classes = d.scenario.data_classes;
  const auto of = std::find_if(classes.begin(), classes.end(),
                               [&](const auto& c) { return c.id == spec->data_class; });
  std::uint32_t next = d.book.data().artifacts();
  for (const DataMade& m : made) {
    LiveEvent kept;
    kept.data = DataKept{d.world.members()[lane.member.index] + "/" + m.name,
                         m.digest,
                         d.world.sites()[site.index],
                         number_of(id),
                         m.bytes,
                         m.files,
                         of == classes.end() ? 0 : std::int64_t{next} + 1};
    if (of != classes.end()) {
      ArtifactMade e;
      e.artifact = ArtifactId{next++};
      e.name = kept.data->name;
      e.owner = lane.member;
      e.classes = {ClassId{static_cast<std::uint32_t>(of - classes.begin())}};
      Answered<Inputs> inputs = inputs_of(d, spec->inputs, spec->member);
      CHECK(inputs);  // they were when it was taken
      e.made_of = inputs.value().artifacts;
      e.site = site;
      e.size_mb = (m.bytes + 999'999) / 1'000'000;
      e.only_sites = {site};
      facts.world.push_back(std::move(e));
    }
    facts.live.push_back(std::move(kept));
  }
}

}  // namespace dure
