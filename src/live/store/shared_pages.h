// What a read-only disk does to SQLite's shared pages, and how a process survives it.
//
// Processes that have a store open share the index of its log in a mapped file, PATH-shm. Where the
// disk turns read-only under it (ext4's errors=remount-ro, a file made immutable), a write to such
// a page is answered by SIGBUS, which ends the process: a hub would be gone with no word, and no
// job could be looked after. Here the page is replaced by a private copy of itself, so the write is
// made and forgotten; the write to the log that it belongs to fails as any write to such a disk
// does. A connection must not be used on after that: shared_pages_lost() has risen, and it is
// opened again.
// Invariants: 1. SIGBUS of any other address is what it was before.
//             2. Only what may be called by a signal handler is called by it.
#pragma once

#include <cstdint>

namespace dure {

void guard_shared_pages();  // once in a process; any thread
std::uint64_t shared_pages_lost();

}  // namespace dure
