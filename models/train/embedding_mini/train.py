"""Contrastive training of token vectors, weights and bias: each text should find its partner among those of its batch.

Sources take turns within every step; partners of one source are each other's negatives, since telling a question about
shoes from a Korean film review teaches nothing. The first components alone are trained to be vectors too (Matryoshka), so
that they may be cut.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from emotion_mini.data import LABELS, TRAIN, Dataset
from emotion_mini.tokenizer import Tokenizer

from .model import CONTENT, LOG_WEIGHT_MIN, SentenceWeights, silent
from .pairs import OwnPairs, Pair

CUTS = (64, 128, CONTENT)
TOKENS_MAX = 96
HALF_TOKENS_MIN = 10
REVIEWS_MAX = 50_000
PROGRESS_STEPS = 100


@dataclass(frozen=True)
class Recipe:
    steps: int = 1_500
    batch: int = 256
    rate: float = 2e-3
    temperature: float = 0.05
    token_dropout: float = 0.15
    seed: int = 1
    # How much a source counts; `labels` is the emotion, told by a linear layer that is thrown away.
    parallel: float = 1.0
    own: float = 1.0
    answers: float = 0.3
    halves: float = 0.3
    labels: float = 0.3


class SentenceNetwork(nn.Module):
    def __init__(self, initial: SentenceWeights) -> None:
        super().__init__()
        self.content = nn.Parameter(torch.from_numpy(initial.content.astype(np.float32)))
        self.log_weight = nn.Parameter(torch.from_numpy(initial.log_weight.astype(np.float32)))
        self.bias = nn.Parameter(torch.from_numpy(initial.bias.astype(np.float32)))
        self.labels = nn.Linear(CONTENT, len(LABELS))

    def forward(self, batches: list[list[np.ndarray]]) -> list[Tensor]:
        """Sentence vectors [texts, CONTENT] of each batch of token lists, not of length 1 yet."""
        texts = [ids for batch in batches for ids in batch]
        weight = self.log_weight.clamp(LOG_WEIGHT_MIN, 0).exp()[:, None]
        table = torch.cat([F.normalize(self.content, eps=1e-6) * weight, weight], 1)
        lengths = np.array([len(ids) for ids in texts])
        offsets = torch.from_numpy(np.concatenate([[0], lengths[:-1].cumsum()]))
        pooled = F.embedding_bag(torch.from_numpy(np.concatenate(texts)), table, offsets, mode="sum")
        return (pooled[:, :CONTENT] / pooled[:, CONTENT:] + self.bias).split([len(batch) for batch in batches])

    @torch.no_grad()
    def learned(self) -> SentenceWeights:
        return SentenceWeights(
            silent(F.normalize(self.content, eps=1e-6).numpy()), self.log_weight.clamp(LOG_WEIGHT_MIN, 0).numpy(), self.bias.numpy())


class Batches:
    """What each step meets: pairs of every source, encoded, with some tokens left out."""

    def __init__(self, dataset: Dataset, answers: list[Pair], tokenizer: Tokenizer, recipe: Recipe) -> None:
        self.recipe, self.tokenizer = recipe, tokenizer
        self.random = np.random.default_rng(recipe.seed)
        own = OwnPairs(recipe.seed)
        rows = [row for row in dataset.split(TRAIN) if row.source != "nsmc"]
        long = [text for text, _ in dataset.reviews[:REVIEWS_MAX]] + [text for text, _ in dataset.unlabelled]
        self.long = [ids for ids in (self._ids(text) for text in long) if len(ids) >= HALF_TOKENS_MIN]
        self.rows = [(self._ids(row.text), LABELS.index(row.label)) for row in rows]
        parallel = [(self._ids(english), self._ids(korean), english) for english, korean in dataset.parallel]
        replies = [(self._ids(asked), self._ids(answer), key) for asked, answer, key in answers]
        self.sources: dict[str, Callable[[], list]] = {
            "parallel": cycle(parallel, recipe.batch, self.random),
            "own": lambda: [(self._ids(left), self._ids(right), key) for left, right, key in (own.draw() for _ in range(recipe.batch))],
            "answers": cycle(replies, recipe.batch, self.random),
            "halves": lambda: [self._halves(self.long[index]) for index in self.random.integers(0, len(self.long), recipe.batch)],
        }

    def pairs(self, source: str) -> tuple[list[np.ndarray], list[np.ndarray], Tensor]:
        """Left and right texts, and which of the right ones are no negatives of which left ones."""
        drawn = [pair for pair in self.sources[source]() if len(pair[0]) and len(pair[1])]
        keys = np.unique([key for *_, key in drawn], return_inverse=True)[1]
        same = torch.from_numpy((keys[:, None] == keys[None]) & ~np.eye(len(keys), dtype=bool))
        return [self._dropped(left) for left, _, _ in drawn], [self._dropped(right) for _, right, _ in drawn], same

    def labelled(self) -> tuple[list[np.ndarray], Tensor]:
        chosen = [self.rows[index] for index in self.random.integers(0, len(self.rows), self.recipe.batch)]
        chosen = [row for row in chosen if len(row[0])]
        return [self._dropped(ids) for ids, _ in chosen], torch.tensor([label for _, label in chosen])

    def _ids(self, text: str) -> np.ndarray:
        return np.array(self.tokenizer.encode(text)[:TOKENS_MAX], dtype=np.int64)

    def _halves(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
        first = self.random.random(len(ids)) < 0.5
        return ids[first], ids[~first], int(self.random.integers(1 << 62))

    def _dropped(self, ids: np.ndarray) -> np.ndarray:
        kept = ids[self.random.random(len(ids)) >= self.recipe.token_dropout]
        return kept if len(kept) else ids


def cycle(items: list, count: int, choose: np.random.Generator) -> Callable[[], list]:
    """Every item once before any comes twice."""

    def passes() -> Iterator:
        while True:
            for index in choose.permutation(len(items)):
                yield items[index]

    endless = passes()
    return lambda: [next(endless) for _ in range(count)]


def train(dataset: Dataset, answers: list[Pair], tokenizer: Tokenizer, initial: SentenceWeights, recipe: Recipe,
          progress=print) -> SentenceWeights:
    torch.manual_seed(recipe.seed)
    batches = Batches(dataset, answers, tokenizer, recipe)
    network = SentenceNetwork(initial)
    optimiser = torch.optim.Adam([
        {"params": [network.content, network.bias], "lr": recipe.rate},
        {"params": [network.log_weight], "lr": recipe.rate * 5},
        {"params": network.labels.parameters(), "lr": recipe.rate},
    ])
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: rate_factor(step, recipe.steps))
    losses: dict[str, float] = {}
    for step in range(recipe.steps):
        for source, loss in losses_of(network, batches, recipe).items():
            losses[source] = losses.get(source, 0.0) + float(loss.detach()) / PROGRESS_STEPS
            losses_now = loss if source == "parallel" else losses_now + loss
        optimiser.zero_grad(set_to_none=True)
        losses_now.backward()
        optimiser.step()
        schedule.step()
        if (step + 1) % PROGRESS_STEPS == 0:
            progress(f"sentence: step {step + 1} of {recipe.steps}, " + ", ".join(f"{name} {value:.3f}" for name, value in losses.items()))
            losses.clear()
    return network.learned()


def losses_of(network: SentenceNetwork, batches: Batches, recipe: Recipe) -> dict[str, Tensor]:
    """Each times how much it counts; "parallel" first."""
    names = ("parallel", "own", "answers", "halves")
    drawn = [batches.pairs(name) for name in names]
    labelled, labels = batches.labelled()
    *vectors, told = network([*(texts for left, right, _ in drawn for texts in (left, right)), labelled])
    losses = {
        name: getattr(recipe, name) * matching(vectors[2 * index], vectors[2 * index + 1], same, recipe.temperature)
        for index, (name, (_, _, same)) in enumerate(zip(names, drawn))
    }
    # The length of a unit vector's components would keep the logits too small.
    losses["labels"] = recipe.labels * F.cross_entropy(network.labels(F.normalize(told) * math.sqrt(CONTENT)), labels)
    return losses


def matching(left: Tensor, right: Tensor, same: Tensor, temperature: float) -> Tensor:
    """How badly the left texts find the right ones, and the other way round, on average over the cuts."""
    wanted = torch.arange(len(left))
    total = left.new_zeros(())
    for cut in CUTS:
        cosine = F.normalize(left[:, :cut]) @ F.normalize(right[:, :cut]).T / temperature
        cosine = cosine.masked_fill(same, float("-inf"))
        total = total + F.cross_entropy(cosine, wanted) + F.cross_entropy(cosine.T, wanted)
    return total / (2 * len(CUTS))


def rate_factor(step: int, steps: int, warm_up: int = 100) -> float:
    if step < warm_up:
        return (step + 1) / warm_up
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))
