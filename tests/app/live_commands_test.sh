#!/bin/bash
# The commands of a hub against one that runs here: completion of what it knows, --watch, --json,
# audit, ledger lines, exit statuses.
#
# usage: tests/app/live_commands_test.sh DURE
set -euo pipefail
dure=$(realpath "$1")
folder=$(mktemp -d)
export HOME=$folder DURE_FOLDER=$folder/state
unset DURE_HUB DURE_TOKEN DURE_CA_FILE XDG_STATE_HOME XDG_CONFIG_HOME
touch "$folder/out" "$folder/err"
"$dure" serve --listen 127.0.0.1:0 >"$folder/out" 2>"$folder/err" &
hub=$!
trap 'kill $hub; wait $hub 2>/dev/null || true; rm -rf "$folder"' EXIT
bad=0

soon() {  # polls a condition
  for ((i = 0; i < 600; i++)); do
    eval "$1" && return
    kill -0 $hub 2>/dev/null || break
    sleep 0.05
  done
  echo "not within 30 s: $1"
  cat "$folder/err"
  exit 1
}
expect() {  # what, found, wanted
  [ "$2" = "$3" ] && return
  echo "$1: found '$2', wanted '$3'"
  bad=1
}
status() { local rc=0; "$@" >/dev/null 2>&1 || rc=$?; echo $rc; }

soon 'grep -qho "http://127[^\" ]*" "$folder/out" "$folder/err"'
export DURE_HUB=$(grep -ho "http://127[^\" ]*" "$folder/out" "$folder/err" | head -1)
soon '"$dure" sites local 2>/dev/null | grep -q up'

expect "submit" "$("$dure" submit --gpus 1 --wait --json -- true | tail -1 | jq -r .state)" done
expect "a job that fails" "$(status "$dure" submit --wait -- false)" 1
node=$("$dure" sites local --json | jq -r '.nodes[0].node')

words() { "$dure" complete -- "$@" | cut -f1 | grep -v '^:' | tr '\n' ' '; }
expect "jobs" "$(words show '')" "2 1 "
expect "sites" "$(words drain l)" "local local/ "
expect "nodes" "$(words drain local/)" "local/$node "
expect "pools" "$(words reserve --pool '')" "local local_cpu "
expect "in bash" "$(bash --norc -c "
  dure() { '$dure' \"\$@\"; }
  source <('$dure' completion bash)
  COMP_WORDS=('$dure' logs '') COMP_CWORD=2
  _dure
  echo \${COMPREPLY[*]}")" "2 1"

# Not on a terminal: each change is printed once, with --json one document a line.
"$dure" jobs --watch --json >"$folder/watch" &
watch=$!
soon '[ "$(wc -l <"$folder/watch")" = 1 ]'
"$dure" submit --name third -- true >/dev/null
soon 'jq -es "length > 1 and (.[-1][0].name == \"third\")" "$folder/watch" >/dev/null'
kill $watch
expect "watch says nothing twice" "$(uniq -d "$folder/watch")" ""

expect "audit verify" "$(status "$dure" audit verify)" 0
expect "its checks" "$("$dure" audit verify --json | jq -r '[.checks[] | .ok] | all')" true
month=$("$dure" ledger --json | jq -r .month)
sum='map(.gpu_ms) | add // 0'
expect "ledger --lines" "$("$dure" ledger --lines --month "$month" --json | jq ".parts | $sum")" \
  "$("$dure" ledger --month "$month" --json | jq ".rows | $sum")"
expect "its CSV" "$("$dure" ledger --lines --csv | head -1 | cut -d, -f1-5)" "month,pool,owner,member,job"
expect "logs" "$("$dure" submit --wait -- echo hello >/dev/null; "$dure" logs 4 --json | jq -r .text)" hello

# How a job ended is told as it was: an exit status first, and what was cancelled is cancelled, also where it then
# says 0 itself.
why() { "$dure" jobs --json | jq -r ".[] | select(.job == $1) | .detail"; }
failed=$("$dure" submit -- sh -c 'exit 3')
soon '[ "$("$dure" show $failed --json | jq -r .state)" = failed ]'
expect "why it failed" "$(why "$failed" | grep -c '^exit 3')" 1
polite=$("$dure" submit -- sh -c 'trap "exit 0" TERM; echo up; while :; do sleep 0.05; done')
soon '[ "$("$dure" logs $polite 2>/dev/null)" = up ]'
"$dure" cancel "$polite" >/dev/null
soon '[ "$("$dure" show $polite --json | jq -r .state)" = cancelled ]'
expect "no exit code of what was cancelled" "$("$dure" show "$polite" | grep -c exit_code)" 0
expect "nor in the list" "$("$dure" jobs --state done --json | jq "[.[] | select(.job == $polite)] | length")" 0
after=$("$dure" submit --after "$failed" -- true)
soon '[ "$("$dure" show $after --json | jq -r .state)" = refused ]'
expect "which job it waited for" "$(why "$after")" "dependency_failed: job $failed"

# Data are there when the command returns, with --wait.
echo words >"$folder/words.txt"
expect "data add --wait" "$(status "$dure" data add words --from "$folder/words.txt" --wait)" 0
expect "and they are listed" "$("$dure" data list --json | jq -r '[.data[].name] | index("local/words") != null')" true

# A reservation is kept, and dropped.
"$dure" reserve --pool local --member local --gpus 1 --for 1h >/dev/null
expect "kept" "$("$dure" reserve --json | jq '.reservations | length')" 1
expect "dropped" "$("$dure" reserve --drop 1)" "reservation 1 dropped"
expect "not kept any more" "$("$dure" reserve --json | jq '.reservations | length')" 0
expect "dropped twice" "$(status "$dure" reserve --drop 1)" 2
expect "never kept" "$(status "$dure" reserve --drop 9)" 2

# A service that nobody looks at has an address once it runs; one with --health when it answers.
plain=$("$dure" submit --service -- sleep 600)
soon '"$dure" show $plain --json | jq -e ".url | startswith(\"http://\")" >/dev/null'
looked=$("$dure" submit --service --health /ready -- sleep 600)
soon '[ "$("$dure" show $looked --json | jq -r .state)" = running ]'
expect "no address before it answers" "$("$dure" show "$looked" --json | jq -r .url)" ""
"$dure" cancel "$plain" "$looked" >/dev/null

# The log says who was refused and who changed what.
curl -s -H 'Authorization: Bearer wrong' "$DURE_HUB/api/v1/jobs" >/dev/null
soon 'grep -q "\"event\":\"refused\".*\"code\":\"bad_token\"" "$folder/err"'
"$dure" drain "local/$node" >/dev/null && "$dure" resume "local/$node" >/dev/null
soon 'grep -q "\"event\":\"call\".*nodes/$node/drain" "$folder/err"'
expect "a failed job in the log" "$(grep -c "\"event\":\"job\".*\"job\":\"$failed\",\"outcome\":\"failed\"" "$folder/err")" 1

# Caps: where the machine can, it must not be changed here; a node that is not there is refused.
expect "cap of no node" "$(status "$dure" cap local/none 100)" 2
expect "cap without watts" "$(status "$dure" cap "local/$node")" 2

expect "usage" "$(status "$dure" jobs --no-such-option)" 2
expect "no job" "$(status "$dure" show 99)" 2
expect "no hub" "$(status "$dure" jobs --hub http://127.0.0.1:1)" 2
expect "no store" "$(status "$dure" audit verify sqlite:/nonexistent/x.db)" 2
expect "rebuild of no store" "$(status "$dure" rebuild "sqlite:$folder/none.db")" 2
expect "and none is made" "$(ls "$folder" | grep -c none)" 0
expect "rebuild beside a hub" "$(status "$dure" rebuild)" 2
expect "no record" "$(status "$dure" audit)" 2
expect "help" "$(status "$dure" help audit verify)" 0
exit $bad
