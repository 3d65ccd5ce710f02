# shellcheck shell=bash
# shellcheck disable=SC2154 # bench/run has what is named in capitals
# The engine: its own measures, its peers, and what runs around it.

build_engine() {
  need_sdk
  build "$ENGINE"
}

# model_options VERB VALUED FLAGS OPTION...: sets its caller's model, a file that is there or nothing, and arguments.
model_options() {
  local verb=$1 valued=" $2 " flags=" $3 "
  shift 3
  while [ $# -gt 0 ]; do
    if [[ $valued == *" $1 "* ]]; then
      [ $# -ge 2 ] || fail "$1 needs a value; see bench/run help"
      if [ "$1" = --model ]; then model=$2; else arguments+=("$1" "$2"); fi
      shift
    elif [[ $flags != *" $1 "* ]]; then
      fail "$verb does not know '$1'; see bench/run help"
    elif [ "$1" = --record ]; then
      arguments+=(--record "$ROOT/bench/results")
    else
      arguments+=("$1")
    fi
    shift
  done
  [ -z "$model" ] || [ -f "$model" ] || fail "there is no model $model; correct the path, or leave --model out"
}

# random_model [PRESET]: written once.
random_model() {
  local preset=${1:-qwen2.5-0.5b}
  local file=$LOCAL/bench/$preset-q8_0.gguf
  if [ ! -f "$file" ]; then
    say "writing ${file#"$ROOT/"}"
    dotnet "$ENGINE_DLL" model "$preset" --type q8_0 --out "$file" >/dev/null
  fi
  echo "$file"
}

engine() {
  local model='' arguments=()
  model_options engine "--model --rounds --threads --only" "--quick --record" "$@"
  npm_install "$NODE_PEER" "node-llama-cpp for the CPU (85 MB)"
  build_engine
  [ -n "$model" ] || model=$(random_model)
  exec dotnet "$ENGINE_DLL" compare --model "$model" --peer "$NODE_PEER" --commit "$(commit)" "${arguments[@]}"
}

# engine_alone VERB OPTION...: what needs a model and nothing else.
engine_alone() {
  local verb=$1 model='' arguments=()
  shift
  model_options "$verb" "--model --rounds --threads" "--record" "$@"
  build_engine
  # Of 64 clients each reads the instruction: a larger model would take a quarter of an hour.
  local preset=qwen2.5-0.5b
  [ "$verb" != caches ] || preset=smollm2-135m
  [ -n "$model" ] || model=$(random_model "$preset")
  exec dotnet "$ENGINE_DLL" "$verb" --model "$model" --commit "$(commit)" "${arguments[@]}"
}

models() {
  local arguments=(--folder "$LOCAL/bench/residence")
  while [ $# -gt 0 ]; do
    case $1 in
      --jobs | --slots | --threads)
        [ $# -ge 2 ] || fail "$1 needs a value; see bench/run help"
        arguments+=("$1" "$2")
        shift ;;
      --quick) arguments+=(--quick) ;;
      --record) arguments+=(--record "$ROOT/bench/results" --commit "$(commit)") ;;
      *) fail "models does not know '$1'; see bench/run help" ;;
    esac
    shift
  done
  build_engine
  exec dotnet "$ENGINE_DLL" models "${arguments[@]}"
}

gpu() {
  local arguments=() rc=0 builds=yes
  while [ $# -gt 0 ]; do
    case $1 in
      --backend-library | --shape | --types | --device | --threads)
        [ $# -ge 2 ] || fail "$1 needs a value; see bench/run help"
        arguments+=("$1" "$2")
        shift ;;
      --no-build) builds='' ;;
      --record) arguments+=(--record "$ROOT/bench/results") ;;
      *) fail "gpu does not know '$1'; see bench/run help" ;;
    esac
    shift
  done
  if [ -n "$builds" ]; then
    build_engine
    build "$ROOT/bench/Serving/Bench.Serving.csproj" "$ROOT/tests/Inference.LLamaSharp.Tests/Inference.LLamaSharp.Tests.csproj" "$ROOT/src/Api/Api.csproj" \
      "$ROOT/src/Workers.Embedding/Workers.Embedding.csproj" "$ROOT/src/Workers.Inference/Workers.Inference.csproj"
  fi
  mkdir -p "$LOCAL/bench"
  # Only the last part needs servers; without them it is left out, and without a GPU all is.
  if [[ " ${arguments[*]-} " == *' --device cpu '* ]] || compgen -G '/dev/nvidiactl' >/dev/null || compgen -G '/dev/kfd' >/dev/null || compgen -G '/dev/dxg' >/dev/null; then
    (start_job_servers && trap - EXIT) || say "PostgreSQL and RabbitMQ do not start here: the whole pipeline is left out"
    trap remove_job_servers EXIT
    if [ -f "$JOBS_SERVICES/env" ]; then
      set -a
      # shellcheck source=/dev/null
      . "$JOBS_SERVICES/env"
      set +a
    fi
  fi
  dotnet "$SERVING_DLL" gpu --root "$ROOT" --scratch "$LOCAL/bench" --emotion "$ROOT/models/emotion-mini-q8_0.gguf" --embedding "$ROOT/models/embedding-mini.gguf" \
    --commit "$(commit)" "${arguments[@]}" || rc=$?
  return "$rc"
}

serving() {
  local model='' arguments=() rc=0 peer
  model_options serving "--model --rounds --threads --only" "--quick --record" "$@"
  peer=$("$ROOT/bench/peers/llama-server/build")
  build_engine
  build "$ROOT/bench/Serving/Bench.Serving.csproj" "$ROOT/src/Api/Api.csproj" "$ROOT/src/Workers.Embedding/Workers.Embedding.csproj" \
    "$ROOT/src/Workers.Inference/Workers.Inference.csproj"
  arguments+=(--model "${model:-$(random_model smollm2-135m)}" --embedding "$(random_model minilm-l6)" --emotion "$ROOT/models/emotion-mini-q8_0.gguf")
  start_job_servers
  dotnet "$SERVING_DLL" compare --root "$ROOT" --scratch "$LOCAL/bench" --peer "$peer" --commit "$(commit)" "${arguments[@]}" || rc=$?
  return "$rc"
}

stream() {
  local model='' arguments=()
  model_options stream "--model --rounds --threads" "--quick --record" "$@"
  build_engine
  build "$ROOT/bench/Jobs/Bench.Jobs.csproj" "$ROOT/src/Api/Api.csproj" "$ROOT/src/Workers.Inference/Workers.Inference.csproj"
  job_program stream --model "${model:-$(random_model)}" "${arguments[@]}"
}

templates() {
  local python=()
  npm_install "$TEMPLATE_PEERS" @huggingface/jinja
  build_engine
  if "$PYTHON" -c 'import jinja2' 2>/dev/null; then python=(--python "$PYTHON"); else say "no Jinja2 for $PYTHON; on Debian it is python3-jinja2"; fi
  exec dotnet "$ENGINE_DLL" templates --peers "$TEMPLATE_PEERS" "${python[@]}" "$@"
}
