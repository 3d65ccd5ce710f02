"""Writes scikit_learn.json: predictions and what scikit-learn says of them. Debian: python3-sklearn."""
import json
import pathlib

import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

LABELS = ["joy", "excitement", "sadness", "anger", "fear", "surprise", "neutral"]
BINS = 15


def expected_calibration_error(confidence, right):
    error = 0.0
    for i in range(BINS):
        inside = (confidence > i / BINS) & (confidence <= (i + 1) / BINS)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return float(error)


random = np.random.default_rng(20261120)
gold = random.choice(6, 400, p=[0.3, 0.05, 0.2, 0.2, 0.05, 0.2])  # No neutral in gold, some in the predictions.
logits = random.normal(size=(400, 7)) + 1.5 * np.eye(7)[gold]
shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
predicted = shares.argmax(axis=1)
# Rounded to fifteenths now and then, so that confidences lie on the edges of bins.
confidence = shares.max(axis=1)
confidence[::10] = np.ceil(confidence[::10] * BINS) / BINS
present = sorted(set(gold) | set(predicted))
precision, recall, f1, support = precision_recall_fscore_support(gold, predicted, labels=present, zero_division=0)
out = {
    "predictions": [
        {"gold": LABELS[g], "predicted": LABELS[p], "confidence": c}
        for g, p, c in zip(gold.tolist(), predicted.tolist(), confidence.tolist())
    ],
    "accuracy": accuracy_score(gold, predicted),
    "macro_f1": f1_score(gold, predicted, average="macro", zero_division=0),
    "ece": expected_calibration_error(confidence, gold == predicted),
    "labels": [
        {"label": LABELS[k], "precision": a, "recall": b, "f1": c, "support": n}
        for k, a, b, c, n in zip(present, precision.tolist(), recall.tolist(), f1.tolist(), support.tolist())
    ],
    "confusion": confusion_matrix(gold, predicted, labels=present).tolist(),
}
text = json.dumps(out).replace('}, {"gold"', '},\n{"gold"').replace('], "', '],\n"')
pathlib.Path(__file__).with_suffix(".json").write_text(text + "\n")
