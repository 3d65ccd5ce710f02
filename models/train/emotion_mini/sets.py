"""Write this project's own evaluation sets as JSON lines, for `./run eval emotion --json --file F`.

`sentences.jsonl`: negation, contrast, reported speech and prose by templates that the training never sees; `accept` are
further labels that are as right. `unknown.jsonl`: sentences in other languages, as many of each emotion, and nonsense,
which is neutral. Needs nothing but Python's standard library.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from . import sentences
from .data import identity
from .grammar import FOLDER, HELD, LANGUAGES, Text, certain, rows_of

SEED = 3
PER_KIND = {"pair": 250, "denied": 250, "prose": 200}


def main() -> None:
    parser = argparse.ArgumentParser(prog="models/train/sets", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, texts in (("sentences", held_out()), ("unknown", unknown())):
        path = options.out / f"{name}.jsonl"
        path.write_text("".join(line(text) for text in texts), encoding="utf8")
        print(f"{path}: {len(texts)} texts")


def held_out() -> list[Text]:
    choose = random.Random(SEED)
    made = sentences.generate(HELD)
    chosen = []
    for lang in LANGUAGES:
        for kind, count in PER_KIND.items():
            chosen += choose.sample([text for text in made if (text.lang, text.kind) == (lang, kind)], count)
    return chosen


def unknown() -> list[Text]:
    nonsense = (FOLDER / "nonsense_held.txt").read_text(encoding="utf8").splitlines()
    return [
        *(certain(text, "foreign", lang, label) for lang, label, text in rows_of("foreign_held.tsv")),
        *(certain(text, "nonsense", "nonsense", "neutral") for text in nonsense),
    ]


def identities() -> set[str]:
    """Of all texts in the sets: none of them may be in the training."""
    return {identity(text.text) for text in [*held_out(), *unknown()]}


def line(text: Text) -> str:
    row: dict[str, object] = {"text": text.text, "label": text.accepted[0], "lang": text.lang}
    if text.accepted[1:]:
        row["accept"] = text.accepted[1:]
    return json.dumps(row, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
