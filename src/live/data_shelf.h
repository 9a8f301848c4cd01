// The data that jobs have kept: which content has which name, where it is, what it was made of. The
// bytes are at the sites (drivers/data_folder.h); labels are the world's law's. Part of the book.
//
// A name is MEMBER/NAME; each time a job makes it, it gets a version more, told by its digest.
// Words for one: [MEMBER/]NAME[@DIGEST], DIGEST by its first eight digits or more; without it the
// newest is meant. Data sets of the scenario go by their ids: Dure keeps no bytes of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/quantity.h"

namespace dure {

struct DataKept;

struct DataItem {
  std::string name, digest, site;
  std::int64_t bytes = 0, files = 0;
  std::int64_t job = 0;             // number of the job that made it
  std::int64_t artifact = 0;        // its ArtifactId + 1; 0: no law knows of it
  std::vector<std::string> inputs;  // NAME@DIGEST each: what that job read
  Millis at;
  std::string full_name() const { return name + "@" + digest; }
};

class DataShelf {
 public:
  void on(const DataKept& e, std::vector<std::string> inputs, Millis now);
  void artifact(const std::string& name);  // the world hears of one

  const std::vector<DataItem>& items() const { return items_; }
  // member: whose names go without one.
  const DataItem* find(std::string_view words, std::string_view member) const;
  const DataItem* made_by(std::int64_t job, std::string_view name) const;
  std::vector<std::string> sites_of(const std::string& digest) const;     // rising
  std::optional<ArtifactId> artifact_named(const std::string& id) const;  // of the scenario
  std::uint32_t artifacts() const { return artifacts_; }

 private:
  friend struct BookArchive;
  std::vector<DataItem> items_;
  std::map<std::string, std::uint32_t> scenario_;  // artifact by id
  std::uint32_t artifacts_ = 0;                    // that the world knows
};

}  // namespace dure
