// Desk: what a job reads and makes. Inputs are named by words (data_shelf.h) and become versions
// when the job is taken, so that what it read is known for ever.
#pragma once

#include <string>
#include <vector>

#include "live/desk.h"

namespace dure {

struct Inputs {
  std::vector<std::string> names;     // NAME@DIGEST; of the scenario's data sets: ids
  std::vector<ArtifactId> artifacts;  // rising: the law joins their labels
  bool bound = false;                 // to `sites`, which have all of them
  std::vector<std::string> sites;     // rising
};
// member: whose job. A member's data are read by its own jobs only.
Answered<Inputs> inputs_of(const Desk& desk, const std::vector<std::string>& words,
                           const std::string& member);
// What is wrong with what it says of data, whatever the world is like.
std::optional<Problem> faulty_data(const JobSpec& spec);

// Inputs of the same words have the same label: their jobs may share a queue.
std::string label_words(const World& world, const std::vector<ArtifactId>& artifacts);

// A job has ended well: what it made is kept, and labelled with all that it read.
void keep_data(const Desk& desk, JobId job, const std::vector<DataMade>& made, Facts& facts);

}  // namespace dure
