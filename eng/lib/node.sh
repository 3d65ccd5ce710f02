# shellcheck shell=bash
# Packages of npm, for programs that are run from where they lie. Needs base.sh.

# npm_install DIR WHAT [SOURCE]: what the package.json of DIR, or of SOURCE, names; once.
npm_install() {
  local wanted source=${3:-$1}
  have node || fail "$2 needs node 20 or later; install it from https://nodejs.org and try again"
  have npm || fail "$2 needs npm; install it beside node and try again"
  wanted=$(sha256sum <"$source/package.json")
  [ "$(first_line "$1/node_modules/.installed")" = "$wanted" ] && return
  say "installing $2"
  mkdir -p "$1" "$LOCAL/logs"
  [ "$source" = "$1" ] || cp "$source/package.json" "$1/"
  # Optional packages are builds for other systems and for GPUs, hundreds of megabytes; install scripts would compile.
  (cd "$1" && npm install --omit=optional --ignore-scripts --no-package-lock --no-audit --no-fund </dev/null) >"$LOCAL/logs/npm.log" 2>&1 ||
    fail "npm could not install $2; its reason is in $LOCAL/logs/npm.log. Check the network and npm's registry setting, then try again"
  echo "$wanted" >"$1/node_modules/.installed"
}
