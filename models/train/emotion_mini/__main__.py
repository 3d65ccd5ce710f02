"""From the raw data files to the GGUF in one run; finished stages are kept in the work folder and reused."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from .stages import kept, name_of, progress, token_vectors, tokenizer_for  # First: it says which packages are missing.

import torch  # noqa: E402

from . import calibrate, data, embeddings, evaluate, export_gguf, teacher, tokenizer, train  # noqa: E402
from .data import DEV, TEST, TRAIN, Dataset  # noqa: E402
from .model import EmotionModel, Shape  # noqa: E402
from .prompts import Renderer  # noqa: E402


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
    rows = name_of(dataset)
    targets = kept(work / f"teacher-{rows}.pickle", lambda: teacher.targets(dataset, progress))
    vectors = token_vectors(dataset, words, work)
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
