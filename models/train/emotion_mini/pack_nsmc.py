"""Turn NSMC's raw/*.json (one file a movie) into nsmc_reviews.tsv: text and rating, without authors and ids."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from .data import identity, normalise

CHARS_MIN = 6
HANGUL_PAIR = re.compile("[가-힣]{2}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="models/train/pack_nsmc", description=__doc__)
    parser.add_argument("--raw", type=Path, required=True, help="the folder raw/ of e9t/nsmc")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    options = parser.parse_args()
    reviews = pack(options.raw)
    with options.out.open("w", encoding="utf8") as file:
        file.writelines(f"{text}\t{rating}\n" for text, rating in reviews)
    print(f"{options.out}: {len(reviews)} reviews")


def pack(raw: Path) -> list[tuple[str, int]]:
    """Reviews of at least a few characters with some Korean in them, each text once."""
    reviews: dict[str, tuple[str, int]] = {}
    for path in sorted(raw.glob("*.json")):
        try:
            records = json.loads(path.read_text(encoding="utf8"))
        except json.JSONDecodeError as error:
            print(f"skipped {path.name}: {error}")  # A few of the published files are empty or cut.
            continue
        for record in records:
            text = normalise(record["review"])
            if len(text) >= CHARS_MIN and HANGUL_PAIR.search(text):
                reviews.setdefault(identity(text), (text, int(record["rating"])))
    return list(reviews.values())


if __name__ == "__main__":
    main()
