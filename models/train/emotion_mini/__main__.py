"""From the raw data files to the GGUF in one run; finished stages are kept in the work folder and reused."""

from __future__ import annotations

import argparse
import hashlib
import pickle
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

DEBIAN = {
    "torch": "python3-torch", "numpy": "python3-numpy", "scipy": "python3-scipy", "sklearn": "python3-sklearn",
}


def require_packages() -> None:
    missing = []
    for module, package in DEBIAN.items():
        try:
            __import__(module)
        except ImportError:
            missing.append(package)
    if missing:
        raise SystemExit(f"{sys.executable} lacks Debian's {' '.join(missing)}: "
                         f"apt-get install {' '.join(DEBIAN.values())} libopenblas0-pthread")


require_packages()

import torch  # noqa: E402

from . import calibrate, data, embeddings, evaluate, export_gguf, teacher, tokenizer, train  # noqa: E402
from .data import DEV, TEST, TRAIN, Dataset  # noqa: E402
from .model import EmotionModel, Shape  # noqa: E402
from .prompts import Renderer  # noqa: E402

# The tokenizer's reading matter: reviews twice, because a word looks different behind a space than at the start.
REVIEWS_MIDDLE, REVIEWS_START = 350_000, 100_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="models/train/run", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the raw data files, see README.md")
    parser.add_argument("--out", type=Path, required=True, help="GGUF file to write")
    parser.add_argument("--work", type=Path, help="folder for intermediate results (default: OUT.work)")
    parser.add_argument("--steps", type=int, default=train.Recipe.steps,
                        help="training steps of each worker (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=train.Recipe.workers, help="training processes, one thread each "
                        "(default: %(default)s); another number gives another, equally good model")
    parser.add_argument("--seed", type=int, default=train.Recipe.seed)
    options = parser.parse_args()
    recipe = train.Recipe(steps=options.steps, workers=options.workers, seed=options.seed)
    work = options.work or options.out.with_name(options.out.name + ".work")
    work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)

    dataset = data.load(options.data)
    progress(f"data: {len(dataset.split(TRAIN))} training, {len(dataset.split(DEV))} dev, "
             f"{len(dataset.split(TEST))} test rows")
    words = tokenizer_for(dataset, work)
    # What a stage depends on is part of its name: other rows never meet an older result.
    rows = hashlib.blake2b("\n".join(f"{row}" for row in dataset.rows).encode(), digest_size=4).hexdigest()
    targets = kept(work / f"teacher-{rows}.pickle", lambda: teacher.targets(dataset, progress))
    vectors = kept(work / f"embeddings-{rows}.pickle",
                   lambda: embeddings.build(dataset, words, Shape.width, progress))
    initial = embeddings.silence_control(vectors.initial())
    renderer = Renderer(words)
    model = EmotionModel(Shape())
    recipe_name = hashlib.blake2b(f"{recipe}".encode(), digest_size=4).hexdigest()
    model.load_state_dict(kept(work / f"network-{rows}-{recipe_name}.pickle", lambda: train.train(
        dataset, targets, words, initial, recipe, progress).state_dict()))
    model.eval()
    calibrate.calibrate(model, words, dataset, renderer, progress)
    export_gguf.export_emotion(model, words, options.out)
    progress(f"wrote {options.out}, {options.out.stat().st_size / 1e6:.2f} MB")
    report(model, words, dataset, renderer)


def progress(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def kept(path: Path, make: Callable):
    """The pickled result of an earlier run, or a new one. The work folder is the user's own: nothing foreign in it."""
    if path.exists():
        progress(f"reusing {path}")
        return pickle.loads(path.read_bytes())
    result = make()
    path.write_bytes(pickle.dumps(result))
    return result


def tokenizer_for(dataset: Dataset, work: Path) -> tokenizer.Tokenizer:
    path = work / "tokenizer.json"
    if not path.exists():
        progress("tokenizer: training, a minute or two")
        tokenizer.train(reading_matter(dataset)).save(path)
    return tokenizer.Tokenizer.load(path)


def reading_matter(dataset: Dataset) -> Iterator[tuple[str, int]]:
    """(text, weight)"""
    for text, _ in dataset.reviews[:REVIEWS_MIDDLE]:
        yield " " + text, 1
    for text, _ in dataset.reviews[REVIEWS_MIDDLE:REVIEWS_MIDDLE + REVIEWS_START]:
        yield text, 1
    for text, lang in dataset.unlabelled:
        if lang == "ko":
            yield text, 3
        else:
            yield text, 6
            yield " " + text, 2
    for row in dataset.rows:
        if row.split == TRAIN and row.source in ("kote", "xed", "chatbot", "authored", "sentence"):
            yield row.text, 4


@torch.no_grad()
def report(model: EmotionModel, words: tokenizer.Tokenizer, dataset: Dataset, renderer: Renderer) -> None:
    """Figures of the weights as stored, after rounding to Q8_0."""
    for parameter in model.parameters():
        if parameter.dim() == 2:
            parameter.copy_(torch.from_numpy(export_gguf.as_stored(parameter.numpy())))
    for prompt, rendering in (("product prompt", renderer.product), ("plain text", renderer.plain)):
        for split, rows in (("dev", dataset.split(DEV)), ("test", dataset.split(TEST)), ("probe", data.read_probe())):
            for name, score in evaluate.report(model, words, rows, rendering).items():
                print(f"{prompt:15} {split:5} {name:18} {score}")


main()
