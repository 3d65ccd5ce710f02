"""What both models are made of, each stage kept in a folder and reused by the next run."""

from __future__ import annotations

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

from . import embeddings, tokenizer  # noqa: E402
from .data import TRAIN, Dataset  # noqa: E402
from .model import Shape  # noqa: E402

# The tokenizer's reading matter: reviews twice, because a word looks different behind a space than at the start.
REVIEWS_MIDDLE, REVIEWS_START = 350_000, 100_000


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


def name_of(dataset: Dataset) -> str:
    """What a stage depends on is part of its name: other rows never meet an older result."""
    return hashlib.blake2b("\n".join(f"{row}" for row in dataset.rows).encode(), digest_size=4).hexdigest()


def token_vectors(dataset: Dataset, words: tokenizer.Tokenizer, work: Path) -> embeddings.TokenVectors:
    return kept(work / f"embeddings-{name_of(dataset)}.pickle", lambda: embeddings.build(dataset, words, Shape.width, progress))


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
