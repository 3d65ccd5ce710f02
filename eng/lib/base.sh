# shellcheck shell=bash
# What every script here starts with: output, failure, directories. Sourced, never run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck disable=SC2034 # for the scripts that source this
LOCAL=$ROOT/.local

# A parent may have closed our stdio; without this the first echo would end the script.
{ true <&0; } 2>/dev/null || exec 0</dev/null
{ true >&1; } 2>/dev/null || exec 1>/dev/null
true >&2 || exec 2>/dev/null # says nothing itself when stderr is closed

# Progress goes to stderr: stdout is for results.
say() { printf '%s\n' "$*" >&2 || true; }

# One sentence: what happened and what to do.
fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" = 0 ]; }
is_alive() { [ -n "${1:-}" ] && [ -d "/proc/$1" ] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null; }

# A pid file proves nothing after a crash: the number may belong to somebody else by now.
# runs_with PID TEXT: the process lives and its command line contains TEXT.
# No pipe into grep -q: it leaves early, and under pipefail the writer's SIGPIPE would read as "no".
runs_with() {
  is_alive "${1:-}" && [[ "$(tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline")" == *"$2"* ]]
}

# first_line FILE: nothing when there is no such file (any more).
first_line() { head -n 1 "$1" 2>/dev/null || true; }

# wait_until SECONDS COMMAND...: polls ten times a second.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# detach LOG COMMAND...: in a session of its own, holding none of our descriptors (a lock or a
# parent's pipe would otherwise stay open for as long as the daemon lives). Sets DETACHED to its pid.
detach() {
  local log=$1
  shift
  # shellcheck disable=SC2016 # expanded by the inner shell
  setsid bash -c '
    for fd in "/proc/$$/fd/"*; do
      fd=${fd##*/}
      ((fd <= 2)) || eval "exec $fd>&-"
    done
    exec "$@"' detach "$@" </dev/null >>"$log" 2>&1 &
  # shellcheck disable=SC2034 # for the caller
  DETACHED=$!
}

# end_process PID SECONDS: asks, waits, then kills.
end_process() {
  is_alive "$1" || return 0
  kill "$1" 2>/dev/null || return 0
  # shellcheck disable=SC2317 # called by wait_until
  is_gone() { ! is_alive "$1"; }
  wait_until "$2" is_gone "$1" || kill -9 "$1" 2>/dev/null || true
}
