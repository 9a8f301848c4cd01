#include "app/completion.h"

#include <algorithm>
#include <set>

#include "app/hub_client.h"
#include "live/http/url.h"

namespace dure {
namespace {

constexpr std::int64_t kAskMs = 400;  // a call; nobody waits longer at a prompt

// --tier=x as two words; what bash split at "=" and ":" in one again.
struct Line {
  std::vector<std::string> words;
  std::string before;  // of the last word, up to "=", where it came as one
};
Line normal(const std::vector<std::string>& in) {
  Line line;
  bool glue = false;
  for (const std::string& word : in) {
    const bool joint = word == "=" || word == ":";
    const bool can = !line.words.empty() && !line.words.back().empty();
    if ((joint && can && (word == ":" || line.words.back().starts_with("--"))) || glue)
      line.words.back() += word;
    else
      line.words.push_back(word);
    glue = joint && can;
  }
  std::vector<std::string> split;
  bool options = true;
  for (const std::string& word : line.words) {
    if (word == "--") options = false;
    const std::size_t equals = word.find('=');
    line.before.clear();
    if (options && word.starts_with("--") && equals != std::string::npos) {
      split.push_back(word.substr(0, equals));
      split.push_back(word.substr(equals + 1));
      line.before = word.substr(0, equals + 1);
    } else {
      split.push_back(word);
    }
  }
  if (split.empty()) split.emplace_back();
  line.words = std::move(split);
  return line;
}

const OptionInfo* option_named(const CommandInfo& c, const std::string& name) {
  for (const OptionInfo& o : c.options)
    if (!o.positional && std::find(o.names.begin(), o.names.end(), name) != o.names.end())
      return &o;
  return nullptr;
}

const OptionInfo* positional_at(const CommandInfo& c, std::size_t index) {
  const OptionInfo* last = nullptr;
  for (const OptionInfo& o : c.options) {
    if (!o.positional) break;  // they come first
    last = &o;
    if (index == 0) return last;
    --index;
  }
  return last != nullptr && last->many ? last : nullptr;
}

class Walk {
 public:
  Walk(const CommandInfo& program, const AskHub& ask)
      : program_(program), at_(&program), ask_(ask) {}

  void take(const std::string& word) {
    if (waits_ != nullptr) {
      if (waits_->names.back() == "--hub") hub_ = word;
      waits_ = nullptr;
    } else if (plain_) {
      ++positionals_;
    } else if (word == "--") {
      plain_ = true;
    } else if (word.size() > 1 && word[0] == '-') {
      const OptionInfo* o = option_named(*at_, word);
      if (o != nullptr) given_.push_back(o);
      if (o != nullptr && o->takes != Takes::nothing) waits_ = o;
    } else if (const CommandInfo* sub = at_->find({word}); sub != nullptr && positionals_ == 0) {
      at_ = sub;
    } else {
      named_.push_back(word);
      ++positionals_;
    }
  }

  Completion at_cursor(const std::string& begun) {
    if (waits_ != nullptr) {
      values(*waits_, begun);
    } else if (begun.starts_with('-') && !plain_) {
      options(begun);
    } else {
      if (!plain_ && positionals_ == 0) commands(*at_, begun);
      if (const OptionInfo* o = positional_at(*at_, positionals_); o != nullptr) values(*o, begun);
    }
    return std::move(out_);
  }

 private:
  void offer(const std::string& text, const std::string& help, const std::string& begun) {
    if (text.starts_with(begun)) out_.candidates.push_back({text, help});
  }
  void commands(const CommandInfo& of, const std::string& begun) {
    for (const CommandInfo& c : of.commands) offer(c.name, c.help, begun);
  }
  void options(const std::string& begun) {
    for (const OptionInfo& o : at_->options) {
      if (o.positional) continue;
      if (!o.many && std::find(given_.begin(), given_.end(), &o) != given_.end()) continue;
      const bool short_asked = begun.size() == 2 && begun[1] != '-';
      for (const std::string& name : o.names)
        if (name.starts_with("--") || short_asked || o.names.size() == 1)
          offer(name, o.help, begun);
    }
  }
  void values(const OptionInfo& o, const std::string& begun) {
    switch (o.takes) {
      case Takes::nothing:
      case Takes::text: return;
      case Takes::choice:
        for (const std::string& c : o.choices) offer(c, "", begun);
        return;
      case Takes::file:
      case Takes::folder: out_.paths = o.takes; return;
      case Takes::command_name:
        if (const CommandInfo* of = program_.find(named_)) commands(*of, begun);
        return;
      case Takes::job:
      case Takes::site:
      case Takes::place:
      case Takes::member:
      case Takes::pool:
      case Takes::account:
        for (const Candidate& c : ask_(o.takes, begun, hub_)) offer(c.text, c.help, begun);
        return;
    }
  }

  const CommandInfo& program_;
  const CommandInfo* at_;
  const AskHub& ask_;
  Completion out_;
  const OptionInfo* waits_ = nullptr;
  std::vector<const OptionInfo*> given_;
  std::vector<std::string> named_;
  std::string hub_;
  std::size_t positionals_ = 0;
  bool plain_ = false;  // after --
};

std::vector<Candidate> rows_of(HubClient& hub, const std::string& target, const char* list,
                               const std::function<Candidate(const Json&)>& row) {
  std::vector<Candidate> out;
  std::set<std::string> seen;
  const auto answer = hub.call("GET", target);
  if (!answer || !answer.value().json.is_object() || !answer.value().json.contains(list))
    return out;
  for (const Json& j : answer.value().json[list]) {
    Candidate one = row(j);  // a node is listed once for each of its pools
    if (seen.insert(one.text).second) out.push_back(std::move(one));
  }
  return out;
}

std::string text_at(const Json& j, const char* key) {
  return j.is_object() && j.contains(key) ? text_of(j[key]) : "";
}

}  // namespace

Completion complete(const CommandInfo& program, const std::vector<std::string>& words,
                    const AskHub& ask) {
  const Line line = normal(words);
  Walk walk(program, ask);
  for (std::size_t i = 0; i + 1 < line.words.size(); ++i) walk.take(line.words[i]);
  return walk.at_cursor(line.words.back());
}

std::vector<Candidate> known_to_hub(Takes takes, const std::string& begun,
                                    const std::string& where) {
  auto opened = HubClient::open(where);
  if (!opened) return {};
  HubClient& hub = *opened.value();
  hub.deadline_ms = kAskMs;
  const auto sites = [&] {
    return rows_of(hub, "/api/v1/sites", "sites", [](const Json& j) {
      return Candidate{text_at(j, "site"), text_at(j, "name_en")};
    });
  };
  switch (takes) {
    case Takes::job:
      return rows_of(hub, "/api/v1/jobs?limit=200", "jobs", [](const Json& j) {
        return Candidate{text_at(j, "job"), text_at(j, "state") + " " + text_at(j, "name")};
      });
    case Takes::site: return sites();
    case Takes::place: {
      const std::size_t slash = begun.find('/');
      if (slash == std::string::npos) {
        std::vector<Candidate> out = sites();
        for (std::size_t i = out.size(); i-- > 0;) out.push_back({out[i].text + "/", "its nodes"});
        return out;
      }
      const std::string site = begun.substr(0, slash);
      return rows_of(hub, "/api/v1/sites/" + percent_encode(site) + "/nodes", "nodes",
                     [&](const Json& j) {
                       return Candidate{site + "/" + text_at(j, "node"), text_at(j, "state")};
                     });
    }
    case Takes::pool: {
      std::vector<Candidate> out;
      const auto answer = hub.call("GET", "/api/v1/sites");
      if (!answer || !answer.value().json.contains("sites")) return out;
      for (const Json& site : answer.value().json["sites"])
        for (const Json& pool : site["pools"])
          out.push_back({text_at(pool, "pool"), text_at(pool, "hardware")});
      return out;
    }
    case Takes::member:
    case Takes::account: {
      std::vector<Candidate> out = rows_of(hub, "/api/v1/quota", "accounts", [&](const Json& j) {
        return Candidate{text_at(j, takes == Takes::member ? "member" : "account"), ""};
      });
      const auto less = [](const Candidate& a, const Candidate& b) { return a.text < b.text; };
      std::sort(out.begin(), out.end(), less);
      out.erase(std::unique(out.begin(), out.end()), out.end());
      return out;
    }
    case Takes::nothing:
    case Takes::text:
    case Takes::choice:
    case Takes::file:
    case Takes::folder:
    case Takes::command_name: break;
  }
  return {};
}

}  // namespace dure
