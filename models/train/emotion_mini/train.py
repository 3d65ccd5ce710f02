"""Train the network on hard labels mixed with the teacher's, under the prompt renderings of prompts.py."""

from __future__ import annotations

import copy
import math
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import multiprocessing

from .data import LABELS, SOURCE_WEIGHT, TRAIN, WRITTEN, Dataset, Row
from .model import EmotionModel, Shape
from .prompts import Renderer, Rendering
from .teacher import class_weight
from .tokenizer import CONTROL, Tokenizer

TOKENS_MAX = 112  # Longer comments are cut.
TOKENS_MAX_WRITTEN = 440  # Of the texts of sentences.py; with the longest prompt they fit into the context.
REPORT_EVERY, WATCH_EVERY = 20, 200  # Steps.
PLAN_ROWS = 4_096  # Rows sorted by length together, so that a batch holds texts of similar length.


@dataclass(frozen=True)
class Recipe:
    steps: int = 1_500  # Of each worker.
    workers: int = 2
    sync_every: int = 12
    batch_tokens: int = 3_000
    batch_rows: int = 1_000  # A batch is one step, so a batch of many short texts teaches less of each.
    comments: float = 1.0  # Share of the rows that are not of sentences.py, drawn anew in each pass.
    rate: float = 1.8e-3
    embedding_rate: float = 1e-3
    new_blocks: tuple[int, ...] = ()  # Those that start as identities: they learn at `new_rate`.
    new_rate: float = 1.8e-3
    weight_decay: float = 0.05
    teacher_share: float = 0.6  # The rest of the target is the hard label, with `smoothing` spread over all labels.
    smoothing: float = 0.05
    balanced: bool = True  # Rows of rare labels count more.
    token_noise: float = 0.07  # Share of text tokens replaced by random ones.
    augmented: float = 0.3
    end_every: int = 15  # Steps between lessons that the turn ends after the label.
    average: float = 0.95  # Decay, at each sync, of the weights' moving average, which is what ships.
    keep_every: int = 60  # Steps between checkpoints; a multiple of `sync_every`.
    seed: int = 0


@dataclass(frozen=True)
class Example:
    ids: list[int]
    target: np.ndarray
    weight: float
    label: int  # -1 where there is only a teacher.
    exact: bool = False  # Every word counts: none is replaced.


class Examples:
    """An endless stream of batches, each under one rendering."""

    def __init__(self, data: Dataset, teacher: dict[str, np.ndarray], tokenizer: Tokenizer, recipe: Recipe) -> None:
        self._rows = [row for row in data.rows if row.split == TRAIN and (row.label or row.text in teacher)]
        self._ids = [tokenizer.encode(row.text)[:TOKENS_MAX_WRITTEN if row.source in WRITTEN else TOKENS_MAX] for row in self._rows]
        self._teacher, self._tokenizer, self._recipe = teacher, tokenizer, recipe
        self._choose = random.Random()
        self._renderer = Renderer(tokenizer)
        labelled = [row for row in self._rows if row.label and row.source not in WRITTEN]
        self._class_weight = class_weight(
            np.array([LABELS.index(row.label) for row in labelled]),
            np.array([SOURCE_WEIGHT[row.source] for row in labelled]))

    def batches(self, seed: int) -> Iterator[tuple[Rendering, list[Example]]]:
        self._choose.seed(seed)
        while True:
            order = [index for index, row in enumerate(self._rows) for _ in range(self._copies(row))]
            self._choose.shuffle(order)
            for start in range(0, len(order), PLAN_ROWS):
                yield from self._plan([self._example(index) for index in order[start:start + PLAN_ROWS]])

    def _copies(self, row: Row) -> int:
        weight = SOURCE_WEIGHT[row.source] * (1.0 if row.source in WRITTEN else self._recipe.comments)
        return int(weight) + (self._choose.random() < weight % 1)

    def _plan(self, examples: list[Example]) -> Iterator[tuple[Rendering, list[Example]]]:
        examples.sort(key=lambda example: len(example.ids) + self._choose.random())
        batches: list[list[Example]] = [[]]
        for example in examples:  # Ascending, so the newest is the longest of its batch.
            rows = len(batches[-1]) + 1
            if rows > self._recipe.batch_rows or len(example.ids) * rows > self._recipe.batch_tokens:
                batches.append([])
            batches[-1].append(example)
        self._choose.shuffle(batches)
        for batch in batches:
            if batch:
                yield self._renderer.draw(self._choose), batch

    def _example(self, index: int) -> Example:
        row, ids = self._rows[index], self._ids[index]
        if row.source in WRITTEN:
            return Example(ids, self._teacher[row.text], 1.0, -1, exact=True)
        if self._choose.random() < self._recipe.augmented:
            ids = self._tokenizer.encode(altered(row.text, row.lang, self._choose))[:TOKENS_MAX]
        # The teacher is out of its depth with whole sentences, few of which name their emotion.
        guess = None if row.source == "sentence" else self._teacher.get(row.text)
        if row.label is None:
            return Example(ids, guess, 1.0, -1)
        label = LABELS.index(row.label)
        hard = np.full(len(LABELS), self._recipe.smoothing / len(LABELS), np.float32)
        hard[label] += 1 - self._recipe.smoothing
        share = self._recipe.teacher_share if guess is not None else 0.0
        target = hard if guess is None else (1 - share) * hard + share * guess
        return Example(ids, target, float(self._class_weight[label]) if self._recipe.balanced else 1.0, label)


def altered(text: str, lang: str, choose: random.Random) -> str:
    """The text as another writer could have typed it."""
    kind = choose.random()
    if kind < 0.35:
        return text.rstrip(".!?~ ") or text
    if kind < 0.50:
        return text.lower() if lang == "en" else text.replace(" ", "", choose.randint(1, 3))
    if kind < 0.65:
        words = text.split(" ")
        if len(words) > 4:
            del words[choose.randrange(len(words))]
        return " ".join(words)
    if kind < 0.75:
        return text + choose.choice([".", "!", "...", "~", " "])
    if kind < 0.85:
        return " " + text
    return text[:1].upper() + text[1:] if lang == "en" else text


def train(data: Dataset, teacher: dict[str, np.ndarray], tokenizer: Tokenizer, initial: np.ndarray, recipe: Recipe,
          progress=print, watch=None) -> EmotionModel:
    """A network of the first shape from initial token vectors."""
    torch.manual_seed(recipe.seed)
    model = EmotionModel(Shape())
    model.embedding.weight.data.copy_(torch.from_numpy(initial))
    return run(model, Examples(data, teacher, tokenizer, recipe), tokenizer, recipe, progress=progress, watch=watch)


def run(model: EmotionModel, examples: Examples, tokenizer: Tokenizer, recipe: Recipe, folder: Path | None = None,
        progress=print, watch=None) -> EmotionModel:
    """Train in `recipe.workers` processes and return the moving average of their common weights.

    Each worker trains on its own batches with one thread; every `sync_every` steps all take the mean of their weights.
    That is faster than one process with several threads, whose barriers stall whenever a core is busy elsewhere, and
    it is as repeatable: syncs fall on fixed steps. `watch(step, model)` is called now and then with the average.
    With a `folder` each worker leaves a checkpoint there and a later run goes on from it, also with another number
    of steps; the rest of its batches is shuffled anew.
    """
    torch.set_num_threads(1)
    average = copy.deepcopy(model).eval().share_memory()
    fork = multiprocessing.get_context("fork")
    size = sum(parameter.numel() for parameter in model.parameters())
    team = Team(torch.zeros(recipe.workers, size).share_memory_(), fork.Barrier(recipe.workers))
    workers = [
        fork.Process(target=work, args=(rank, team, model, average, examples, tokenizer, recipe, folder, progress, watch))
        for rank in range(recipe.workers)
    ]
    for worker in workers:
        worker.start()
    if folder:
        (folder / "pids").write_text(" ".join(str(process) for process in (os.getpid(), *(worker.pid for worker in workers))))
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise SystemExit("A training process failed; its message is above.")
    return average


@dataclass(frozen=True)
class Team:
    """Memory which the workers share: each writes its own row of `weights`, all read all of it after the barrier."""

    weights: torch.Tensor
    barrier: Barrier

    def agree(self, rank: int, model: EmotionModel) -> None:
        parameters = list(model.parameters())
        with torch.no_grad():
            torch.cat([parameter.flatten() for parameter in parameters], out=self.weights[rank])
            self.barrier.wait()
            mean, offset = self.weights.mean(0), 0
            self.barrier.wait()  # Nobody overwrites a row which another still reads.
            for parameter in parameters:
                parameter.copy_(mean[offset:offset + parameter.numel()].view_as(parameter))
                offset += parameter.numel()


def work(rank: int, team: Team, model: EmotionModel, average: EmotionModel, examples: Examples,
         tokenizer: Tokenizer, recipe: Recipe, folder: Path | None, progress, watch) -> None:
    torch.manual_seed(recipe.seed * 1000 + rank)
    optimiser, lesson = optimiser_for(model, recipe), Lesson(tokenizer, recipe)
    kept = checkpoint_of(folder, rank) if folder else None
    done = resume(kept, model, average, optimiser) if folder and checkpoint_of(folder, 0).exists() else 0
    batches = examples.batches(recipe.seed * 1000 + rank + 100 * done)
    started, losses = time.monotonic(), []
    model.train()
    try:
        for step in range(done + 1, recipe.steps + 1):
            rendering, batch = next(batches)
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * rate_factor(step, done, recipe.steps)
            loss = lesson.loss(model, rendering, batch, with_end=step % recipe.end_every == 0)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            losses.append(loss.item())
            if step % recipe.sync_every == 0:
                team.agree(rank, model)
                if rank == 0:
                    syncs = step // recipe.sync_every
                    move_average(average, model, min(recipe.average, syncs / (syncs + 9)))
                if kept and step % recipe.keep_every == 0:
                    keep(kept, step, model, average, optimiser)
            if rank == 0 and step % REPORT_EVERY == 0:
                seconds = time.monotonic() - started
                progress(f"train: step {step} of {recipe.steps}, loss {np.mean(losses):.3f}, {seconds:.0f} s")
                losses.clear()
            if rank == 0 and watch and step % WATCH_EVERY == 0:
                watch(step, average)
    except BaseException:
        team.barrier.abort()  # The others would wait for this worker for ever.
        raise


def keep(path: Path, step: int, model: EmotionModel, average: EmotionModel, optimiser: torch.optim.Optimizer) -> None:
    """Beside the old one first: a run that is killed meanwhile still has that."""
    fresh = path.with_suffix(".new")
    torch.save({"step": step, "model": model.state_dict(), "average": dict(average.named_parameters()),
                "optimiser": optimiser.state_dict()}, fresh)
    fresh.replace(path)


def resume(path: Path, model: EmotionModel, average: EmotionModel, optimiser: torch.optim.Optimizer) -> int:
    """The number of steps that were done. Weights are the first worker's: another may have been killed before it kept its own."""
    if path.exists():
        optimiser.load_state_dict(torch.load(path)["optimiser"])
    first = torch.load(checkpoint_of(path.parent, 0))
    model.load_state_dict(first["model"])
    with torch.no_grad():
        for shared, value in zip(average.parameters(), first["average"].values()):
            shared.copy_(value)
    return first["step"]


def checkpoint_of(folder: Path, rank: int) -> Path:
    return folder / f"checkpoint-{rank}.pt"


class Lesson:
    """Turns a batch into its loss."""

    def __init__(self, tokenizer: Tokenizer, recipe: Recipe) -> None:
        self._recipe = recipe
        self._used = tokenizer.used
        self._label_tokens = torch.tensor([tokenizer.whole(label) for label in LABELS])
        # Every other token's output row is zero, hence its logit too: they join the softmax as one constant.
        self._others = math.log(len(tokenizer.tokens) - len(LABELS) - 1)

    def loss(self, model: EmotionModel, rendering: Rendering, batch: list[Example], with_end: bool) -> torch.Tensor:
        shared = torch.tensor(rendering.shared)
        body, at = self._padded(rendering, batch)
        target = torch.from_numpy(np.stack([example.target for example in batch]))
        weight = torch.tensor([example.weight for example in batch])
        logits = self._log_probabilities(model(shared, body, at))
        loss = -((target * logits[:, :len(LABELS)]).sum(1) * weight).mean()
        if with_end:
            loss = loss + 0.1 * self._end_loss(model, shared, body, at, batch)
        return loss

    def _padded(self, rendering: Rendering, batch: list[Example]) -> tuple[torch.Tensor, torch.Tensor]:
        length = max(len(example.ids) for example in batch) + len(rendering.suffix)
        body = np.zeros((len(batch), length), dtype=np.int64)
        text = np.zeros(body.shape, dtype=bool)
        for row, example in enumerate(batch):
            end = len(example.ids)
            body[row, :end] = example.ids
            text[row, :end] = not example.exact
            body[row, end:end + len(rendering.suffix)] = rendering.suffix
        body = torch.from_numpy(body)
        noise = torch.from_numpy(text) & (torch.rand(body.shape) < self._recipe.token_noise)
        body[noise] = torch.randint(len(CONTROL), self._used, (int(noise.sum()),))
        return body, torch.tensor([len(example.ids) + len(rendering.suffix) - 1 for example in batch])

    def _end_loss(self, model: EmotionModel, shared: torch.Tensor, body: torch.Tensor, at: torch.Tensor,
                  batch: list[Example]) -> torch.Tensor:
        chosen = [row for row, example in enumerate(batch) if example.label >= 0][:16]
        if not chosen:
            return torch.zeros(())
        longer = F.pad(body[chosen], (0, 1))
        at = at[chosen] + 1
        labels = torch.tensor([batch[row].label for row in chosen])
        longer[torch.arange(len(chosen)), at] = self._label_tokens[labels]
        return -self._log_probabilities(model(shared, longer, at))[:, len(LABELS)].mean()

    def _log_probabilities(self, logits: torch.Tensor) -> torch.Tensor:
        others = torch.full((len(logits), 1), self._others)
        return logits - torch.logsumexp(torch.cat((logits, others), 1), 1, keepdim=True)


def optimiser_for(model: EmotionModel, recipe: Recipe) -> torch.optim.Optimizer:
    embedding = [model.embedding.weight]
    norms = [parameter for parameter in model.parameters() if parameter.dim() == 1]
    new = {name for index in recipe.new_blocks for name, _ in model.named_parameters() if name.startswith(f"blocks.{index}.")}
    matrices, new_matrices = ([parameter for name, parameter in model.named_parameters()
                               if parameter.dim() == 2 and name != "embedding.weight" and (name in new) == fresh]
                              for fresh in (False, True))
    return torch.optim.AdamW(
        [
            {"params": matrices, "weight_decay": recipe.weight_decay, "peak": recipe.rate},
            {"params": new_matrices, "weight_decay": recipe.weight_decay, "peak": recipe.new_rate},
            {"params": norms, "weight_decay": 0.0, "peak": recipe.rate},
            {"params": embedding, "weight_decay": 0.0, "peak": recipe.embedding_rate},
        ],
        lr=recipe.rate, betas=(0.9, 0.98), eps=1e-8)


def rate_factor(step: int, restart: int, steps: int) -> float:
    """Warm up over 100 steps from the start or a restart, along half a cosine down to 2 %."""
    return min(1.0, (step - restart + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / steps)))


@torch.no_grad()
def move_average(average: EmotionModel, model: EmotionModel, decay: float) -> None:
    for slow, fast in zip(average.parameters(), model.parameters()):
        slow.mul_(decay).add_(fast, alpha=1 - decay)
