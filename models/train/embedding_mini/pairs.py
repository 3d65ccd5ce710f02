"""Pairs of texts that mean the same, or of which one answers the other: this project's own, and those of the data sets.

`templates.tsv` holds groups of sentences with slots; all sentences of a group mean the same, in both languages.
`lexicon.tsv` holds what the slots are filled with, and word for word what means what. Both were written by hand, and none
of their sentences is in `retrieval.tsv`, on which the model is measured.
"""

from __future__ import annotations

import csv
import random
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from emotion_mini import data

SLOT = re.compile(r"\{(\w+)(?::([^}]+))?\}")
# What a Korean particle is behind a consonant, and what behind a vowel.
PARTICLES = {"을": ("을", "를"), "이": ("이", "가"), "은": ("은", "는"), "과": ("과", "와"), "으로": ("으로", "로"), "이나": ("이나", "나"),
             "이랑": ("이랑", "랑")}
ENGLISH, KOREAN = 0, 1
WORDS_MAX = 5  # Of the lexicon, side by side in one pair.
LEXICON_SHARE, TEMPLATE_SHARE = 0.35, 0.65

Entry = tuple[tuple[str, ...], tuple[str, ...]]  # English and Korean words for one thing.
Pair = tuple[str, str, str]  # Two texts and a key: pairs with the same key are not each other's negatives.


@dataclass(frozen=True)
class Group:
    sentences: tuple[tuple[int, str], ...]  # (language, text with slots)


class OwnPairs:
    def __init__(self, seed: int) -> None:
        self._choose = random.Random(seed)
        self.lexicon = read_lexicon()
        self.entries = [entry for entries in self.lexicon.values() for entry in entries]
        self.groups = read_groups()

    def draw(self) -> Pair:
        return self._words() if self._choose.random() < LEXICON_SHARE else self._sentences()

    def _words(self) -> Pair:
        """A few words in one language, and the same in the other, in any order."""
        chosen = self._choose.sample(self.entries, self._choose.randint(1, WORDS_MAX))
        left = [self._word(entry, ENGLISH) for entry in chosen]
        self._choose.shuffle(chosen)
        right = [self._word(entry, KOREAN) for entry in chosen]
        return self._cased(" ".join(left)), " ".join(right), " ".join(sorted(left))

    def _sentences(self) -> Pair:
        group = self._choose.choice(self.groups)
        fill = {slot: self._choose.choice(self.lexicon[slot.rstrip("2")]) for slot in slots_of(group)}
        left, right = self._choose.sample(group.sentences, 2)
        key = f"{id(group)} {sorted(fill.items())}"
        return self._filled(left, fill), self._filled(right, fill), key

    def _filled(self, sentence: tuple[int, str], fill: dict[str, Entry]) -> str:
        language, text = sentence
        filled = SLOT.sub(lambda slot: with_particle(self._word(fill[slot[1]], language), slot[2]), text)
        return self._cased(filled) if language == ENGLISH else filled

    def _word(self, entry: Entry, language: int) -> str:
        return self._choose.choice(entry[language])

    def _cased(self, text: str) -> str:
        """As people write: mostly in order, sometimes in small letters."""
        return text[:1].upper() + text[1:] if self._choose.random() < 0.7 else text.lower()


def with_particle(word: str, particle: str | None) -> str:
    if not particle:
        return word
    last = ord(word[-1]) - ord("가")
    closed = last % 28 if 0 <= last < 11_172 else 0
    behind_consonant, behind_vowel = PARTICLES[particle]
    takes_vowel_form = closed == 0 or (particle == "으로" and closed == 8)  # 서울로, not 서울으로.
    return word + (behind_vowel if takes_vowel_form else behind_consonant)


def slots_of(group: Group) -> set[str]:
    return {slot[1] for _, text in group.sentences for slot in SLOT.finditer(text)}


def read_lexicon() -> dict[str, list[Entry]]:
    """Lines of category, English and Korean, with | between words for the same thing."""
    lexicon = defaultdict(list)
    for line in resource("lexicon.tsv"):
        category, english, korean = line.split("\t")
        lexicon[category].append((tuple(english.split("|")), tuple(korean.split("|"))))
    return dict(lexicon)


def read_groups() -> list[Group]:
    """Groups of lines apart by an empty one; a line is `en` or `ko` and a sentence."""
    groups = []
    for block in "\n".join(resource("templates.tsv", keep_empty=True)).split("\n\n"):
        lines = [line.split("\t") for line in block.strip().splitlines()]
        if lines:
            groups.append(Group(tuple((ENGLISH if language == "en" else KOREAN, text) for language, text in lines)))
    return groups


def resource(name: str, keep_empty: bool = False) -> list[str]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf8").splitlines()
    return [line for line in lines if (line or keep_empty) and not line.startswith("#")]


def chatbot_answers(folder: Path, held_out: set[str]) -> list[Pair]:
    """What somebody says and what fits as an answer."""
    with (folder / "chatbot.csv").open(encoding="utf8") as file:
        pairs = [(data.normalise(record["Q"]), data.normalise(record["A"])) for record in csv.DictReader(file)]
    return [(asked, answer, answer) for asked, answer in pairs if not {data.identity(asked), data.identity(answer)} & held_out]
