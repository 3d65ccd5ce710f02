# shellcheck shell=bash
# Debian packages, for users who may install them.

# llama.cpp's library for CPUs is linked with it, and a minimal system lacks it.
has_libgomp() { compgen -G '/usr/lib*/libgomp.so.1' >/dev/null || compgen -G '/usr/lib/*/libgomp.so.1' >/dev/null; }

# install_packages LOG PACKAGE...: 1 when this user or this system cannot, or apt-get failed.
install_packages() {
  local log=$1 policy=/usr/sbin/policy-rc.d ours=
  shift
  is_root && have apt-get || return 1
  mkdir -p "$(dirname "$log")"
  say "installing $* with apt-get (log: $log)"

  # Debian starts what it installs. We want the binaries, not a second server on the default port.
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    ours=$policy
  fi
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300)
  local rc=0
  "${apt[@]}" install --no-install-recommends "$@" >>"$log" 2>&1 </dev/null ||
    { "${apt[@]}" update >>"$log" 2>&1 </dev/null &&
      "${apt[@]}" install --no-install-recommends "$@" >>"$log" 2>&1 </dev/null; } || rc=1
  [ -z "$ours" ] || rm -f "$ours"
  [ "$rc" = 0 ] || say "apt-get could not install $*; see the end of $log"
  return "$rc"
}

# Keeps servers that we installed from starting with the next boot.
disable_units() {
  ! have systemctl || [ $# = 0 ] || systemctl disable --quiet "$@" >/dev/null 2>&1 || true
}
