// What the store's tables say beside the record, of what changed in a round: for people and their
// tools. They can be thrown away and made again from the record (rebuild.h).
#pragma once

#include <string_view>
#include <vector>

#include "live/book.h"
#include "live/store/store.h"
#include "world/world.h"

namespace dure {

struct Projections {
  std::vector<JobRow> jobs;
  std::vector<UseRow> uses;
  std::vector<NodeRow> nodes;
};

// Of jobs and nodes that the book says have changed since it was last asked.
Projections project(const World& world, Book& book);
JobRow job_row(const World& world, const Book& book, JobId id);
NodeRow node_row(const World& world, const Book& book, const NodeSeat& seat);
// What was used in a month, up to now.
std::vector<UseRow> use_rows(const World& world, const Book& book, const std::string& month,
                             Millis now);

// One word for where a job is: waiting, held, starting, running, stopping, done, failed, timed_out,
// cancelled, lost, refused.
std::string state_word(const World& world, const Book& book, JobId id);
bool is_state(std::string_view word);
std::string nodes_text(const std::vector<NodeShare>& nodes);  // n01(4),n02(4)
std::string month_of(Millis t);                               // 2026-11, KST

}  // namespace dure
