#!/bin/bash
# The completions in the shells themselves, and the manual pages through mandoc: of the shells and
# tools that are there. A hub is not needed: one that does not answer adds nothing.
#
# usage: tests/app/shells_test.sh DURE
set -euo pipefail
dure=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
ln -s "$dure" dure
export PATH=$folder:$PATH HOME=$folder DURE_HUB=http://127.0.0.1:1
touch job.yaml
mkdir jobs
bad=0

expect() {  # what, found, wanted: both as words in any order
  local found wanted
  found=$(tr -s ' \n' '\n\n' <<<"$2" | sort | tr '\n' ' ')
  wanted=$(tr -s ' \n' '\n\n' <<<"$3" | sort | tr '\n' ' ')
  [ "$found" = "$wanted" ] && return
  echo "$1: found '$found', wanted '$wanted'"
  bad=1
}

# bash: as readline calls it.
bash_completes() {  # LINE, with the cursor at its end
  bash --norc -c '
    source <(dure completion bash)
    complete -p dure >/dev/null || exit 9
    COMP_LINE=$1 COMP_POINT=${#1}
    COMP_WORDS=($(sed "s/[=:]/ & /g" <<<"$1"))
    [[ $1 == *" " ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _dure
    printf "%s\n" "${COMPREPLY[@]}"' bash "$1"
}
expect "complete -p" "$(bash --norc -c 'source <(dure completion bash); complete -p dure')" "complete -F _dure dure"
expect "bash: commands" "$(bash_completes 'dure re')" "rebuild replay reserve resume"
expect "bash: option" "$(bash_completes 'dure submit --dry')" "--dry-run"
expect "bash: choices" "$(bash_completes 'dure submit --tier ')" "scavenger standard production critical"
expect "bash: choices after =" "$(bash_completes 'dure submit --tier=c')" "critical"
expect "bash: files" "$(bash_completes 'dure submit jo')" "job.yaml jobs"
expect "bash: folders" "$(bash_completes 'dure simulate --out jo')" "jobs"
expect "bash: no hub, no jobs" "$(bash_completes 'dure show ')" ""

if command -v fish >/dev/null; then
  fish_completes() { fish --no-config -c "source (dure completion fish | psub); complete -C '$1'" | cut -f1; }
  expect "fish: commands" "$(fish_completes 'dure re')" "rebuild replay reserve resume"
  expect "fish: option" "$(fish_completes 'dure submit --dry')" "--dry-run"
  expect "fish: choices" "$(fish_completes 'dure submit --tier ')" "scavenger standard production critical"
  expect "fish: choices after =" "$(fish_completes 'dure submit --tier=c')" "--tier=critical"
  expect "fish: files" "$(fish_completes 'dure submit jo')" "job.yaml jobs/"
else
  echo "fish is not here: not tried"
fi

if command -v zsh >/dev/null; then
  dure completion zsh >_dure
  zsh -n _dure || bad=1
  # Its own functions stand in for zsh's, which work at a terminal only.
  zsh_completes() {
    zsh -f -c '
      compdef() { :; }
      compset() { :; }
      _files() { print -r -- "files $*"; }
      _describe() { print -rl -- ${(P)4%%:*}; }
      source ./_dure
      words=(${=1}); [[ $1 == *" " ]] && words+=("")
      CURRENT=${#words}
      _dure' zsh "$1"
  }
  expect "zsh: commands" "$(zsh_completes 'dure re')" "rebuild replay reserve resume"
  expect "zsh: choices" "$(zsh_completes 'dure submit --tier ')" "scavenger standard production critical"
  expect "zsh: files" "$(zsh_completes 'dure submit jo')" "files"
else
  echo "zsh is not here: not tried"
fi

dure man --out man
for page in $(dure complete -- "" | cut -f1 | grep -v '^:'); do
  [ -s "man/dure-$page.1" ] || { echo "no page of $page"; bad=1; }
done
if command -v mandoc >/dev/null; then
  mandoc -Tlint -W warning man/*.1 || bad=1
fi
if command -v groff >/dev/null; then
  [ -z "$(groff -man -ww -Tutf8 -z man/*.1 2>&1)" ] || { groff -man -ww -Tutf8 -z man/*.1; bad=1; }
fi
exit $bad
