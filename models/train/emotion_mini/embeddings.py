"""Initial token embeddings: word meaning from co-occurrence, plus how strongly a token speaks for each label.

Truncated SVD of the shifted positive pointwise mutual information between neighbouring tokens. English and Korean
come into one space through the parallel comments: each token of a comment counts as a neighbour of each token of its
translation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix

from .data import LABELS, SOURCE_WEIGHT, TRAIN, Dataset
from .tokenizer import CONTROL, Tokenizer

TOKENS_MAX = 112
REVIEWS_MAX = 300_000
WINDOW = ((1, 1.0), (2, 1.0), (3, 0.7), (4, 0.5))  # (distance, weight)
PARALLEL_TOKENS_MAX = 40
PARALLEL_WEIGHT = 4.0
LOG_ODDS_MAX = 2.5
LABEL_COLUMNS = len(LABELS) + 1  # One for each label, and one for praise against blame in reviews.
SVD_ROUNDS = 3


@dataclass(frozen=True)
class TokenVectors:
    meaning: np.ndarray  # [vocabulary, width - LABEL_COLUMNS], rows of at most unit length.
    label: np.ndarray  # [vocabulary, LABEL_COLUMNS], log-odds.

    def initial(self) -> np.ndarray:
        """Scaled such that the network starts with components of roughly equal size."""
        width = self.meaning.shape[1] + self.label.shape[1]
        return np.concatenate([self.meaning * 0.5 * np.sqrt(width), self.label * 0.8], 1).astype(np.float32)


def build(data: Dataset, tokenizer: Tokenizer, width: int, progress=print) -> TokenVectors:
    size = len(tokenizer.tokens)
    encode = tokenizer.encode
    reviews = [(encode(text)[:TOKENS_MAX], rating) for text, rating in data.reviews[:REVIEWS_MAX]]
    training = [(encode(row.text)[:TOKENS_MAX], row) for row in data.rows if row.split == TRAIN]
    other = [encode(text)[:TOKENS_MAX] for text, _ in data.unlabelled]
    documents = [ids for ids, _ in reviews] + [ids for ids, row in training if row.label] + other
    progress(f"embeddings: {sum(map(len, documents)) / 1e6:.1f} M tokens")
    counts = neighbours(documents, size) + translations(data.parallel, tokenizer, size)
    meaning = factorise(pointwise_information((counts + counts.T).tocoo(), size), width - LABEL_COLUMNS, progress)
    return TokenVectors(meaning, np.concatenate([label_log_odds(training, size), praise_log_odds(reviews, size)], 1))


def neighbours(documents: list[list[int]], size: int) -> csr_matrix:
    gap = [-1] * (WINDOW[-1][0] + 1)
    flat = np.concatenate([np.array(document + gap, dtype=np.int32) for document in documents])
    total = csr_matrix((size, size), dtype=np.float32)
    for distance, weight in WINDOW:
        left, right = flat[:-distance], flat[distance:]
        both = (left >= 0) & (right >= 0)
        pair, count = np.unique(left[both].astype(np.int64) * size + right[both], return_counts=True)
        total = total + csr_matrix((count.astype(np.float32) * weight, (pair // size, pair % size)), shape=(size, size))
    return total


def translations(parallel: list[tuple[str, str]], tokenizer: Tokenizer, size: int) -> csr_matrix:
    rows, columns, weights = [], [], []
    for english, korean in parallel:
        left = np.array(tokenizer.encode(english)[:PARALLEL_TOKENS_MAX], dtype=np.int32)
        right = np.array(tokenizer.encode(korean)[:PARALLEL_TOKENS_MAX], dtype=np.int32)
        if len(left) and len(right):
            rows.append(np.repeat(left, len(right)))
            columns.append(np.tile(right, len(left)))
            weights.append(np.full(len(left) * len(right), PARALLEL_WEIGHT / max(len(left), len(right)), np.float32))
    cells = (np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns)))
    return csr_matrix(cells, shape=(size, size))


def pointwise_information(counts: coo_matrix, size: int) -> csr_matrix:
    total = np.asarray(counts.tocsr().sum(1)).ravel() + 1
    context = total ** 0.75  # Smoothed, or rare contexts dominate.
    information = np.log(np.maximum(counts.data, 1e-9) * context.sum() / (total[counts.row] * context[counts.col]))
    information -= np.log(2.0)
    keep = information > 0
    cells = (information[keep].astype(np.float32), (counts.row[keep], counts.col[keep]))
    return csr_matrix(cells, shape=(size, size))


def factorise(matrix: csr_matrix, width: int, progress=print) -> np.ndarray:
    basis = np.random.default_rng(0).standard_normal((matrix.shape[0], width + 12)).astype(np.float32)
    for number in range(SVD_ROUNDS):
        basis = np.linalg.qr(matrix @ basis)[0]
        basis = np.linalg.qr(matrix.T @ basis)[0]
        progress(f"embeddings: SVD round {number + 1} of {SVD_ROUNDS}")
    projected = matrix @ basis
    rotation, squares, _ = np.linalg.svd(projected.T @ projected)
    vectors = (projected @ rotation[:, :width]) / squares[:width] ** 0.25
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(length, 1e-6) * np.minimum(length / np.median(length[length > 0]), 1.0)


def label_log_odds(training: list, size: int) -> np.ndarray:
    counts = np.zeros((len(LABELS), size))
    for ids, row in training:
        if row.label:
            counts[LABELS.index(row.label), list(set(ids))] += SOURCE_WEIGHT[row.source]
    prior = counts.sum(1, keepdims=True) / counts.sum()
    share = (counts + 6 * prior) / (counts.sum(0) + 6)
    return np.log(share / prior).clip(-LOG_ODDS_MAX, LOG_ODDS_MAX).T


def praise_log_odds(reviews: list[tuple[list[int], int]], size: int) -> np.ndarray:
    praise, blame = np.zeros(size), np.zeros(size)
    for ids, rating in reviews:
        if rating >= 9:
            praise[list(set(ids))] += 1
        elif rating <= 4:
            blame[list(set(ids))] += 1
    odds = (praise / praise.sum() * 1e6 + 20) / (blame / blame.sum() * 1e6 + 20)
    return np.log(odds).clip(-LOG_ODDS_MAX, LOG_ODDS_MAX)[:, None]


def silence_control(vectors: np.ndarray, seed: int = 0) -> np.ndarray:
    """Control tokens never occur in plain text: give them small random vectors to start from."""
    vectors[:len(CONTROL)] = np.random.default_rng(seed).standard_normal((len(CONTROL), vectors.shape[1])) * 0.3
    return vectors
