# Sourced by build.sh, demo, check and the tools: where we are, how we speak, which Node.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DURE_SHARED=${DURE_SHARED:-$(realpath -m ../shared)}  # big data: traces, references
export PATH="$PWD/.setup/node/node_modules/node/bin:$PATH"   # there where Debian's Node is too old
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 2; }
# The comment that opens the script is its help.
usage() { sed -n '2,/^[^#]\|^$/ { s/^# \{0,1\}//p }' "$0"; }
