"""Accuracy, macro-F1 and expected calibration error. Needs numpy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .data import LABELS

CALIBRATION_BINS = 15


@dataclass(frozen=True)
class Score:
    count: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    per_label: dict[str, float]

    def __str__(self) -> str:
        return f"n {self.count:5}  accuracy {self.accuracy:.4f}  macro-F1 {self.macro_f1:.4f}  ECE {self.calibration_error:.4f}"


def log_softmax(scores: np.ndarray) -> np.ndarray:
    shifted = scores - scores.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


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
