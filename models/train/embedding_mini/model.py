"""A sentence embedding of token vectors and weights, and how it is written down as a one-layer llama.

llama.cpp appends the end token and takes its output (LAST pooling). That token's one attention head computes the mean of
the token vectors, weighted by learned weights. How:

- each token's row holds its content of length 1, the logarithm of its weight, and slack that gives all rows the same RMS,
  so that the norm before attention is a constant;
- the end token's query reads the slack (a constant) and meets keys that are the logarithms of the weights: softmax
  turns them into the weights themselves;
- the end token's own row adds the bias, which stands for what all sentences have in common;
- the rotary base is so high that the last pair of components, which the head uses, does not turn within the context.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emotion_mini import export_gguf
from emotion_mini.export_gguf import F16, F32, Q8_0, UINT32, Metadata
from emotion_mini.model import NORM_EPSILON
from emotion_mini.tokenizer import CONTROL, END, Tokenizer

from .gguf import GgufFile

WIDTH = 256
CONTENT = 252  # The components that carry meaning; the output norm zeroes the others.
SLACK, FREQUENCY = 253, 255
LOG_WEIGHT_MIN = -5.0
FREQUENCY_SCALE = 0.05
BIAS_SCALE = 0.5
FEED_FORWARD = 32  # Zero, but llama.cpp wants one.
CONTEXT = 512
ROPE_BASE = 1e8
LAST_POOLING = 3


@dataclass(frozen=True)
class SentenceWeights:
    """What is learned: a sentence is the mean of its tokens' contents, by their weights, plus the bias."""

    content: np.ndarray  # [vocabulary, CONTENT], rows of length 1; zero for control tokens.
    log_weight: np.ndarray  # [vocabulary], LOG_WEIGHT_MIN to 0.
    bias: np.ndarray  # [CONTENT]


@dataclass(frozen=True)
class SentenceModel:
    """The weights in the places of a llama."""

    rows: np.ndarray
    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    output: np.ndarray
    gain: np.ndarray
    tokenizer: Tokenizer

    @classmethod
    def read(cls, file: GgufFile) -> SentenceModel:
        weights = file.tensors
        names = ("token_embd", *(f"blk.0.attn_{part}" for part in ("q", "k", "v", "output")), "output_norm")
        return cls(*(weights[f"{name}.weight"] for name in names), file.tokenizer())

    def embed(self, text: str) -> np.ndarray:
        """What llama.cpp computes, step by step."""
        x = self.rows[[*self.tokenizer.encode(text), self.tokenizer.id[END]]]
        normed = x / root_mean_square(x)
        score = (normed @ self.key.T) @ (self.query @ normed[-1]) / np.sqrt(WIDTH)
        weight = np.exp(score - score.max())
        y = x[-1] + self.output @ (self.value @ (weight / weight.sum() @ normed))
        y = y / root_mean_square(y) * self.gain
        return y / np.linalg.norm(y)

    def embed_all(self, texts: list[str]) -> np.ndarray:
        return np.stack([self.embed(text) for text in texts])


def root_mean_square(x: np.ndarray) -> np.ndarray:
    return np.sqrt((x * x).mean(-1, keepdims=True) + NORM_EPSILON)


def assemble(learned: SentenceWeights, tokenizer: Tokenizer) -> SentenceModel:
    length = 1.0 + (LOG_WEIGHT_MIN * FREQUENCY_SCALE) ** 2 + 0.01  # Squared; no row is longer before its slack.
    rows = np.zeros((len(learned.content), WIDTH))
    rows[:, :CONTENT] = learned.content
    rows[:, FREQUENCY] = learned.log_weight * FREQUENCY_SCALE
    end = tokenizer.id[END]
    rows[end] = 0
    rows[end, :CONTENT] = learned.bias * BIAS_SCALE
    rows[end, FREQUENCY] = 3 * LOG_WEIGHT_MIN * FREQUENCY_SCALE  # The end token does not attend to itself.
    rows[:, SLACK] = np.sqrt(np.maximum(length - (rows ** 2).sum(1), 1e-2))

    rms, end_rms = np.sqrt(length / WIDTH), root_mean_square(rows[end])[0]
    query, key, value, output = (np.zeros((WIDTH, WIDTH)) for _ in range(4))
    key[FREQUENCY, FREQUENCY] = 1
    # After the norms the key is log_weight * FREQUENCY_SCALE / rms: undo that, and llama.cpp's 1/sqrt(width).
    query[FREQUENCY, SLACK] = np.sqrt(WIDTH) * rms / FREQUENCY_SCALE * end_rms / rows[end, SLACK]
    value[:CONTENT, :CONTENT] = np.eye(CONTENT)
    output[:CONTENT, :CONTENT] = np.eye(CONTENT) * rms * BIAS_SCALE
    gain = np.ones(WIDTH)
    gain[CONTENT:] = 0
    return SentenceModel(rows, query, key, value, output, gain, tokenizer)


def export(model: SentenceModel, path: Path) -> None:
    metadata = Metadata()
    export_gguf.describe(metadata, "embedding-mini-ko-en", "Sentence embedding of short Korean and English texts.")
    export_gguf.add_llama(metadata, WIDTH, 1, 1, FEED_FORWARD, CONTEXT, ROPE_BASE)
    metadata.add("llama.pooling_type", UINT32, LAST_POOLING)
    export_gguf.add_vocabulary(metadata, model.tokenizer, add_end=True)
    # Attention matrices stay in half precision: they hold single large numbers, which Q8_0 blocks would drown.
    export_gguf.write(path, metadata, [
        ("token_embd.weight", model.rows, Q8_0),
        ("output_norm.weight", model.gain, F32),
        ("blk.0.attn_norm.weight", np.ones(WIDTH), F32),
        ("blk.0.attn_q.weight", model.query, F16),
        ("blk.0.attn_k.weight", model.key, F16),
        ("blk.0.attn_v.weight", model.value, F16),
        ("blk.0.attn_output.weight", model.output, F16),
        ("blk.0.ffn_norm.weight", np.ones(WIDTH), F32),
        ("blk.0.ffn_gate.weight", np.zeros((FEED_FORWARD, WIDTH)), Q8_0),
        ("blk.0.ffn_up.weight", np.zeros((FEED_FORWARD, WIDTH)), Q8_0),
        ("blk.0.ffn_down.weight", np.zeros((WIDTH, FEED_FORWARD)), Q8_0),
    ])


def silent(content: np.ndarray) -> np.ndarray:
    """Control tokens mean nothing."""
    content[:len(CONTROL)] = 0
    return content
