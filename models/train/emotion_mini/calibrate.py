"""The last step: make rare labels likely enough and the probabilities honest, by changing the output rows only.

Each language gets an offset for each label, such that the sum of its macro-F1 and accuracy on the dev split is highest
while accuracy hardly falls. Dev is small for the rare labels, so the mean of the best offsets for several random halves of it is
taken. Offsets cost calibration: those of each language are applied as far as its calibration error stays below a
bound, and the temperature, one for all logits, is the one under which that works best. The output layer has no bias:
the offsets go into its rows along the two directions in which hidden states say English or Korean.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from .data import DEV, LABELS, Dataset
from .evaluate import hidden_of, label_numbers
from .model import EmotionModel
from .prompts import Renderer
from .scores import calibration_error, log_softmax
from .tokenizer import Tokenizer

LANGUAGES = ("en", "ko")
ACCURACY_LOSS_MAX = 0.005  # Of each language, against no offsets.
HALVES = 8
STRIDES = (0.4, 0.2, 0.1, 0.05)
CALIBRATION_ERROR_MAX = 0.028  # Of each language.
SHARES = np.arange(0, 1.01, 0.1)
TEMPERATURES = np.arange(0.70, 1.31, 0.01)
SEED = 1


@torch.no_grad()
def calibrate(model: EmotionModel, tokenizer: Tokenizer, dataset: Dataset, renderer: Renderer, progress=print) -> None:
    rows = dataset.split(DEV)
    label, lang = label_numbers(rows), np.array([LANGUAGES.index(row.lang) for row in rows])
    hidden = hidden_of(model, tokenizer, rows, renderer.product)
    both = np.concatenate([hidden, hidden_of(model, tokenizer, rows, renderer.plain)])
    directions = language_directions(both, np.concatenate([lang, lang]))
    weight = model.output.weight[:len(LABELS)].numpy()
    logits, spoken = hidden @ weight.T, hidden @ directions.T
    offsets, temperature = fit(logits, spoken, label, lang)
    before, after = (describe(scores, label, lang) for scores in (logits, (logits + spoken @ offsets) / temperature))
    progress(f"calibration: {len(rows)} dev rows, {before} before, {after} after, temperature {temperature:.3f}")
    for name, row in zip(LANGUAGES, offsets):
        progress(f"calibration: offsets {name} " + " ".join(f"{x} {y:+.2f}" for x, y in zip(LABELS, row)))
    model.output.weight[:len(LABELS)] = torch.from_numpy((weight + offsets.T @ directions) / temperature).float()


def language_directions(hidden: np.ndarray, lang: np.ndarray) -> np.ndarray:
    """For each language the vector whose product with its hidden states is nearest to 1 and with others to 0."""
    ridge = 1e-3 * len(hidden) * np.eye(hidden.shape[1])
    return np.linalg.solve(hidden.T @ hidden + ridge, hidden.T @ np.eye(len(LANGUAGES))[lang]).T


def fit(logits: np.ndarray, spoken: np.ndarray, label: np.ndarray, lang: np.ndarray) -> tuple[np.ndarray, float]:
    """Offsets [languages, labels] and the temperature."""
    choose = np.random.default_rng(SEED)
    found = []
    for _ in range(HALVES):
        part = choose.random(len(label)) < 0.5
        found.append(climb(merit_of(logits[part], spoken[part], label[part], lang[part])))
    offsets = np.mean(found, 0)
    offsets -= offsets.mean(1, keepdims=True)
    best, best_merit = (offsets, 1.0), -np.inf
    for temperature in TEMPERATURES:
        shares, total = [], 0.0
        for number, rows in enumerate(members_of(lang)):
            change = spoken[rows, number:number + 1] * offsets[number]
            reached = [part_merit((logits[rows] + share * change) / temperature, label[rows]) for share in SHARES]
            shares.append(SHARES[np.argmax(reached)])
            total += max(reached)
        if total > best_merit:
            best, best_merit = (np.array(shares)[:, None] * offsets, float(temperature)), total
    return best


def part_merit(logits: np.ndarray, label: np.ndarray) -> float:
    probability = np.exp(log_softmax(logits))
    error = calibration_error(probability, label)
    return sum(accuracy_and_f1(probability.argmax(1), label)) - 10 * max(0.0, error - CALIBRATION_ERROR_MAX) - 0.1 * error


def members_of(lang: np.ndarray) -> list[np.ndarray]:
    return [np.flatnonzero(lang == number) for number in range(len(LANGUAGES))]


def merit_of(logits: np.ndarray, spoken: np.ndarray, label: np.ndarray,
             lang: np.ndarray) -> Callable[[np.ndarray], float]:
    """Mean sum of accuracy and macro-F1 as a function of the offsets, with a penalty on lost accuracy."""
    members = members_of(lang)
    least = [accuracy_and_f1(logits[rows].argmax(1), label[rows])[0] - ACCURACY_LOSS_MAX for rows in members]

    def merit(offsets: np.ndarray) -> float:
        guess, total = (logits + spoken @ offsets).argmax(1), 0.0
        for rows, floor in zip(members, least):
            accuracy, f1 = accuracy_and_f1(guess[rows], label[rows])
            total += accuracy + f1 - 10 * max(0.0, floor - accuracy)
        return total / len(members)

    return merit


def accuracy_and_f1(guess: np.ndarray, label: np.ndarray) -> tuple[float, float]:
    size = len(LABELS)
    counts = np.bincount(guess * size + label, minlength=size * size).reshape(size, size)
    right = np.diag(counts)
    return right.sum() / len(label), float((2 * right / np.maximum(1, counts.sum(0) + counts.sum(1))).mean())


def climb(merit: Callable[[np.ndarray], float]) -> np.ndarray:
    """Change one offset at a time as long as that helps, by ever smaller strides."""
    offsets = np.zeros((len(LANGUAGES), len(LABELS)))
    best = merit(offsets)
    for stride in STRIDES:
        moved = True
        while moved:
            moved = False
            for index in np.ndindex(offsets.shape):
                for step in (stride, -stride):
                    candidate = offsets.copy()
                    candidate[index] += step
                    reached = merit(candidate)
                    if reached > best + 1e-5:
                        offsets, best, moved = candidate, reached, True
    return offsets


def describe(logits: np.ndarray, label: np.ndarray, lang: np.ndarray) -> str:
    probability, parts = np.exp(log_softmax(logits)), []
    for number, name in enumerate(LANGUAGES):
        rows = lang == number
        accuracy, f1 = accuracy_and_f1(probability[rows].argmax(1), label[rows])
        parts.append(f"{name} {accuracy:.4f}/{f1:.4f}/{calibration_error(probability[rows], label[rows]):.4f}")
    return " ".join(parts)
