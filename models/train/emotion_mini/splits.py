"""Write the test splits as JSON lines {"text", "label", "lang"}, for evaluation through the running product.

Needs nothing but Python's standard library.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from . import data
from .data import TEST, Row


def main() -> None:
    parser = argparse.ArgumentParser(prog="models/train/splits", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the raw data files")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    options = parser.parse_args()

    rows = data.load(options.data).split(TEST)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, chosen in named(rows).items():
        path = options.out / f"{name}.jsonl"
        write(path, chosen)
        print(f"{path}: {len(chosen)} rows")


def named(rows: list[Row]) -> dict[str, list[Row]]:
    return {
        "emotion-test-all": rows,
        "emotion-test-en": [row for row in rows if row.lang == "en"],
        "emotion-test-ko": [row for row in rows if row.lang == "ko"],
        **{f"emotion-test-{source}": [row for row in rows if row.source == source]
           for source in sorted({row.source for row in rows})},
        "probe": data.read_probe(),
    }


def write(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf8") as file:
        for row in rows:
            file.write(json.dumps({"text": row.text, "label": row.label, "lang": row.lang}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
