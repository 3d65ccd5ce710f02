# shellcheck shell=bash
# A private RabbitMQ node under $DIR/rabbitmq. Uses settings of eng/services.

RABBITMQ_LOG=$DIR/logs/rabbitmq.log
# On the command line of our processes, to recognise a recycled pid.
RABBITMQ_MARK=$DIR/rabbitmq

# The real scripts: those in /usr/sbin switch to the system's rabbitmq user and its directories.
rabbitmq_bin() {
  local best
  have erl || return 1
  # shellcheck disable=SC2012 # version order, and these names hold no blanks
  best=$(ls -d /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin /opt/rabbitmq/sbin /opt/rabbitmq_server-*/sbin 2>/dev/null | sort -V | tail -n 1)
  [ -x "$best/rabbitmq-server" ] && echo "$best"
}

rabbitmq_pid() {
  local pid
  pid=$(first_line "$DIR/rabbitmq/pid")
  if runs_with "$pid" "$RABBITMQ_MARK"; then echo "$pid"; fi
}

epmd_pid() {
  local pid
  pid=$(first_line "$DIR/rabbitmq/epmd.pid")
  if runs_with "$pid" "-port $EPMD_PORT "; then echo "$pid"; fi
}

# The name localhost never needs a resolver, whatever this machine is called.
rabbitmq_environment() {
  export HOME=$DIR/rabbitmq RABBITMQ_BASE=$DIR/rabbitmq
  export RABBITMQ_NODENAME=$NODE@localhost RABBITMQ_NODE_PORT=$BROKER_PORT RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
  export RABBITMQ_DIST_PORT=$DIST_PORT ERL_EPMD_PORT=$EPMD_PORT ERL_EPMD_ADDRESS=127.0.0.1
  export RABBITMQ_MNESIA_BASE=$DIR/rabbitmq/mnesia RABBITMQ_LOG_BASE=$DIR/logs RABBITMQ_LOGS=$RABBITMQ_LOG
  export RABBITMQ_PID_FILE=$DIR/rabbitmq/pid RABBITMQ_CONF_ENV_FILE=$DIR/rabbitmq/empty.conf
  export RABBITMQ_CONFIG_FILE=$DIR/rabbitmq/rabbitmq.conf RABBITMQ_ENABLED_PLUGINS_FILE=$DIR/rabbitmq/plugins
  export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
  export LC_ALL=C.UTF-8
}

rabbitmq_configure() {
  mkdir -p "$DIR/rabbitmq/mnesia"
  : >"$DIR/rabbitmq/empty.conf"
  printf '[].\n' >"$DIR/rabbitmq/plugins"
  (umask 077 && cat >"$DIR/rabbitmq/rabbitmq.conf") <<CONF
default_user = pipeline
default_pass = $PASSWORD
# Below it RabbitMQ stops taking messages, without an error to the publisher.
disk_free_limit.absolute = 200MB
# The default of 512 MB of log for quorum queues is held in memory; this is a laptop.
raft.wal_max_size_bytes = 67108864
log.console = false
log.file.level = warning
CONF
}

epmd_start() {
  [ -z "$(epmd_pid)" ] || return 0
  detach "$DIR/logs/epmd.log" epmd -port "$EPMD_PORT" -address 127.0.0.1
  echo "$DETACHED" >"$DIR/rabbitmq/epmd.pid"
}

# The AMQP listener opens last, so a node that answers the protocol header is ready.
rabbitmq_answers() {
  local reply=
  { exec {amqp}<>"/dev/tcp/127.0.0.1/$BROKER_PORT"; } 2>/dev/null || return 1
  { printf 'AMQP\0\0\x09\x01' >&"$amqp"; } 2>/dev/null || true
  LC_ALL=C IFS= read -r -N 1 -t 2 -u "$amqp" reply 2>/dev/null || true
  exec {amqp}>&-
  [ "$reply" = $'\x01' ]
}

rabbitmq_start() {
  local bin server
  bin=$(rabbitmq_bin) || fail "found no RabbitMQ; install it (apt-get install rabbitmq-server) and start again"
  (
    rabbitmq_configure
    rabbitmq_environment
    epmd_start
    [ -z "$(rabbitmq_pid)" ] || { wait_until 90 rabbitmq_answers || fail "RabbitMQ (pid $(rabbitmq_pid)) runs but does not answer on port $BROKER_PORT; see $RABBITMQ_LOG"; exit 0; }
    rm -f "$DIR/rabbitmq/pid"
    # An unlimited number would make Erlang reserve gigabytes for its descriptor tables.
    ulimit -Sn 20000 2>/dev/null || ulimit -Sn "$(ulimit -Hn)"
    : >"$DIR/logs/rabbitmq-console.log"
    detach "$DIR/logs/rabbitmq-console.log" "$bin/rabbitmq-server" -services_directory "$RABBITMQ_MARK"
    server=$DETACHED
    # shellcheck disable=SC2317 # called by wait_until
    answers_or_died() { rabbitmq_answers || ! is_alive "$server"; }
    if ! wait_until 120 answers_or_died || ! is_alive "$server"; then
      fail "RabbitMQ did not start: $(rabbitmq_reason) (see $RABBITMQ_LOG and $DIR/logs/rabbitmq-console.log)"
    fi
  )
}

rabbitmq_wipe() { rm -rf "$DIR/rabbitmq/mnesia"; }

rabbitmq_reason() {
  grep -m 1 -iE 'error:|in use|eacces|enospc|cannot|badmatch' "$DIR/logs/rabbitmq-console.log" 2>/dev/null | cut -c 1-200 || echo 'no reason given'
}

# SIGTERM is the orderly shutdown, without the seconds that rabbitmqctl needs to boot.
rabbitmq_stop() {
  local pid
  pid=$(rabbitmq_pid)
  [ -z "$pid" ] || end_process "$pid" 60
  rm -f "$DIR/rabbitmq/pid"
  pid=$(epmd_pid)
  [ -z "$pid" ] || end_process "$pid" 5
  rm -f "$DIR/rabbitmq/epmd.pid"
}

rabbitmq_ctl() {
  local bin
  bin=$(rabbitmq_bin) || fail "found no RabbitMQ; install it (apt-get install rabbitmq-server)"
  rabbitmq_environment
  exec "$bin/rabbitmqctl" "$@"
}
