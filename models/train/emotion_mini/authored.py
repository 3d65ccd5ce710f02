"""Training sentences written for this project: whole ones, and ones put together from written parts.

`phrases.tsv` holds language, kind, label and phrase. Kinds: `context` and `expression` of one emotion, `sign` (ending
marks or emoji of one emotion), `opening` and `ending` of any, `event`, `time` and `schedule` for neutral
announcements, and `sentence`, which is used as it stands and mostly shows its emotion without naming it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

ASSEMBLED_PER_LABEL = 1_200
SEED = 7

Phrases = dict[tuple[str, str], list[str]]


def generate(per_label: int = ASSEMBLED_PER_LABEL, seed: int = SEED) -> list[tuple[str, str, str, bool]]:
    """(text, label, language, whether it is a whole sentence), without repetition, the same on every run."""
    choose = random.Random(seed)
    made: dict[str, tuple[str, str, str, bool]] = {}
    for lang in ("ko", "en"):
        phrases = read_phrases(lang)
        for (kind, label), texts in list(phrases.items()):
            if kind == "expression":
                candidates = [text + mark for text in texts for mark in ("", ".", "!")]
                candidates += [emotional(phrases, label, lang, choose) for _ in range(per_label)]
            elif kind == "sentence":
                candidates = [announcement(phrases, lang, choose) for _ in range(per_label * (label == "neutral"))]
                made.update({text: (text, label, lang, True) for text in texts})
            else:
                continue
            for text in candidates:
                made.setdefault(text.strip(), (text.strip(), label, lang, False))
    return list(made.values())


def read_phrases(lang: str) -> Phrases:
    phrases: Phrases = defaultdict(list)
    for line in (Path(__file__).parent / "phrases.tsv").read_text(encoding="utf8").splitlines():
        language, kind, label, phrase = line.split("\t")
        if language == lang:
            phrases[kind, label].append(phrase)
    return phrases


def emotional(phrases: Phrases, label: str, lang: str, choose: random.Random) -> str:
    expression = choose.choice(phrases["expression", label])
    context = choose.choice(phrases["context", label])
    opening = choose.choice(phrases["opening", ""]) + " " if choose.random() < 0.7 else ""
    shape = choose.random()
    if shape < 0.55:
        text = f"{context} {expression}"
    elif shape < 0.80:
        text = opening + expression
    elif shape < 0.90:
        text = f"{opening}{expression}. {context} {choose.choice(phrases['expression', label])}"
    else:
        text = f"{expression}. {context.rstrip(',').removesuffix(' and')}"
    text += ending(phrases, label, lang, choose)
    if lang == "en" and choose.random() < 0.5:
        return text[:1].upper() + text[1:]
    if lang == "ko" and choose.random() < 0.25:
        return text.replace(" ", "", 1)  # Spacing in Korean chat is loose.
    return text


def ending(phrases: Phrases, label: str, lang: str, choose: random.Random) -> str:
    mark = choose.choice(phrases["sign", label] if choose.random() < 0.3 else ["", "", *phrases["ending", ""]])
    return mark if lang == "ko" or mark[:1] in ".!~?" else f" {mark}"


def announcement(phrases: Phrases, lang: str, choose: random.Random) -> str:
    if choose.random() < 0.5:
        return "{}. {}".format(*choose.sample(phrases["sentence", "neutral"], 2))
    event, time, schedule = (choose.choice(phrases[kind, "neutral"]) for kind in ("event", "time", "schedule"))
    text = f"{event}{choose.choice(['', '는', '은'])} {time}{schedule}" if lang == "ko" else f"The {event} {schedule} {time}"
    return text + choose.choice(["", "."])
