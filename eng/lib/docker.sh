# shellcheck shell=bash
# Both servers in containers, where the binaries are missing and a Docker engine answers.

docker_answers() {
  have docker && docker compose version >/dev/null 2>&1 && timeout 10 docker info >/dev/null 2>&1
}

docker_compose() {
  POSTGRES_PORT=$POSTGRES_PORT BROKER_PORT=$BROKER_PORT PASSWORD=$PASSWORD \
    docker compose --project-name "$NODE" --file "$ROOT/eng/services.compose.yml" "$@" </dev/null
}

docker_runs() { [ -n "$(docker_compose ps --quiet --status running "$1" 2>/dev/null)" ]; }

docker_start() {
  docker_compose up --detach --wait "$1" >>"$DIR/logs/docker.log" 2>&1 ||
    fail "docker compose could not start $1; see the end of $DIR/logs/docker.log"
}

docker_kill() { docker_compose kill "$1" >>"$DIR/logs/docker.log" 2>&1; }

# The volume is named as docker compose names it.
docker_wipe() {
  docker_compose rm --force --stop "$1" >>"$DIR/logs/docker.log" 2>&1
  docker volume rm "${NODE}_$1" >>"$DIR/logs/docker.log" 2>&1
}

docker_stop() {
  docker_compose stop "$1" >>"$DIR/logs/docker.log" 2>&1 ||
    fail "docker compose could not stop $1; see the end of $DIR/logs/docker.log"
}
