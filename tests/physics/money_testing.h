// A shipped file of models/ whose every `source` is one of its sources.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/describe.h"
#include "read_shipped.h"
#include "world/scenario.h"

namespace dure {

// Every `source` in a struct and what it holds.
template <class S>
void collect_sources(const S& s, std::set<std::string>& out) {
  each_field<S>([&](const auto& f) {
    const auto& member = s.*f.member;
    using F = std::remove_cvref_t<decltype(f)>;
    const auto one = [&](const auto& value) {
      if constexpr (F::kind == ValueKind::map) collect_sources(value, out);
      if constexpr (F::kind == ValueKind::text) {
        if (f.source_text) out.insert(value);
      }
    };
    if constexpr (F::list) {
      for (const auto& value : member) one(value);
    } else if constexpr (F::optional) {
      if (member) one(*member);
    } else {
      one(member);
    }
  });
}

template <class File>
File read_cited(const std::string& path) {
  const File out = read_shipped<File>(path);
  std::set<std::string> known{"recalled", "assumption", "derived"}, used;
  for (const SourceSpec& s : out.sources) known.insert(s.id);
  collect_sources(out, used);
  for (const std::string& source : used) {
    for (std::size_t at = 0; at <= source.size();) {
      const std::size_t plus = std::min(source.find('+', at), source.size());
      EXPECT_TRUE(known.contains(source.substr(at, plus - at))) << path << ": " << source;
      at = plus + 1;
    }
  }
  return out;
}

}  // namespace dure
