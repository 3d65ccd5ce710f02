# shellcheck shell=bash
# shellcheck disable=SC2154 # bench/run has what is named in capitals
# What breaks, and what is asked oddly.

chaos() {
  need_sdk
  build "$ROOT/tests/Chaos/Chaos.csproj"
  # What an earlier run left that was killed itself.
  remove_chaos_servers
  trap remove_chaos_servers EXIT
  local rc=0 arguments=()
  for argument in "$@"; do
    arguments+=("$argument")
    [ "$argument" != --record ] || arguments+=("$ROOT/bench/results" --commit "$(commit)")
  done
  dotnet "$CHAOS_DLL" --servers "$CHAOS_SERVERS" --logs "$LOCAL/chaos/logs" "${arguments[@]}" || rc=$?
  return "$rc"
}

remove_chaos_servers() { "$ROOT/eng/services" remove --dir "$CHAOS_SERVERS"; }

nights() {
  local rc=0
  need_sdk
  build "$ROOT/bench/Nights/Bench.Nights.csproj"
  start_job_servers
  dotnet "$NIGHTS_DLL" run --scratch "$LOCAL/bench/nights" "$@" || rc=$?
  return "$rc"
}

fuzz() {
  export PIPELINE_FUZZ_REQUESTS=200000 PIPELINE_FUZZ_SEED=$RANDOM PIPELINE_FUZZ_REPORT=$LOCAL/bench/fuzz.json
  while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || fail "$1 needs a value; see bench/run help"
    case $1 in
      --requests) PIPELINE_FUZZ_REQUESTS=$2 ;;
      --seed) PIPELINE_FUZZ_SEED=$2 ;;
      --only) export PIPELINE_FUZZ_ONLY=$2 ;;
      *) fail "fuzz does not know '$1'; see bench/run help" ;;
    esac
    shift 2
  done
  mkdir -p "$LOCAL/bench"
  rm -f "$PIPELINE_FUZZ_REPORT"
  local rc=0
  "$ROOT/test" Api.Tests --filter FullyQualifiedName~FuzzTests || rc=$?
  cat "$PIPELINE_FUZZ_REPORT" && echo
  exit "$rc"
}
