#!/usr/bin/env bash
# as-postgres.sh COMMAND...: as the user postgres when we are root; PostgreSQL refuses to run as root.
set -euo pipefail
cd /
[ "$(id -u)" = 0 ] || exec "$@"
exec setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
