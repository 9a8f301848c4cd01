#include "live/rebuild.h"

#include "live/hub.h"
#include "live/projections.h"

namespace dure {
namespace {

constexpr std::size_t kRows = 2'000;  // in one transaction
constexpr std::int64_t kLeaseMs = 600'000;

}  // namespace

Result<Rebuilt> rebuild_projections(Store& store, const std::string& holder, std::int64_t now_ms) {
  TRY(epoch, store.lead(holder, now_ms, kLeaseMs));
  if (!epoch) return Fault{store.name(), "a store that no hub runs on", "a hub that leads", ""};
  TRY(state, restore(store));
  TRY(cleared, store.clear_projections());
  (void)cleared;
  Rebuilt out;
  out.entries = state->last;
  const World& world = state->world;
  const Book& book = state->book;
  std::vector<JobRow> jobs;
  for (std::uint32_t i = 0; i < world.jobs(); ++i) {
    jobs.push_back(job_row(world, book, JobId{i}));
    if (jobs.size() < kRows && i + 1 < world.jobs()) continue;
    TRY(done, store.append({{}, jobs, {}, {}}));
    (void)done;
    out.jobs += jobs.size();
    jobs.clear();
  }
  std::vector<NodeRow> nodes;
  for (std::uint32_t p = 0; p < world.pools(); ++p)
    for (std::uint32_t n = 0; n < book.nodes(PoolId{p}).size(); ++n)
      nodes.push_back(node_row(world, book, {PoolId{p}, n}));
  std::vector<UseRow> uses;
  for (const std::string& month : book.months())
    for (UseRow& row : use_rows(world, book, month, world.now())) uses.push_back(std::move(row));
  TRY(done, store.append({{}, {}, uses, nodes}));
  TRY(given_back, store.release_lead());
  (void)done, (void)given_back;
  out.uses = uses.size();
  out.nodes = nodes.size();
  return out;
}

}  // namespace dure
