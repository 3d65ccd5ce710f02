"""From the raw data files to the embedding model in one run; finished stages are kept in the work folder and reused."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from emotion_mini.stages import kept, name_of, progress, token_vectors, tokenizer_for  # First: it says which packages are missing.

import torch  # noqa: E402

from emotion_mini import data  # noqa: E402
from emotion_mini.data import TRAIN  # noqa: E402

from . import closed_form, evaluate, gguf, model, pairs, train  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(prog="models/train/run-embedding", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the raw data files, see README.md")
    parser.add_argument("--out", type=Path, required=True, help="GGUF file to write")
    parser.add_argument("--work", type=Path, help="folder for intermediate results; that of models/train/run saves its stages "
                        "(default: OUT.work)")
    parser.add_argument("--steps", type=int, default=train.Recipe.steps, help="0 writes down the start (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=train.Recipe.seed)
    options = parser.parse_args()
    recipe = train.Recipe(steps=options.steps, seed=options.seed)
    work = options.work or options.out.with_name(options.out.name + ".work")
    work.mkdir(parents=True, exist_ok=True)

    dataset = data.load(options.data)
    tokenizer = tokenizer_for(dataset, work)
    vectors = token_vectors(dataset, tokenizer, work)
    initial = closed_form.build(dataset, vectors, tokenizer)
    held_out = {data.identity(row.text) for row in dataset.rows if row.split != TRAIN}
    answers = pairs.chatbot_answers(options.data, held_out)
    progress(f"sentence: {len(dataset.parallel)} parallel comments, {len(answers)} answers")
    written = "\n".join(pairs.resource("templates.tsv") + pairs.resource("lexicon.tsv"))
    recipe_name = hashlib.blake2b(f"{recipe} {written}".encode(), digest_size=4).hexdigest()
    learned = kept(work / f"sentence-{name_of(dataset)}-{recipe_name}.pickle", lambda: train.train(
        dataset, answers, tokenizer, initial, recipe, progress))
    model.export(model.assemble(learned, tokenizer), options.out)
    progress(f"wrote {options.out}, {options.out.stat().st_size / 1e6:.2f} MB")
    for line in evaluate.report(model.SentenceModel.read(gguf.read(options.out)), options.data, dataset):
        print(line)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
