"""Where training starts: token vectors from co-occurrence, weighted against frequent tokens.

A mean by smooth inverse frequency, a/(a + p) for a token of probability p, less what all sentences have in common
(Arora et al. 2017).
"""

from __future__ import annotations

import numpy as np

from emotion_mini.data import TRAIN, Dataset
from emotion_mini.embeddings import LABEL_COLUMNS, TokenVectors
from emotion_mini.tokenizer import Tokenizer

from .model import CONTENT, LOG_WEIGHT_MIN, SentenceWeights, silent

LABEL_SHARE = 0.25  # Length of the label part beside a meaning part of length 1.
SMOOTHING = 1e-3
REVIEWS_COUNTED = 60_000
SENTENCES_FOR_MEAN = 4_000


def build(dataset: Dataset, vectors: TokenVectors, tokenizer: Tokenizer) -> SentenceWeights:
    content = token_content(vectors)
    log_weight = token_log_weight(dataset, tokenizer)
    mean, first = common_part(dataset, content, log_weight, tokenizer)
    content -= np.outer(content @ first, first)
    return SentenceWeights(silent(unit(content)), log_weight, -mean)


def token_content(vectors: TokenVectors) -> np.ndarray:
    meaning = unit(vectors.meaning[:, :CONTENT - LABEL_COLUMNS])
    label = (vectors.label - vectors.label.mean(0)) * LABEL_SHARE / np.sqrt(LABEL_COLUMNS)
    return silent(unit(np.concatenate([meaning, label], 1)))


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
    """The mean of training sentences without their first principal direction, and that direction."""
    texts = [row.text for row in dataset.split(TRAIN) if row.source in ("goemotions", "goemotions_ko", "kote")]
    chosen = np.random.default_rng(0).choice(len(texts), min(SENTENCES_FOR_MEAN, len(texts)), replace=False)
    pooled = []
    for ids in (tokenizer.encode(texts[index]) for index in chosen):
        weight = np.exp(log_weight[ids])
        pooled.append(weight @ content[ids] / weight.sum())
    mean = np.mean(pooled, axis=0)
    first = np.linalg.svd(np.array(pooled) - mean, full_matrices=False)[2][0]
    return mean - (mean @ first) * first, first
