# shellcheck shell=bash
# The SDK and the choices that both ./run and ./test make before they build.

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

need_sdk() {
  have dotnet || fail "found no dotnet; install the .NET 10 SDK (https://dot.net/download) and try again"
  (cd "$ROOT" && dotnet --version >/dev/null 2>&1) ||
    fail "needs a .NET 10 SDK and found only: $(dotnet --list-sdks 2>/dev/null | cut -d ' ' -f 1 | paste -sd ' ' -); install it from https://dot.net/download"
}

# Without it ggml starts a debugger when it aborts.
export GGML_NO_BACKTRACE=1

# build PROJECT...: Release; the compiler's output only when it fails.
build() {
  local project
  mkdir -p "$LOCAL/logs"
  for project in "$@"; do
    say "building ${project#"$ROOT/"}"
    # From the root: global.json counts for the directory that one stands in. One compiler for all projects stays warm.
    if ! (cd "$ROOT" && dotnet build "$project" --configuration Release --verbosity quiet -consoleLoggerParameters:NoSummary \
      -property:UseSharedCompilation=true) \
      >"$LOCAL/logs/build.log" 2>&1 </dev/null; then
      grep -E 'error' "$LOCAL/logs/build.log" | sort -u | head -n 20 >&2 || tail -n 20 "$LOCAL/logs/build.log" >&2
      fail "could not build ${project#"$ROOT/"}; the errors are above, the whole log is $LOCAL/logs/build.log"
    fi
  done
}
