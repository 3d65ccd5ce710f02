"""Compare llama.cpp's run of a GGUF (check/llama_cpp.mjs) with this package's tokenizer, and score it.

The tokenizer is read from the GGUF itself, so that what ships is what is compared. Needs numpy.
"""

from __future__ import annotations

import argparse
import json
import struct
from pathlib import Path

import numpy as np

from . import prompts, scores
from .data import LABELS
from .tokenizer import Tokenizer

ARRAY, STRING = 9, 8
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


def main() -> None:
    parser = argparse.ArgumentParser(prog="models/train/compare", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="the GGUF file")
    parser.add_argument("--run", type=Path, required=True, help="output of llama_cpp.mjs")
    parser.add_argument("--prompt", choices=("product", "plain"), required=True)
    options = parser.parse_args()

    words = tokenizer_of(options.model)
    rendering = getattr(prompts.Renderer(words), options.prompt)
    results = [json.loads(line) for line in options.run.read_text(encoding="utf8").splitlines()]
    different = [result for result in results if rendering.around(words.encode(result["text"])) != result["ids"]]
    print(f"tokens differ in {len(different)} of {len(results)} prompts")
    for result in different[:5]:
        print("  ", result["text"], result["ids"], rendering.around(words.encode(result["text"])))

    probability = np.array([result["probabilities"] for result in results]) + 1e-12
    outside = 1 - probability.sum(1)
    print(f"probability outside the labels: mean {outside.mean():.5f}, largest {outside.max():.5f}")
    label = np.array([LABELS.index(result["label"]) for result in results])
    lang = np.array([result["lang"] for result in results])
    for name in sorted(set(lang)):
        score = scores.score(np.log(probability[lang == name]), label[lang == name])
        print(f"{options.prompt} {name} {score}  "
              + " ".join(f"{word} {f1:.2f}" for word, f1 in score.per_label.items()))


def tokenizer_of(path: Path) -> Tokenizer:
    merges = metadata_of(path)["tokenizer.ggml.merges"]
    return Tokenizer([tuple(merge.split(" ")) for merge in merges])


def metadata_of(path: Path) -> dict[str, object]:
    """Strings and arrays of strings in the GGUF's metadata; other values are skipped."""
    data = path.read_bytes()
    at = 24
    found: dict[str, object] = {}
    for _ in range(struct.unpack_from("<Q", data, 16)[0]):
        key, at = string_at(data, at)
        kind = struct.unpack_from("<I", data, at)[0]
        at += 4
        if kind == STRING:
            found[key], at = string_at(data, at)
        elif kind == ARRAY:
            element, count = struct.unpack_from("<IQ", data, at)
            at += 12
            if element == STRING:
                values = []
                for _ in range(count):
                    value, at = string_at(data, at)
                    values.append(value)
                found[key] = values
            else:
                at += SIZES[element] * count
        else:
            at += SIZES[kind]
    return found


def string_at(data: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<Q", data, at)
    return data[at + 8:at + 8 + length].decode(), at + 8 + length


if __name__ == "__main__":
    main()
