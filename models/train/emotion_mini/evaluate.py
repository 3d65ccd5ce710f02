"""Accuracy, macro-F1 and expected calibration error under a rendering, per source and language."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from .data import LABELS, Row
from .model import EmotionModel
from .prompts import Rendering
from .teacher import log_softmax
from .tokenizer import Tokenizer

CALIBRATION_BINS = 15
BATCH_ROWS = 128


@dataclass(frozen=True)
class Score:
    count: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    per_label: dict[str, float]

    def __str__(self) -> str:
        return f"n {self.count:5}  accuracy {self.accuracy:.4f}  macro-F1 {self.macro_f1:.4f}  ECE {self.calibration_error:.4f}"


@torch.no_grad()
def logits_of(model: EmotionModel, tokenizer: Tokenizer, rows: list[Row], rendering: Rendering) -> np.ndarray:
    """Label logits [rows, LABELS]. Texts keep at most what fits into the context."""
    model.eval()
    room = model.shape.context - len(rendering.shared) - len(rendering.suffix) - 1
    bodies = [tokenizer.encode(row.text)[:room] + list(rendering.suffix) for row in rows]
    shared = torch.tensor(rendering.shared)
    logits = np.zeros((len(rows), len(LABELS)))
    order = sorted(range(len(rows)), key=lambda index: len(bodies[index]))
    for start in range(0, len(order), BATCH_ROWS):
        chosen = order[start:start + BATCH_ROWS]
        body = torch.zeros(len(chosen), len(bodies[chosen[-1]]), dtype=torch.long)
        for row, index in enumerate(chosen):
            body[row, :len(bodies[index])] = torch.tensor(bodies[index])
        at = torch.tensor([len(bodies[index]) - 1 for index in chosen])
        logits[chosen] = model(shared, body, at)[:, :len(LABELS)].numpy()
    return logits


def label_numbers(rows: list[Row]) -> np.ndarray:
    return np.array([LABELS.index(row.label) for row in rows])


def score(logits: np.ndarray, label: np.ndarray) -> Score:
    probability = np.exp(log_softmax(logits))
    guess = probability.argmax(1)
    f1 = {name: f1_of(guess == number, label == number) for number, name in enumerate(LABELS)}
    present = [f1[LABELS[number]] for number in sorted(set(label))]
    return Score(len(label), float((guess == label).mean()), float(np.mean(present)),
                 calibration_error(probability, label), f1)


def f1_of(guessed: np.ndarray, true: np.ndarray) -> float:
    return 2 * float((guessed & true).sum()) / max(1, int(guessed.sum() + true.sum()))


def calibration_error(probability: np.ndarray, label: np.ndarray) -> float:
    confidence, correct = probability.max(1), probability.argmax(1) == label
    total = 0.0
    for low in np.arange(CALIBRATION_BINS) / CALIBRATION_BINS:
        inside = (confidence > low) & (confidence <= low + 1 / CALIBRATION_BINS)
        if inside.any():
            total += inside.mean() * abs(correct[inside].mean() - confidence[inside].mean())
    return float(total)


def grouped(rows: list[Row]) -> dict[str, list[int]]:
    """Row numbers of each language, then of each source."""
    groups: dict[str, list[int]] = {}
    for name_of in (lambda row: f"all {row.lang}", lambda row: f"{row.source} {row.lang}"):
        for index, row in enumerate(rows):
            groups.setdefault(name_of(row), []).append(index)
    return dict(sorted(groups.items(), key=lambda item: (not item[0].startswith("all"), item[0])))


def report(model: EmotionModel, tokenizer: Tokenizer, rows: list[Row], rendering: Rendering) -> dict[str, Score]:
    logits, label = logits_of(model, tokenizer, rows, rendering), label_numbers(rows)
    return {name: score(logits[members], label[members]) for name, members in grouped(rows).items()}
