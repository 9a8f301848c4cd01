// What an agent must not forget: which commands it has taken, how far each attempt came, what it
// has still to tell. One write is atomic and durable, or a Fault and nothing happened.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "live/protocol.h"

namespace dure {

// wanted: the hub asked for it, nothing was done.  asked: the site was asked, the answer is not
// known.  held: it is there under `remote` and has not run.  released: let go.  over: told to the
// hub, which has not yet kept it.
enum class AttemptStage { wanted, asked, held, released, over };
constexpr auto describe_enum(AttemptStage) {
  using E = AttemptStage;
  return std::array{Choice<E>{E::wanted, "wanted", "nothing was done"},
                    Choice<E>{E::asked, "asked", "the site's answer is not known"},
                    Choice<E>{E::held, "held", "at the site, has not run"},
                    Choice<E>{E::released, "released", "may run"},
                    Choice<E>{E::over, "over", "it ended"}};
}
struct KeptAttempt {
  RunOrder run;
  std::string remote;
  AttemptStage stage = AttemptStage::wanted;
  bool started = false, serving = false, stop = false, done = false, withdrawn = false;
  std::string unwell;                        // why we end it: its probe did not answer
  std::int64_t grace_s = 30, over_fact = 0;  // number of the fact that told its end
  template <class S = KeptAttempt>
  static constexpr auto describe() {
    return Fields(Field("run", &S::run, "what the hub asked for", required),
                  Field("remote", &S::remote, "its number at the site"),
                  Field("stage", &S::stage, "how far it came"),
                  Field("started", &S::started, "that it started was told"),
                  Field("serving", &S::serving, "that it serves was told"),
                  Field("stop", &S::stop, "it is to end"),
                  Field("done", &S::done, "it ended well, and does not start again"),
                  Field("withdrawn", &S::withdrawn, "it is to end if it has not started"),
                  Field("unwell", &S::unwell, "why its agent ends it", free_text),
                  Field("grace_s", &S::grace_s, "then", range(0, 86'400), dimensionless),
                  Field("over_fact", &S::over_fact, "the fact that told its end", range(0, 9e15)));
  }
};

struct JournalState {
  std::string agent;  // a random name, made with the journal
  std::int64_t epoch = 0, commands_done = 0, facts_made = 0;
  std::map<std::string, KeptAttempt> attempts;
  std::vector<SiteFact> facts;                 // not yet kept by the hub, in order
  std::map<std::string, ForeignFact> foreign;  // told and not ended, by remote
};

struct JournalWrite {
  std::int64_t epoch = 0, commands_done = 0, facts_made = 0;  // as they are now
  std::int64_t facts_kept = 0;                                // up to here they may be forgotten
  std::vector<const KeptAttempt*> put;
  std::vector<std::string> drop;  // attempts
  std::vector<SiteFact> facts;
  std::vector<ForeignFact> foreign;  // without nodes: it ended
};

class Journal {
 public:
  virtual ~Journal() = default;
  virtual Result<JournalState> load() = 0;
  virtual Result<Done> write(const JournalWrite& what) = 0;
};

// A file (SQLite).
Result<std::unique_ptr<Journal>> open_journal(const std::string& path);

}  // namespace dure
