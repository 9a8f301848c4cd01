// The supervisor of one attempt on this machine: a small process of its own, so that neither the
// end of the agent nor its restart touches what runs. The program calls run_attempt() for its
// hidden command `attempt FOLDER`; only the local driver starts it, with the gate as descriptor 0
// and the locked file `supervisor` as 3 (attempt_files.h says what lies in FOLDER).
//
// held -> released -> claimed -> tasks run -> (SIGTERM -> grace -> SIGKILL) -> all dead -> end.json
//
// Invariants: 1. Nothing runs before "release" came through the gate, and nothing at all when
//                "stop" came with it or before it.
//             2. The claim is stored on disk before the first task starts; where it is there
//                already the supervisor ends with 75 and runs nothing.
//             3. end.json is written when no process of the attempt is left: the supervisor is
//                their subreaper, so whatever they start, setsid or not, becomes its child in the
//                end, and it kills and waits until it has none. One that cannot be killed (it hangs
//                in a device) keeps the attempt running.
//             4. out and err keep their first part and their newest; what lies between is punched
//                out of the file once there is more than the limit, so offsets stay as they were.
//                Not RLIMIT_FSIZE: that would also cut off checkpoints. The limit may be passed by
//                what is written between two looks.
#pragma once

namespace dure {

inline constexpr int kAttemptUsage = 64;    // not started by the driver
inline constexpr int kAttemptClaimed = 75;  // somebody ran it before

int run_attempt(int argc, char** argv);

}  // namespace dure
