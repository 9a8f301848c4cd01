#!/bin/bash
# Builds Dure for use: installs what is missing, builds the pages (web/) and then the release
# program with them inside it: build/dure. Does only what is not done yet.
#
# usage: ./build.sh
. "$(dirname "$0")/tools/lib.sh"
case ${1-} in
  '') ;;
  -h | --help) usage; exit 0 ;;
  *) die "unknown argument '$1'; see ./build.sh --help" ;;
esac

tools/setup build web
tools/page

say "Building the program: build/dure"
# Only the program is asked for here; ./check and cmake --preset release configure the tests as well.
[ -f build/build.ninja ] || cmake --preset release -DDURE_TESTS=OFF
cmake --build build --target dure
