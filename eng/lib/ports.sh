# shellcheck shell=bash
# Loopback ports.

# Does anybody listen on this port? Read from the kernel: a connection attempt would miss a
# listener that is bound to another address, and would disturb one that is ours.
port_taken() {
  local hex
  hex=$(printf '%04X' "$1")
  grep -qsE "^ *[0-9]+: [0-9A-F]+:$hex [0-9A-F]+:[0-9A-F]+ 0A " /proc/net/tcp /proc/net/tcp6
}

# Below 32768, where Linux takes the ports of outgoing connections from: one of those could
# otherwise sit on our port while the server is down.
free_port() {
  local port
  for _ in {1..200}; do
    port=$((20000 + RANDOM % 12000))
    port_taken "$port" || { echo "$port"; return; }
  done
  fail "found no free port between 20000 and 32000 on 127.0.0.1; stop some servers and try again"
}
