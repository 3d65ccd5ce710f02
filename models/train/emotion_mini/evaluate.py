"""Run the network over rows under a rendering, and score it per language and source."""

from __future__ import annotations

import numpy as np
import torch

from .data import LABELS, Row
from .model import EmotionModel
from .prompts import Rendering
from .scores import Score, score
from .tokenizer import Tokenizer

BATCH_ROWS, BATCH_TOKENS = 128, 8_192


@torch.no_grad()
def logits_of(model: EmotionModel, tokenizer: Tokenizer, rows: list[Row], rendering: Rendering) -> np.ndarray:
    """Label logits [rows, LABELS]."""
    return hidden_of(model, tokenizer, rows, rendering) @ model.output.weight[:len(LABELS)].numpy().T


@torch.no_grad()
def hidden_of(model: EmotionModel, tokenizer: Tokenizer, rows: list[Row], rendering: Rendering) -> np.ndarray:
    """What the output layer reads, [rows, width]. Texts keep at most what fits into the context."""
    model.eval()
    room = model.shape.context - len(rendering.shared) - len(rendering.suffix) - 1
    bodies = [tokenizer.encode(row.text)[:room] + list(rendering.suffix) for row in rows]
    shared = torch.tensor(rendering.shared)
    hidden = np.zeros((len(rows), model.shape.width))
    order = sorted(range(len(rows)), key=lambda index: len(bodies[index]))
    while order:
        rows_at_once = max(1, min(BATCH_ROWS, BATCH_TOKENS // len(bodies[order[-1]])))
        chosen, order = order[-rows_at_once:], order[:-rows_at_once]
        body = torch.zeros(len(chosen), len(bodies[chosen[-1]]), dtype=torch.long)
        for row, index in enumerate(chosen):
            body[row, :len(bodies[index])] = torch.tensor(bodies[index])
        at = torch.tensor([len(bodies[index]) - 1 for index in chosen])
        hidden[chosen] = model.hidden(shared, body, at).numpy()
    return hidden


def label_numbers(rows: list[Row]) -> np.ndarray:
    return np.array([LABELS.index(row.label) for row in rows])


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
