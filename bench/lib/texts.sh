# shellcheck shell=bash
# shellcheck disable=SC2154 # bench/run has what is named in capitals
# Embeddings, documents and search.

embeddings() {
  local model='' arguments=() rc=0
  model_options embeddings "--model --rounds --threads --ingest" "--quick --queue --runtimes --record" "$@"
  npm_install "$NODE_PEER" "node-llama-cpp for the CPU (85 MB)"
  build_engine
  build "$ROOT/bench/Embeddings/Bench.Embeddings.csproj" "$ROOT/src/Api/Api.csproj" "$ROOT/src/Workers.Embedding/Workers.Embedding.csproj" \
    "$ROOT/src/Workers.Inference/Workers.Inference.csproj"
  # The trained weights of --runtimes are in a package.
  [ -n "$model" ] || [[ " ${arguments[*]-} " == *' --runtimes '* ]] || model=$(random_model minilm-l6)
  start_job_servers
  dotnet "$EMBEDDINGS_DLL" --root "$ROOT" --scratch "$LOCAL/bench" --peer "$NODE_PEER" --model "${model:-none}" --commit "$(commit)" "${arguments[@]}" || rc=$?
  return "$rc"
}

# The packages that the set names, unpacked and not installed.
fetch_manuals() {
  local package work log=$LOCAL/logs/apt.log
  mkdir -p "$MANUALS" "$LOCAL/logs"
  while read -r package; do
    [ ! -d "$MANUALS/$package" ] || continue
    have apt-get && have dpkg-deb || fail "the manuals come from Debian packages; run it where apt-get is, or with --only passages"
    say "getting the package $package (log: $log)"
    work=$(mktemp -d "$LOCAL/bench/package.XXXXXX")
    (cd "$work" && { apt-get download "$package" || { is_root && apt-get update && apt-get download "$package"; }; }) >>"$log" 2>&1 </dev/null || {
      rm -rf "$work"
      fail "apt-get could not download $package; see the end of $log"
    }
    dpkg-deb --extract "$work"/*.deb "$work/unpacked"
    mv "$work/unpacked" "$MANUALS/$package"
    rm -rf "$work"
  done < <(grep -oE '"file": "[^/"]+' "$ROOT/models/eval/manuals.jsonl" | cut -d '"' -f 4 | sort -u)
}

retrieval() {
  local only='passages manuals ask' models=() record='' model set verb line result='' name english
  while [ $# -gt 0 ]; do
    case $1 in
      --model | --only)
        [ $# -ge 2 ] || fail "$1 needs a value; see bench/run help"
        if [ "$1" = --model ]; then models=("$(readlink -f "$2")"); else only=$2; fi
        shift ;;
      --record) record=yes ;;
      *) fail "retrieval does not know '$1'; see bench/run help" ;;
    esac
    shift
  done
  [ ! -s "$LOCAL/host.pid" ] || fail "an instance of this checkout runs, with a model of its own; end it with ./run stop"
  need_sdk
  if [ ${#models[@]} = 0 ]; then
    build "$ROOT/bench/Embeddings/Bench.Embeddings.csproj"
    english=$(dotnet "$EMBEDDINGS_DLL" weights)
    models=("$ROOT/models/embedding-mini.gguf" "$english")
  fi
  [[ $only != *manuals* ]] || fetch_manuals
  for model in "${models[@]}"; do
    [ -e "$model" ] || fail "there is no model $model; correct the path, or leave --model out"
    name=$(basename "$model" .gguf)
    for set in $only; do
      verb=search
      [ "$set" != ask ] || verb=ask
      line=$([ "$model" != "${english:-}" ] || export Search__Languages__0=en
        Kinds__Embedding__Model=$model "$ROOT/run" eval "$verb" --file "$ROOT/models/eval/$set.jsonl" --files "$MANUALS" --json) ||
        fail "the evaluation of $set with $name did not end; the reason is above"
      result+=",\"${name}_$set\":$line"
    done
  done
  line="{\"bench\":\"retrieval\",${result#,},\"surroundings\":{\"date\":\"$(date -u +%FT%TZ)\",\"commit\":\"$(commit)\"}}"
  [ -z "$record" ] || printf '%s\n' "$line" >"$ROOT/bench/results/retrieval-$(date -u +%F-%H%M).json"
  printf '%s\n' "$line"
}
