#include "sim/network_books.h"

#include <algorithm>
#include <map>

namespace dure {

NetworkBooks network_books(const Scenario& s, const NetworkRun& n, Millis from, Millis to) {
  NetworkBooks books;
  for (const std::string_view name : kTrafficNames) books.kinds.emplace_back().kind = name;
  std::map<std::string, NetworkBooks::Place> places;
  for (const FlowTraffic& f : n.flows) {
    NetworkBooks::Kind& k = books.kinds[static_cast<std::size_t>(f.kind)];
    k.waiting_at_start_mb += f.waiting_at_start_mb;
    k.sent_mb += f.sent_mb;
    k.arrived_mb += f.arrived_mb;
    k.late_mb += f.late_mb;
    k.lacking_mb += f.lacking_mb;
    places[s.sites[f.from.index].id].sent_mb += f.arrived_mb;
    places[s.sites[f.to.index].id].arrived_mb += f.arrived_mb;
  }
  for (const Sending& x : n.sendings)
    books.kinds[static_cast<std::size_t>(x.kind)].sent_by_jobs_mb +=
        x.sent_before(to) - x.sent_before(from);
  for (std::size_t l = 0; l < s.links.size(); ++l) {
    const LinkTraffic& link = n.links[l];
    NetworkBooks::Place &a = places[s.links[l].from_site], &b = places[s.links[l].to];
    for (std::size_t k = 0; k < kTrafficKinds; ++k) {
      a.out_mb += link.there_mb[k];
      b.in_mb += link.there_mb[k];
      b.out_mb += link.back_mb[k];
      a.in_mb += link.back_mb[k];
      books.first_mb += link.first_mb[k];
    }
    books.most_above_mb = std::max(books.most_above_mb, link.most_above_mb);
  }
  for (auto& [id, place] : places) {
    place.id = id;
    books.places.push_back(place);
  }
  return books;
}

}  // namespace dure
