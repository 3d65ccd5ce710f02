"""Fill the written sentences of `grammar/` with words: pairs that differ in a denial, and plain prose.

`words.tsv` has emotion words with their forms and with what is left when one is denied, `slots.tsv` everything else
that fills a place, `pairs.txt` and `prose.txt` the sentences. Sentences marked as held out are never trained on.
Needs nothing but Python's standard library.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "grammar"
TRAINED, HELD = "train", "held"
LANGUAGES = ("en", "ko")

Shares = dict[str, float]

# What a denied emotion leaves, by the code in words.tsv; the labels that people would accept are the first two of each.
DENIED: dict[str, tuple[Shares, tuple[str, ...]]] = {
    "S": ({"sadness": 0.72, "anger": 0.18, "neutral": 0.10}, ("sadness", "anger")),
    "A": ({"anger": 0.52, "sadness": 0.38, "neutral": 0.10}, ("anger", "sadness")),
    "E": ({"neutral": 0.58, "sadness": 0.38, "anger": 0.04}, ("neutral", "sadness")),
    "N": ({"neutral": 0.93, "joy": 0.07}, ("neutral",)),
    "J": ({"neutral": 0.68, "joy": 0.32}, ("neutral", "joy")),
}
CERTAIN = 0.94
EMOTIONS = ("joy", "excitement", "sadness", "anger", "fear", "surprise")
HANGUL_FIRST, FINALS, RIEUL, PIEUP = 0xAC00, 28, 8, 17


@dataclass(frozen=True)
class Word:
    label: str
    denied: str
    forms: dict[str, str]


@dataclass(frozen=True)
class Line:
    label: str
    template: str


@dataclass(frozen=True)
class Text:
    """A text with the labels that a person would accept, best first, and the probabilities to train it with."""

    text: str
    lang: str
    kind: str
    accepted: tuple[str, ...]
    shares: Shares


def certain(text: str, lang: str, kind: str, label: str, share: float = CERTAIN) -> Text:
    return Text(text, lang, kind, (label,), {label: share})


@cache
def words(lang: str) -> tuple[Word, ...]:
    found = []
    for language, label, denied, forms in rows_of("words.tsv"):
        if language == lang:
            known = dict(form.split("=") for form in forms.split(";"))
            found.append(Word(label, denied, {**known, **(korean_forms(known) if lang == "ko" else {})}))
    return tuple(found)


@cache
def slots(lang: str) -> dict[str, list[str]]:
    return {slot: values.split("|") for language, slot, values in rows_of("slots.tsv") if language == lang}


def rows_of(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (FOLDER / name).read_text(encoding="utf8").splitlines() if line]


@cache
def sections(name: str) -> dict[tuple[str, str], list[list[str]]]:
    """(language, part) -> paragraphs of lines."""
    found: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
    key, fresh = ("", ""), True
    for line in (FOLDER / name).read_text(encoding="utf8").splitlines():
        if line.startswith("["):
            lang, part = line.strip("[]").split()
            key, fresh = (lang, part), True
        elif not line or line.startswith("#"):
            fresh = True
        else:
            if fresh:
                found[key].append([])
            found[key][-1].append(line)
            fresh = False
    return found


def groups(lang: str, part: str) -> list[list[Line]]:
    return [[Line(*line.split(": ", 1)) for line in group] for group in sections("pairs.txt")[lang, part]]


def prose(lang: str, part: str) -> list[str]:
    return [line for group in sections("prose.txt")[lang, part] for line in group]


def pairs(lang: str, part: str, choose: random.Random) -> list[Text]:
    """A group of sentences with the same words."""
    lines = choose.choice(groups(lang, part))
    needed = {name: set(re.findall(rf"\{{{name}\.(\w+)\}}", " ".join(line.template for line in lines))) for name in "ef"}
    chosen: dict[str, Word] = {}
    for name in "ef":
        chosen[name] = draw(lang, needed[name], chosen["e"].label if chosen else "", choose)
    same = {slot: choose.choice(values) for slot, values in slots(lang).items()}
    return [told(line, lang, chosen, same, choose) for line in lines]


def draw(lang: str, forms: set[str], other_than: str, choose: random.Random) -> Word:
    """A word of any emotion alike; some emotions have no word with all the forms."""
    fitting = [word for word in words(lang) if forms <= word.forms.keys() and word.label != other_than]
    label = choose.choice(sorted({word.label for word in fitting}))
    return choose.choice([word for word in fitting if word.label == label])


def told(line: Line, lang: str, chosen: dict[str, Word], same: dict[str, str], choose: random.Random) -> Text:
    filled = fill(line.template, lang, choose, chosen, same)
    text = punctuated(filled, lang, choose)
    if line.label not in ("e", "-e", "f"):
        return certain(text, lang, "pair", line.label)
    word = chosen[line.label[-1]]
    if not line.label.startswith("-"):
        return certain(text, lang, "pair", word.label)
    shares, accepted = DENIED[word.denied]
    return Text(text, lang, "denied", accepted, shares)


def fill(template: str, lang: str, choose: random.Random, chosen: dict[str, Word] | None = None,
         same: dict[str, str] | None = None) -> str:
    """`same` fixes a slot for the whole group; a slot that occurs again in the sentence gets a value of its own."""
    used: set[str] = set()

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if chosen and name[:2] in ("e.", "f."):
            return chosen[name[0]].forms[name[2:]]
        fixed = (same or {}).get(name) if name not in used else None
        used.add(name)
        return choose.choice(slots(lang)[name]) if fixed is None else fixed

    text = re.sub(r"\{([^}]+)\}", value, template)
    return re.sub(r"\s+", " ", particles(text)).strip()


def particles(text: str) -> str:
    """`책(을/를)` -> `책을`: the form behind a consonant or behind a vowel."""
    def form(match: re.Match[str]) -> str:
        last, behind_consonant, behind_vowel = match[1], match[2], match[3]
        final = final_of(last)
        if behind_consonant == "으로" and final == RIEUL:
            return last + behind_vowel
        return last + (behind_consonant if final else behind_vowel)

    return re.sub(r"(.)\(([가-힣]+)/([가-힣]+)\)", form, text)


def final_of(letter: str) -> int:
    """Number of the final consonant; digits are read aloud."""
    if letter.isdigit():
        return 1 if letter in "013678" else 0
    return (ord(letter) - HANGUL_FIRST) % FINALS if "가" <= letter <= "힣" else 0


def korean_forms(known: dict[str, str]) -> dict[str, str]:
    """Forms that follow from the stem and the one in -아/-어."""
    stem, inf = known["stem"], known["inf"]
    final, base = final_of(stem[-1]), stem[:-1] + chr(ord(stem[-1]) - final_of(stem[-1]))
    copula = stem.endswith("이") and inf.endswith("야")
    if final == 0:
        future, condition = base[:-1] + chr(ord(base[-1]) + RIEUL), stem + "면"
    elif final == RIEUL:
        future, condition = stem, stem + "면"
    elif final == PIEUP and inf.endswith("워"):
        future, condition = base + "울", base + "우면"
    else:
        future, condition = stem + "을", stem + "으면"
    return {
        "fut": future, "if": condition,
        "reason": stem + "어" if copula else inf,
        "polite": stem + "에요" if copula else inf + "요",
    }


def punctuated(text: str, lang: str, choose: random.Random) -> str:
    if text[-1] not in ".?!\"":
        text += choose.choice(["", "", ".", ".", ".", "!", "...", "~" if lang == "ko" else ""])
    shape = choose.random()
    if lang == "en":
        return text if shape < 0.15 else text.lower() if shape < 0.3 else text[:1].upper() + text[1:]
    return text.replace(" ", "", 1) if shape < 0.12 else text
