"""Make embedding-mini.gguf: a sentence embedding written down in closed form as a one-layer llama.

llama.cpp appends the end token and takes its output (LAST pooling). That token's one attention head computes a mean of
token vectors, weighted by smooth inverse frequency: a/(a + p) for a token of probability p (Arora et al. 2017). How:

- each token's row holds its content, the logarithm of its weight, and slack that gives all rows the same RMS, so that
  the norm before attention is a constant;
- the end token's query reads the slack (a constant) and meets keys that are the logarithms of the weights: softmax
  turns them into the weights themselves;
- the output projection removes the common direction of all sentences, and the end token's own row subtracts their mean;
- the rotary base is so high that the last pair of components, which the head uses, does not turn within the context.
"""

from __future__ import annotations

import argparse
import json
import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import data, export_gguf
from .data import LABELS, TEST, TRAIN, Dataset, Row
from .embeddings import LABEL_COLUMNS, TokenVectors
from .export_gguf import F16, F32, Q8_0, UINT32, Metadata
from .model import NORM_EPSILON
from .tokenizer import CONTROL, END, Tokenizer

WIDTH = 256
CONTENT = 252  # The components that carry meaning; the output norm zeroes the others.
SLACK, FREQUENCY = 253, 255
LABEL_SHARE = 0.25  # Length of the label part beside a meaning part of length 1.
SMOOTHING = 1e-3
LOG_WEIGHT_MIN = -5.0
FREQUENCY_SCALE = 0.05
MEAN_SCALE = 0.5
FEED_FORWARD = 32  # Zero, but llama.cpp wants one.
CONTEXT = 512
ROPE_BASE = 1e8
LAST_POOLING = 3
REVIEWS_COUNTED = 60_000
SENTENCES_FOR_MEAN = 4_000


@dataclass(frozen=True)
class SentenceModel:
    rows: np.ndarray
    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    output: np.ndarray
    gain: np.ndarray
    tokenizer: Tokenizer

    def embed(self, text: str) -> np.ndarray:
        """What llama.cpp computes, step by step."""
        x = self.rows[[*self.tokenizer.encode(text), self.tokenizer.id[END]]]
        normed = x / root_mean_square(x)
        score = (normed @ self.key.T) @ (self.query @ normed[-1]) / np.sqrt(WIDTH)
        weight = np.exp(score - score.max())
        y = x[-1] + self.output @ self.value @ (weight / weight.sum() @ normed)
        y = y / root_mean_square(y) * self.gain
        return y / np.linalg.norm(y)

    def embed_all(self, texts: list[str]) -> np.ndarray:
        return np.stack([self.embed(text) for text in texts])


def root_mean_square(x: np.ndarray) -> np.ndarray:
    return np.sqrt((x * x).mean(-1, keepdims=True) + NORM_EPSILON)


def build(dataset: Dataset, vectors: TokenVectors, tokenizer: Tokenizer) -> SentenceModel:
    content = token_content(vectors)
    log_weight = token_log_weight(dataset, tokenizer)
    mean, projection = common_part(dataset, content, log_weight, tokenizer)
    length = 1.0 + (LOG_WEIGHT_MIN * FREQUENCY_SCALE) ** 2 + 0.01  # Squared; no row is longer before its slack.
    rows = np.zeros((len(content), WIDTH))
    rows[:, :CONTENT] = content
    rows[:, FREQUENCY] = log_weight * FREQUENCY_SCALE
    end = tokenizer.id[END]
    rows[end] = 0
    rows[end, :CONTENT] = -mean * MEAN_SCALE
    rows[end, FREQUENCY] = 3 * LOG_WEIGHT_MIN * FREQUENCY_SCALE  # The end token does not attend to itself.
    rows[:, SLACK] = np.sqrt(np.maximum(length - (rows ** 2).sum(1), 1e-2))

    rms, end_rms = np.sqrt(length / WIDTH), root_mean_square(rows[end])[0]
    query, key, value, output = (np.zeros((WIDTH, WIDTH)) for _ in range(4))
    key[FREQUENCY, FREQUENCY] = 1
    # After the norms the key is log_weight * FREQUENCY_SCALE / rms: undo that, and llama.cpp's 1/sqrt(width).
    query[FREQUENCY, SLACK] = np.sqrt(WIDTH) * rms / FREQUENCY_SCALE * end_rms / rows[end, SLACK]
    value[:CONTENT, :CONTENT] = np.eye(CONTENT)
    output[:CONTENT, :CONTENT] = projection * rms * MEAN_SCALE
    gain = np.ones(WIDTH)
    gain[CONTENT:] = 0
    return SentenceModel(rows, query, key, value, output, gain, tokenizer)


def token_content(vectors: TokenVectors) -> np.ndarray:
    meaning = unit(vectors.meaning[:, :CONTENT - LABEL_COLUMNS])
    label = (vectors.label - vectors.label.mean(0)) * LABEL_SHARE / np.sqrt(LABEL_COLUMNS)
    content = unit(np.concatenate([meaning, label], 1))
    content[:len(CONTROL)] = 0
    return content


def unit(x: np.ndarray) -> np.ndarray:
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-6)


def token_log_weight(dataset: Dataset, tokenizer: Tokenizer) -> np.ndarray:
    count = np.ones(len(tokenizer.tokens))
    for row in dataset.split(TRAIN):
        np.add.at(count, tokenizer.encode(row.text), 1)
    for text, _ in dataset.reviews[:REVIEWS_COUNTED]:
        np.add.at(count, tokenizer.encode(text), 0.5)
    return np.log(SMOOTHING / (SMOOTHING + count / count.sum())).clip(LOG_WEIGHT_MIN, 0)


def common_part(dataset: Dataset, content: np.ndarray, log_weight: np.ndarray,
                tokenizer: Tokenizer) -> tuple[np.ndarray, np.ndarray]:
    """The mean of training sentences, and the projection which removes their first principal direction."""
    texts = [row.text for row in dataset.split(TRAIN) if row.source in ("goemotions", "goemotions_ko", "kote")]
    chosen = np.random.default_rng(0).choice(len(texts), min(SENTENCES_FOR_MEAN, len(texts)), replace=False)
    pooled = []
    for ids in (tokenizer.encode(texts[index]) for index in chosen):
        weight = np.exp(log_weight[ids])
        pooled.append(weight @ content[ids] / weight.sum())
    mean = np.mean(pooled, axis=0)
    first = np.linalg.svd(np.array(pooled) - mean, full_matrices=False)[2][0]
    projection = np.eye(CONTENT) - np.outer(first, first)
    return projection @ mean, projection


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


def retrieval(model: SentenceModel, folder: Path, count: int = 1_500) -> str:
    english = [data.normalise(fields[0]) for fields in data.lines_of(folder / "goen_test.tsv")[:count]]
    korean = [data.normalise(fields[0]) for fields in data.lines_of(folder / "goko_test.tsv")[:count]]
    similarity = model.embed_all(english) @ model.embed_all(korean).T
    rank = (similarity > np.diag(similarity)[:, None]).sum(1)
    return f"English to Korean among {count}: top-1 {(rank == 0).mean():.3f}, top-10 {(rank < 10).mean():.3f}"


def neighbour_accuracy(model: SentenceModel, known: list[Row], asked: list[Row], neighbours: int = 15) -> float:
    similarity = model.embed_all([row.text for row in asked]) @ model.embed_all([row.text for row in known]).T
    label = np.array([LABELS.index(row.label) for row in known])
    right = 0
    for row, near in zip(asked, similarity):
        nearest = np.argsort(-near)[:neighbours]
        votes = np.bincount(label[nearest], weights=near[nearest], minlength=len(LABELS))
        right += LABELS[votes.argmax()] == row.label
    return right / len(asked)


def main() -> None:
    parser = argparse.ArgumentParser(prog="models/train/run-embedding", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the raw data files")
    parser.add_argument("--work", type=Path, required=True, help="work folder of models/train/run, after a run")
    parser.add_argument("--out", type=Path, required=True, help="GGUF file to write")
    parser.add_argument("--sample", type=Path, help="also write texts and vectors here, for check/embedding.mjs")
    options = parser.parse_args()

    dataset = data.load(options.data)
    tokenizer = Tokenizer.load(options.work / "tokenizer.json")
    (found,) = options.work.glob("embeddings-*.pickle")
    model = build(dataset, pickle.loads(found.read_bytes()), tokenizer)
    export(model, options.out)
    print(f"wrote {options.out}, {options.out.stat().st_size / 1e6:.2f} MB")
    print(retrieval(model, options.data))
    for source in ("goemotions", "goemotions_ko", "kote"):
        known = [row for row in dataset.split(TRAIN) if row.source == source][:4_000]
        asked = [row for row in dataset.split(TEST) if row.source == source][:1_000]
        print(f"emotion by 15 neighbours, {source}: {neighbour_accuracy(model, known, asked):.3f} of {len(asked)}")
    if options.sample:
        texts = [row.text for row in dataset.split(TEST)[::80]]
        sample = {"texts": texts, "vectors": model.embed_all(texts).tolist()}
        options.sample.write_text(json.dumps(sample, ensure_ascii=False), encoding="utf8")


if __name__ == "__main__":
    main()
