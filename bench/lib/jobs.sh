# shellcheck shell=bash
# shellcheck disable=SC2154 # bench/run has what is named in capitals
# The whole pipeline with workers that do nothing, and its peers.

# What apt-get can bring, where it may; the benchmark leaves out a peer that is still missing and says how to get it.
install_job_peers() {
  local verb=$1 packages=()
  mkdir -p "$LOCAL/logs"
  if [ "$verb" = intake ]; then
    have wrk || packages+=(wrk)
  else
    have redis-server || packages+=(redis-server)
    (npm_install "$ROOT/bench/peers/bullmq-pg" bullmq) || true
  fi
  # Into Debian's own interpreter only; another one is somebody's virtual environment.
  [ "$PYTHON" != /usr/bin/python3 ] || "$PYTHON" -c 'import celery, fastapi, httptools, psycopg2, uvicorn, uvloop' 2>/dev/null ||
    packages+=(python3-celery python3-fastapi python3-httptools python3-psycopg2 python3-uvicorn python3-uvloop)
  if [ ${#packages[@]} -gt 0 ] && (install_packages "$LOCAL/logs/apt.log" "${packages[@]}"); then disable_units redis-server; fi
}

# job_bench jobs|intake|history|soak|outage|report|batches OPTION...
job_bench() {
  local verb=$1 arguments=() beside=
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --beside | --jobs | --rounds | --rows | --minutes | --seconds | --backlog | --clients | --only)
        case "$verb $1" in
          'jobs --jobs' | 'jobs --rounds' | 'batches --jobs' | 'batches --rounds' | 'versions --beside' | 'fairness --seconds' | 'neighbours --seconds' | 'neighbours --only' | 'backlog --backlog' | 'backlog --clients' | 'backlog --jobs' | 'backlog --rounds' | 'versions --jobs' | 'versions --rounds' | 'intake --rounds' | 'history --rows' | 'report --rows' | 'report --rounds' | 'history --rounds' | 'soak --minutes' | 'outage --seconds') ;;
          *) fail "$verb does not know '$1'; see bench/run help" ;;
        esac
        [ $# -ge 2 ] || fail "$1 needs a value; see bench/run help"
        arguments+=("$1" "$2")
        shift
        ;;
      --telemetry | --encryption)
        [ "$verb" = jobs ] || fail "$verb does not know '$1'; see bench/run help"
        beside=${1#--}
        ;;
      --quick) arguments+=(--quick) ;;
      --record) arguments+=(--record "$ROOT/bench/results") ;;
      *) fail "$verb does not know '$1'; see bench/run help" ;;
    esac
    shift
  done
  [ -z "$beside" ] || verb=$beside
  [ "$verb" != batches ] || [[ " ${arguments[*]-} " == *' --jobs '* ]] || arguments+=(--jobs 50000)
  case $verb in
    jobs | intake) install_job_peers "$verb" ;;
    soak | outage) arguments+=(--services "$JOBS_SERVICES") ;;
  esac
  need_sdk
  [ "$verb" != neighbours ] || build "$ROOT/src/Workers.Embedding/Workers.Embedding.csproj"
  build "$ROOT/bench/Jobs/Bench.Jobs.csproj" "$ROOT/bench/NoOpWorker/Bench.NoOpWorker.csproj" \
    "$ROOT/bench/peers/rabbitmq-dotnet/Bench.RabbitMq.csproj" "$ROOT/src/Api/Api.csproj"

  job_program "$verb" "${arguments[@]}"
}

# job_program VERB OPTION...
job_program() {
  local rc=0
  start_job_servers
  dotnet "$JOBS_DLL" "$1" --root "$ROOT" --scratch "$LOCAL/bench" --python "$PYTHON" --commit "$(commit)" "${@:2}" || rc=$?
  return "$rc"
}

# New servers each time: what an earlier run left in them would count.
start_job_servers() {
  remove_job_servers
  trap remove_job_servers EXIT
  use_job_servers
}

use_job_servers() {
  "$ROOT/eng/services" start --dir "$JOBS_SERVICES" --name pipeline-bench
  set -a
  # shellcheck source=/dev/null
  . "$JOBS_SERVICES/env"
  set +a
}

stop_job_servers() { "$ROOT/eng/services" stop --dir "$JOBS_SERVICES"; }

remove_job_servers() {
  "$ROOT/eng/services" remove --dir "$JOBS_SERVICES"
  rm -rf "$LOCAL/bench/redis"
}

console() {
  local jobs='' keep='' arguments=() rc=0
  while [ $# -gt 0 ]; do
    case $1 in
      --jobs | --every | --rounds | --keep)
        [ $# -ge 2 ] || fail "$1 needs a value; see bench/run help"
        case $1 in --jobs) jobs=$2 ;; --keep) keep=$2 ;; *) arguments+=("$1" "$2") ;; esac
        shift ;;
      --screens-only) arguments+=("$1") ;;
      --quick)
        arguments+=("$1")
        jobs=${jobs:-100000} ;;
      --record) arguments+=(--record "$ROOT/bench/results") ;;
      *) fail "console does not know '$1'; see bench/run help" ;;
    esac
    shift
  done
  need_sdk
  build "$ROOT/bench/Jobs/Bench.Jobs.csproj" "$ROOT/bench/NoOpWorker/Bench.NoOpWorker.csproj" "$ROOT/src/Api/Api.csproj"
  if [ -n "$keep" ]; then
    JOBS_SERVICES=$keep
    trap stop_job_servers EXIT
    use_job_servers
  else
    start_job_servers
  fi
  dotnet "$JOBS_DLL" console --root "$ROOT" --scratch "$LOCAL/bench" --commit "$(commit)" --filled "${jobs:-10000000}" "${arguments[@]}" || rc=$?
  return "$rc"
}
