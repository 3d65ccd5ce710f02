# shellcheck shell=bash
# A private PostgreSQL under $DIR/postgres. Uses settings of eng/services.

# Through the link that postgres_directory may make: the user postgres cannot follow it itself.
POSTGRES_HOME=$(readlink -m "$DIR/postgres")
POSTGRES_DATA=$POSTGRES_HOME/data
POSTGRES_LOG=$DIR/logs/postgres.log

postgres_bin() {
  local best='' candidate
  if [ -f "$DIR/postgres/bin" ]; then
    best=$(cat "$DIR/postgres/bin")
    [ ! -x "$best/postgres" ] || { echo "$best"; return; }
    # Another version could not read the data.
    [ "$best" != "$POSTGRES_PACKAGE_HOME/bin" ] || return 1
  fi
  # shellcheck disable=SC2012 # version order, and these names hold no blanks
  candidate=$(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -z "$candidate" ] || best=$candidate
  [ -n "$best" ] || ! have postgres || best=$(dirname "$(readlink -f "$(command -v postgres)")")
  if [ -x "$best/postgres" ] && [ -x "$best/initdb" ] && [ -x "$best/pg_ctl" ]; then
    echo "$best"
  else
    ! is_root && postgres_package_bin
  fi
}

as_postgres() { "$ROOT/eng/lib/as-postgres.sh" "$@"; }

postgres_pid() {
  local pid
  pid=$(first_line "$POSTGRES_DATA/postmaster.pid")
  if runs_with "$pid" "$POSTGRES_DATA"; then echo "$pid"; fi
}

# When root started us below a directory that only root may enter (a clone in /root), the user
# postgres cannot reach its data there, so they lie in /var/lib and $DIR/postgres links to them.
postgres_directory() {
  [ ! -e "$DIR/postgres" ] || return 0
  mkdir -p "$DIR/postgres"
  is_root || return 0
  getent passwd postgres >/dev/null ||
    fail "PostgreSQL refuses to run as root and there is no user postgres; create it (useradd --system postgres) or start as an ordinary user"
  chown postgres: "$DIR/postgres"
  if ! as_postgres test -w "$DIR/postgres"; then
    local elsewhere
    elsewhere=$(mktemp -d /var/lib/pipeline-postgres.XXXXXX)
    chown postgres: "$elsewhere"
    rmdir "$DIR/postgres"
    ln -s "$elsewhere" "$DIR/postgres"
    POSTGRES_HOME=$elsewhere
    POSTGRES_DATA=$elsewhere/data
    say "postgres: the user postgres cannot enter $DIR, so the data are in $elsewhere"
  fi
}

postgres_create() {
  local bin=$1 version secret
  version=$("$bin/postgres" --version | grep -oE '[0-9]+' | head -n 1)
  ((version >= 15)) || fail "PostgreSQL $version in $bin is too old; install PostgreSQL 15 or newer (apt-get install postgresql)"
  say "postgres: creating a PostgreSQL $version cluster"
  rm -rf "$POSTGRES_DATA"
  secret=$POSTGRES_HOME/password
  (umask 077 && printf '%s\n' "$PASSWORD" >"$secret")
  ! is_root || chown postgres: "$secret"
  as_postgres "$bin/initdb" -D "$POSTGRES_DATA.new" -U pipeline --pwfile="$secret" -A scram-sha-256 \
    -E UTF8 --no-locale >>"$POSTGRES_LOG" 2>&1 || fail "initdb failed: $(grep -m 1 -i error "$POSTGRES_LOG" || echo 'no reason given') (see the end of $POSTGRES_LOG)"
  rm -f "$secret"
  as_postgres "$bin/postgres" --single -D "$POSTGRES_DATA.new" postgres >>"$POSTGRES_LOG" 2>&1 \
    <<<'CREATE DATABASE pipeline' || fail "could not create the database; see the end of $POSTGRES_LOG"
  printf '%s\n' "$bin" >"$DIR/postgres/bin"
  # Last, so that a half-made cluster is never taken for a whole one.
  mv "$POSTGRES_DATA.new" "$POSTGRES_DATA"
}

# Makes PIPELINE_LOCALES for this server alone, for tests with databases in them. What cannot be made is left out.
postgres_locales() {
  local made=$POSTGRES_HOME/locales locale
  for locale in ${PIPELINE_LOCALES:-}; do
    [ ! -d "$made/$locale" ] || continue
    [ -f "/usr/share/i18n/locales/${locale%.*}" ] || install_packages "$DIR/logs/apt.log" locales || true
    mkdir -p "$made"
    localedef --no-archive -i "${locale%.*}" -f "${locale##*.}" "$made/$locale" >>"$POSTGRES_LOG" 2>&1 || rm -rf "${made:?}/$locale"
  done
  # Instead of those of the system, so all that are wanted are in it.
  [ ! -d "$made" ] || export LOCPATH=$made
}

postgres_answers() {
  # 'ready' in the last line of the pid file is what pg_ctl -w waits for.
  [ -n "$(postgres_pid)" ] && [[ "$(tail -n 1 "$POSTGRES_DATA/postmaster.pid" 2>/dev/null)" == ready* ]]
}

postgres_start() {
  local bin options
  [ -z "$(postgres_pid)" ] || { wait_until 60 postgres_answers || fail "PostgreSQL (pid $(postgres_pid)) runs but does not become ready; see $POSTGRES_LOG"; return 0; }
  bin=$(postgres_bin) || fail "found no PostgreSQL; install it (apt-get install postgresql) and start again"
  postgres_directory
  [ -f "$POSTGRES_DATA/PG_VERSION" ] || { rm -rf "$POSTGRES_DATA.new"; postgres_create "$bin"; }
  # Not ours any more (postgres_pid looked): a recycled number would keep the server from starting.
  rm -f "$POSTGRES_DATA/postmaster.pid"
  postgres_locales
  options="-p $POSTGRES_PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200"
  options+=" -c shared_buffers=256MB -c max_wal_size=2GB -c fsync=on -c synchronous_commit=on -c full_page_writes=on"

  # After kill -9 of the server its children need a moment to notice; until then a new one is refused.
  local mark
  for _ in {1..50}; do
    mark=$(wc -c <"$POSTGRES_LOG")
    detach "$POSTGRES_LOG" "$ROOT/eng/lib/as-postgres.sh" \
      "$bin/pg_ctl" -s -w -t 120 -D "$POSTGRES_DATA" -o "$options" start
    if wait "$DETACHED"; then return 0; fi
    [[ "$(tail -c "+$((mark + 1))" "$POSTGRES_LOG")" == *'shared memory block'* ]] || break
    sleep 0.2
  done
  fail "PostgreSQL did not start: $(grep -E 'FATAL|HINT' "$POSTGRES_LOG" | tail -n 1 || true) (see the end of $POSTGRES_LOG)"
}

postgres_stop() {
  local pid
  pid=$(postgres_pid)
  [ -n "$pid" ] || return 0
  # SIGINT is the fast shutdown: clients are cut, the data are checkpointed.
  kill -INT "$pid" 2>/dev/null || true
  # shellcheck disable=SC2317 # called by wait_until
  is_down() { [ -z "$(postgres_pid)" ]; }
  wait_until 60 is_down || fail "PostgreSQL (pid $pid) did not stop within 60 s; see $POSTGRES_LOG"
}

postgres_wipe() { rm -rf "$POSTGRES_DATA"; }

postgres_remove() {
  case $POSTGRES_HOME in /var/lib/pipeline-postgres.*) rm -rf "$POSTGRES_HOME" ;; esac
}
