# shellcheck shell=bash
# The all-in-one host of this checkout: build, start, wait, stop.

SERVICES_DIR=$LOCAL/services
HOST_DLL=$ROOT/src/AllInOne/bin/Release/net10.0/Pipeline.AllInOne.dll
CLI_DLL=$ROOT/src/Cli/bin/Release/net10.0/Pipeline.Cli.dll
HOST_LOG=$LOCAL/logs/host.log
HOST_ERRORS=$LOCAL/logs/host-errors.log

# connection_of DATABASE: the connection string of another database of the private server.
connection_of() {
  local string
  # shellcheck source=/dev/null
  string=$(. "$SERVICES_DIR/env" && echo "$Postgres__ConnectionString")
  echo "${string/Database=pipeline/Database=$1}"
}

host_pid() {
  local pid
  pid=$(first_line "$LOCAL/host.pid")
  if runs_with "$pid" "$HOST_DLL"; then echo "$pid"; fi
}

host_url() { first_line "$LOCAL/url"; }

# Every file that a build reads, with time and size: cheaper than asking MSBuild, and it sees deletions.
sources() {
  # Not all of these exist in every checkout.
  { find "$ROOT/src" "$ROOT/models" "$ROOT"/*.props "$ROOT"/*.targets "$ROOT"/global.json "$ROOT"/[Nn]u[Gg]et.[Cc]onfig \
    "$ROOT/.editorconfig" \( -name bin -o -name obj \) -prune -o -type f -printf '%p %T@ %s\n' 2>/dev/null || true; } | sort
}

build_host() {
  local now
  need_sdk
  now=$(sources | cksum)
  if [ -f "$HOST_DLL" ] && [ -f "$CLI_DLL" ] && [ "$(first_line "$LOCAL/built")" = "$now" ]; then return 0; fi
  build "$ROOT/eng/run.slnf"
  echo "$now" >"$LOCAL/built"
}

# 8080 for people who read the documentation; then always the same one.
choose_url() {
  local url port
  url=$(host_url)
  port=${url##*:}
  if [ -n "$port" ] && ! port_taken "$port"; then return 0; fi
  [ -z "$port" ] || say "host: port $port is taken by another program; choosing a new one"
  port=8080
  ! port_taken "$port" || port=$(free_port)
  echo "http://127.0.0.1:$port" >"$LOCAL/url"
}

# host_status PATH: the HTTP status code, or nothing.
host_status() {
  local url line='' http
  url=$(host_url)
  { exec {http}<>"/dev/tcp/127.0.0.1/${url##*:}"; } 2>/dev/null || return 0
  { printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$1" >&"$http"; } 2>/dev/null || true
  IFS= read -r -t 10 -u "$http" line 2>/dev/null || true
  exec {http}>&-
  line=${line#HTTP/* }
  echo "${line%% *}"
}

host_start() {
  local pid
  mkdir -p "$LOCAL/logs"
  choose_url
  pid=$(
    set -a
    # shellcheck source=/dev/null
    . "$SERVICES_DIR/env"
    set +a
    # A database, and queues, of its own for what is not to mix with the work of this checkout.
    if [ -n "${DATABASE:-}" ]; then
      Postgres__ConnectionString=$(connection_of "$DATABASE")
      Broker__QueuePrefix=$DATABASE.
      export Broker__QueuePrefix
    fi
    Urls=$(host_url)
    # Settings lie beside the program; relative paths in them count from the checkout.
    ASPNETCORE_CONTENTROOT=${HOST_DLL%/*}
    export Urls ASPNETCORE_URLS=$Urls ASPNETCORE_CONTENTROOT
    cd "$ROOT" || exit
    : >"$HOST_LOG"
    # shellcheck disable=SC2016 # expanded by the inner shell
    detach "$HOST_LOG" bash -c 'exec 2>"$1"; shift; exec "$@"' host "$HOST_ERRORS" dotnet "$HOST_DLL"
    echo "$DETACHED"
  )
  echo "$pid" >"$LOCAL/host.pid"
  say "host: starting, log in ${HOST_LOG#"$ROOT/"}"

  # shellcheck disable=SC2317 # called by wait_until
  ready_or_gone() { ! is_alive "$pid" || [ "$(host_status /health/ready)" = 200 ]; }
  wait_until 300 ready_or_gone || {
    end_process "$pid" 30
    fail "the host was not ready after 5 minutes; see the end of $HOST_LOG and $HOST_ERRORS"
  }
  is_alive "$pid" || {
    rm -f "$LOCAL/host.pid"
    grep -v '^[[:space:]]*$' "$HOST_ERRORS" | tail -n 5 >&2 || tail -n 5 "$HOST_LOG" >&2
    fail "the host ended while starting; its reason is above, its log is $HOST_LOG"
  }
  say "host: ready at $(host_url)"
}

host_stop() {
  local pid
  pid=$(host_pid)
  if [ -n "$pid" ]; then
    say "host: stopping"
    end_process "$pid" 60
  fi
  rm -f "$LOCAL/host.pid"
}
