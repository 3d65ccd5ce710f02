"""Soft targets: out-of-fold predictions of linear models over character and word n-grams.

The linear models know rare n-grams which the small network cannot learn by itself. A row is always predicted by the
model of the fold that did not train on it, and a comment and its translation share a fold, so the targets are honest.
Their two predictions are averaged: what one language says clearly corrects the other.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier

from .data import DEV, LABELS, SOURCE_WEIGHT, TRAIN, Dataset, Row
from .scores import log_softmax

FOLDS = 4
PASSES = 12
CHARACTER_FEATURES_MAX = 300_000
WORD_FEATURES_MAX = 150_000


def targets(data: Dataset, progress=print) -> dict[str, np.ndarray]:
    """Text of each training row -> probabilities of LABELS."""
    rows = [row for row in data.rows if row.split in (TRAIN, DEV)]
    training = np.array([row.split == TRAIN for row in rows])
    labelled = np.array([row.label is not None for row in rows])
    label = np.array([LABELS.index(row.label) if row.label else -1 for row in rows])
    fold = np.array([fold_of(row) for row in rows])
    features = vectorise([row.text for row in rows], training)
    weight = np.array([SOURCE_WEIGHT[row.source] for row in rows])
    weight *= class_weight(label[training & labelled], weight[training & labelled])[label]

    scores = np.zeros((len(rows), len(LABELS)))
    for held_out in range(FOLDS):
        chosen = training & labelled & (fold != held_out)
        model = SGDClassifier(loss="log_loss", alpha=2e-6, max_iter=PASSES, tol=None, average=True, random_state=0)
        model.fit(features[chosen], label[chosen], sample_weight=weight[chosen])
        predicted = training & (fold == held_out)
        scores[predicted] = model.decision_function(features[predicted])
        scores[~training] += model.decision_function(features[~training]) / FOLDS
        progress(f"teacher: fold {held_out + 1} of {FOLDS}")

    scores = average_views(rows, log_softmax(scores))
    dev = ~training
    temperature = fit_temperature(scores[dev], label[dev])
    accuracy = (scores[dev].argmax(1) == label[dev]).mean()
    progress(f"teacher: dev accuracy {accuracy:.4f} over both views, temperature {temperature:.2f}")
    probabilities = np.exp(log_softmax(scores / temperature)).astype(np.float32)
    return {row.text: probabilities[index] for index, row in enumerate(rows) if training[index]}


def fold_of(row: Row) -> int:
    return hashlib.blake2b(row.group.encode(), digest_size=4).digest()[0] % FOLDS


def class_weight(label: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Inverse square root of the class mass, with a weighted mean of 1: a middle between accuracy and macro-F1."""
    mass = np.bincount(label, weights=weight, minlength=len(LABELS))
    balance = (mass.sum() / len(LABELS) / mass) ** 0.5
    return balance * mass.sum() / (balance * mass).sum()


def vectorise(texts: list[str], training: np.ndarray) -> csr_matrix:
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 5), min_df=3, sublinear_tf=True,
                                 max_features=CHARACTER_FEATURES_MAX, dtype=np.float32)
    words = TfidfVectorizer(analyzer="word", ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"\S+",
                            max_features=WORD_FEATURES_MAX, dtype=np.float32)
    known = [text for text, use in zip(texts, training) if use]
    for vectoriser in (characters, words):
        vectoriser.fit(known)
    return hstack([characters.transform(texts), words.transform(texts)]).tocsr().astype(np.float64)


def average_views(rows: list[Row], scores: np.ndarray) -> np.ndarray:
    views: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        views[row.group].append(index)
    averaged = scores.copy()
    for members in views.values():
        averaged[members] = scores[members].mean(0)
    return averaged


def fit_temperature(scores: np.ndarray, label: np.ndarray) -> float:
    """The divisor of the scores under which the labels are most likely."""
    def loss(log_temperature: float) -> float:
        scaled = log_softmax(scores / np.exp(log_temperature))
        return -scaled[np.arange(len(label)), label].mean()

    return float(np.exp(minimize_scalar(loss, bounds=(-2.0, 2.0), method="bounded").x))
