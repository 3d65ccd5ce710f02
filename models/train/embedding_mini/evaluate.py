"""Measure a GGUF file of the embedding model, this one or an earlier one, with its weights as stored."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from emotion_mini import data
from emotion_mini.data import LABELS, TEST, TRAIN, Dataset, Row

from . import gguf
from .model import SentenceModel
from .pairs import resource

LANGUAGES = ("English", "Korean")
COMMENTS = 1_500
KNOWN, ASKED, NEIGHBOURS = 4_000, 1_000, 15
CUTS = (256, 128, 64)


def report(model: SentenceModel, folder: Path, dataset: Dataset) -> Iterator[str]:
    for cut in CUTS:
        yield from own_retrieval(model, cut)
    yield comments(model, folder)
    for source in ("goemotions", "goemotions_ko", "kote"):
        known = [row for row in dataset.split(TRAIN) if row.source == source][:KNOWN]
        asked = [row for row in dataset.split(TEST) if row.source == source][:ASKED]
        yield f"emotion by {NEIGHBOURS} neighbours, {source}: {neighbour_accuracy(model, known, asked):.3f} of {len(asked)}"


def own_retrieval(model: SentenceModel, cut: int) -> Iterator[str]:
    """Questions to the passages that answer them, within a language and across, among those of retrieval.tsv."""
    columns = list(zip(*(line.split("\t") for line in resource("retrieval.tsv"))))
    vectors = [shortened(model.embed_all(list(column)), cut) for column in columns]
    passages, questions = vectors[:2], vectors[2:]
    for asked, question in enumerate(questions):
        for found, passage in enumerate(passages):
            yield f"{LANGUAGES[asked]} question to {LANGUAGES[found]} passage, {cut} dimensions: {ranks(question @ passage.T)}"


def shortened(vectors: np.ndarray, cut: int) -> np.ndarray:
    vectors = vectors[:, :cut]
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def ranks(similarity: np.ndarray) -> str:
    rank = (similarity > np.diag(similarity)[:, None]).sum(1)
    top = [(rank < count).mean() for count in (1, 3, 10)]
    return f"top-1 {top[0]:.3f}, top-3 {top[1]:.3f}, top-10 {top[2]:.3f}, MRR {(1 / (rank + 1)).mean():.3f} of {len(rank)}"


def comments(model: SentenceModel, folder: Path) -> str:
    english, korean = ([data.normalise(fields[0]) for fields in data.lines_of(folder / name)[:COMMENTS]]
                       for name in ("goen_test.tsv", "goko_test.tsv"))
    return f"English comment to its Korean translation: {ranks(model.embed_all(english) @ model.embed_all(korean).T)}"


def neighbour_accuracy(model: SentenceModel, known: list[Row], asked: list[Row]) -> float:
    similarity = model.embed_all([row.text for row in asked]) @ model.embed_all([row.text for row in known]).T
    label = np.array([LABELS.index(row.label) for row in known])
    right = 0
    for row, near in zip(asked, similarity):
        nearest = np.argsort(-near)[:NEIGHBOURS]
        votes = np.bincount(label[nearest], weights=near[nearest], minlength=len(LABELS))
        right += LABELS[votes.argmax()] == row.label
    return right / len(asked)


def main() -> None:
    parser = argparse.ArgumentParser(prog="models/train/evaluate-embedding", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="GGUF file")
    parser.add_argument("--data", type=Path, required=True, help="folder with the raw data files")
    parser.add_argument("--sample", type=Path, help="also write texts and vectors here, for check/embedding.mjs")
    options = parser.parse_args()

    model, dataset = SentenceModel.read(gguf.read(options.model)), data.load(options.data)
    for line in report(model, options.data, dataset):
        print(line)
    if options.sample:
        texts = [row.text for row in dataset.split(TEST)[::80]]
        sample = {"texts": texts, "vectors": model.embed_all(texts).tolist()}
        options.sample.write_text(json.dumps(sample, ensure_ascii=False), encoding="utf8")


if __name__ == "__main__":
    main()
