#include "live/data_shelf.h"

#include <set>

#include "live/live_event.h"

namespace dure {

void DataShelf::on(const DataKept& e, std::vector<std::string> inputs, Millis now) {
  items_.push_back(
      {e.name, e.digest, e.site, e.bytes, e.files, e.job, e.artifact, std::move(inputs), now});
}

void DataShelf::artifact(const std::string& name) {
  if (name.find('/') == std::string::npos) scenario_[name] = artifacts_;
  ++artifacts_;
}

const DataItem* DataShelf::find(std::string_view words, std::string_view member) const {
  const std::size_t at = words.find('@');
  const std::string_view digest = at == std::string_view::npos ? "" : words.substr(at + 1);
  if (at != std::string_view::npos && digest.size() < 8) return nullptr;
  std::string name(words.substr(0, at));
  if (name.find('/') == std::string::npos) name = std::string(member) + "/" + name;
  for (auto it = items_.rbegin(); it != items_.rend(); ++it)
    if (it->name == name && it->digest.starts_with(digest)) return &*it;
  return nullptr;
}

const DataItem* DataShelf::made_by(std::int64_t job, std::string_view name) const {
  for (auto it = items_.rbegin(); it != items_.rend(); ++it)
    if (it->job == job && it->name.substr(it->name.find('/') + 1) == name) return &*it;
  return nullptr;
}

std::vector<std::string> DataShelf::sites_of(const std::string& digest) const {
  std::set<std::string> out;
  for (const DataItem& item : items_)
    if (item.digest == digest) out.insert(item.site);
  return {out.begin(), out.end()};
}

std::optional<ArtifactId> DataShelf::artifact_named(const std::string& id) const {
  const auto it = scenario_.find(id);
  return it == scenario_.end() ? std::nullopt : std::optional(ArtifactId{it->second});
}

}  // namespace dure
