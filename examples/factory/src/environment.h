// What whoever starts us says by environment variables; a flag says it louder.
//
//   DURE_CHECKPOINT_FOLDER   where checkpoints are kept; outlives an attempt
//   DURE_GPUS                how many GPUs we were given; 0: none, even if there are some
//   DURE_PORT                where to serve
//   OMP_NUM_THREADS          how many threads compute; else one: a model this small gains little
//   from
//                            more, loses much where others use the cores, and one gives the same
//                            bits on every machine of a kind, however many cores it has
//   CUDA_VISIBLE_DEVICES     which GPUs; read by CUDA itself
#pragma once

#include <optional>
#include <string>

namespace factory {

std::optional<std::string> variable(const char* name);  // an empty one is none
std::optional<int> number(const char* name, int least, int most);
int threads(int flag);  // 0: not given

}  // namespace factory
