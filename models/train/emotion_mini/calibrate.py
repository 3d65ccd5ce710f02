"""The last step: make rare labels likely enough and the probabilities honest, by changing the output rows only.

The teacher leans towards frequent labels. Logit adjustment (Menon et al. 2021) adds -strength * log(prior) to each
label's logit; one temperature then scales all of them. Both are fitted on the dev split. The output layer has no bias,
so the offsets go into the output rows along the direction in which hidden states are constant.
"""

from __future__ import annotations

import numpy as np
import torch

from .data import DEV, LABELS, Dataset
from .evaluate import grouped, hidden_of, label_numbers
from .model import EmotionModel
from .prompts import Renderer
from .scores import score
from .teacher import fit_temperature
from .tokenizer import Tokenizer

STRENGTHS = np.arange(0, 0.61, 0.05)
ACCURACY_LOSS_MAX = 0.005  # Of each language, against no adjustment.


@torch.no_grad()
def calibrate(model: EmotionModel, tokenizer: Tokenizer, dataset: Dataset, renderer: Renderer, progress=print) -> None:
    rows = dataset.split(DEV)
    label = label_numbers(rows)
    languages = [members for name, members in grouped(rows).items() if name.startswith("all")]
    hidden = hidden_of(model, tokenizer, rows, renderer.product)
    plain = hidden_of(model, tokenizer, rows, renderer.plain)
    constant = constant_direction(np.concatenate([hidden, plain]))
    weight = model.output.weight[:len(LABELS)].numpy()
    log_prior = np.log(np.bincount(label, minlength=len(LABELS)) / len(label))

    best, best_f1, accuracy_min = weight, 0.0, None
    for strength in STRENGTHS:
        adjusted = weight - strength * np.outer(log_prior - log_prior.mean(), constant)
        found = [score(hidden[members] @ adjusted.T, label[members]) for members in languages]
        accuracy, f1 = np.array([one.accuracy for one in found]), np.mean([one.macro_f1 for one in found])
        accuracy_min = accuracy - ACCURACY_LOSS_MAX if accuracy_min is None else accuracy_min
        progress(f"calibration: strength {strength:.2f}, dev accuracy {accuracy.round(4)}, mean macro-F1 {f1:.4f}")
        if f1 > best_f1 and (accuracy >= accuracy_min).all():
            best, best_f1 = adjusted, f1
    temperature = fit_temperature(hidden @ best.T, label)
    progress(f"calibration: macro-F1 {best_f1:.4f}, temperature {temperature:.3f}, {len(rows)} dev rows")
    model.output.weight[:len(LABELS)] = torch.from_numpy(best / temperature).float()


def constant_direction(hidden: np.ndarray) -> np.ndarray:
    """The vector whose product with every hidden state comes nearest to 1, in least squares with a little ridge."""
    ridge = 1e-3 * len(hidden) * np.eye(hidden.shape[1])
    return np.linalg.solve(hidden.T @ hidden + ridge, hidden.sum(0))
