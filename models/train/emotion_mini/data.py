"""Read the raw data sets, map their labels to ours, and split them.

The splits are frozen: GoEmotions keeps its own files, and `frozen_splits.txt` names the rows of XED and KOTE by a
digest of their text. Adding a source or reordering a file therefore never moves a row from training to test.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from . import authored

LABELS = ("joy", "excitement", "sadness", "anger", "fear", "surprise", "neutral")
TRAIN, DEV, TEST = "train", "dev", "test"

# How often a row of a source is drawn in one pass over the training data.
SOURCE_WEIGHT = {
    "goemotions": 1.0,
    "goemotions_ko": 1.0,
    "kote": 2.5,
    "xed": 0.6,
    "authored": 0.6,
    "sentence": 5.0,
    "chatbot": 0.6,
    "nsmc": 0.3,
    "goemotions_unmapped": 0.5,
    "goemotions_ko_unmapped": 0.5,
    "pair": 2.0,
    "denied": 2.0,
    "prose": 1.0,
    "mixed": 1.0,
    "odd": 0.6,
    "foreign": 2.0,
}

# The sources whose texts sentences.py makes: they come with their targets, and the first network never sees them.
WRITTEN = frozenset(("pair", "denied", "prose", "mixed", "odd", "foreign"))

REQUIRED_FILES = (
    *(f"{lang}_{part}.tsv" for lang in ("goen", "goko") for part in ("train", "dev", "test")),
    "go_labels.txt", "kote_val.tsv", "kote_test.tsv", "xed_en.tsv", "xed_neu.txt", "chatbot.csv", "nsmc_reviews.tsv",
)

# GoEmotions labels which are absent here (approval, caring, confusion, curiosity, desire, disapproval, embarrassment,
# optimism, realization) fit none of our labels well enough: rows that carry them alone have no hard label.
GOEMOTIONS_LABEL = {
    "admiration": "joy", "amusement": "joy", "gratitude": "joy", "joy": "joy", "love": "joy", "pride": "joy",
    "relief": "joy", "excitement": "excitement", "disappointment": "sadness", "grief": "sadness",
    "remorse": "sadness", "sadness": "sadness", "anger": "anger", "annoyance": "anger", "disgust": "anger",
    "fear": "fear", "nervousness": "fear", "surprise": "surprise", "neutral": "neutral",
}

# XED uses Plutchik's eight; anticipation (2) and trust (8) have no counterpart.
XED_LABEL = {1: "anger", 3: "anger", 4: "fear", 5: "joy", 6: "sadness", 7: "surprise"}

# KOTE label number -> (our label, weight). A row carries up to a dozen of its 44 labels, so each votes with its
# specificity (log of N over the rows that carry it, counted once and frozen here); diffuse labels vote with half.
KOTE_VOTE = {
    0: ("anger", 0.86), 1: ("joy", 0.76), 2: ("joy", 0.68), 3: ("anger", 0.91), 4: ("joy", 1.04),
    5: ("sadness", 2.25), 6: ("anger", 1.17), 7: ("joy", 1.18), 8: ("excitement", 0.64), 9: ("anger", 0.94),
    10: ("sadness", 0.81), 13: ("joy", 1.05), 14: ("joy", 1.20), 15: ("surprise", 0.66), 16: ("joy", 0.86),
    18: ("fear", 3.45), 19: ("sadness", 2.34), 20: ("anger", 0.60), 21: ("anger", 2.32), 22: ("anger", 0.98),
    23: ("anger", 0.44), 25: ("sadness", 1.62), 27: ("sadness", 2.33), 28: ("excitement", 1.36),
    30: ("sadness", 2.04), 31: ("anger", 1.65), 32: ("joy", 1.14), 33: ("surprise", 0.66), 34: ("surprise", 1.94),
    35: ("fear", 1.05), 36: ("sadness", 2.98), 38: ("sadness", 0.99), 39: ("surprise", 1.68), 40: ("joy", 1.77),
    41: ("fear", 1.64), 42: ("joy", 1.47), 43: ("joy", 0.82),
}
KOTE_NEUTRAL = 24
KOTE_NEUTRAL_LABELS_MAX = 3
KOTE_MARGIN_MIN = 1.6  # The first label must lead the second by this factor.

# Words which on their own name an emotion; used for distant labels on reviews and on chatbot lines.
LEXICON = {
    label: re.compile(pattern)
    for label, pattern in {
        "sadness": "슬프|슬퍼|눈물|우울|외로|쓸쓸|허전|속상|먹먹|울었|울컥|서럽|서러|그립|그리워|마음이 아프|맘이 아프|"
                   "가슴이 아프|가슴아프|펑펑|엉엉|오열|불쌍|안타깝|비참|절망",
        "anger": "화가 나|화나|짜증|열받|빡|분노|어이없|어이가|욕나|욕이|쓰레기|최악|돈아까|돈 아까|역겹|혐오|개같|뻔뻔|환불|"
                 "꺼져|한심|거지같|지랄|병신|쳐|토나|사기",
        "fear": "무서|무섭|소름끼|소름 끼|공포(?!영화| 영화|물|의)|두려|두렵|불안|걱정|떨려|초조|섬뜩|오싹|조마조마",
        "surprise": "깜짝|놀라|놀랐|놀랍|깜놀|충격|헐|믿을 수 없|믿기지|상상도|예상 못|대반전|뜻밖|의외|세상에",
        "excitement": "신나|신난|설레|설렌|두근|기대된|기대돼|기대되|짜릿|흥분|스릴(?!러)|들뜨|야호|개봉이 기다|빨리 보고",
        "joy": "행복|기쁘|기뻐|기쁨|즐거|즐겁|따뜻|따듯|감동|훈훈|재밌|재미있|최고|고마|감사|사랑스|흐뭇|뿌듯|유쾌|웃었|웃기|"
               "귀여|귀엽|좋았|좋아요|힐링",
    }.items()
}
NEGATION = re.compile("안 |않|못 |없|별로|아니")
LOSS = re.compile("힘들|아프|헤어|보고 싶|못 잊|이별")
NOT_PLAINLY_NEUTRAL = re.compile(
    "ㅠ|ㅜ|ㅋㅋ|ㅎㅎ|!|\\?\\?|싫|좋|힘들|아프|망|헤어|이별|사랑|죽|미치|못하겠|보고 싶|후회|귀찮|피곤|바보|무시|재미")
NSMC_PER_LABEL_MAX = 12_000
NSMC_CHARS_MAX = 120
HANGUL = re.compile("[가-힣]")


@dataclass(frozen=True)
class Row:
    """One text. `label` is None where no single label of ours fits; such rows serve distillation only."""

    text: str
    label: str | None
    lang: str
    source: str
    split: str
    group: str  # Rows of one group (a comment and its translation) never fall into different folds.


@dataclass(frozen=True)
class Dataset:
    rows: list[Row]
    reviews: list[tuple[str, int]]  # NSMC: text and rating 1..10, for the tokenizer and the embeddings.
    unlabelled: list[tuple[str, str]]  # (text, lang) outside the test and dev splits, likewise.
    parallel: list[tuple[str, str]]  # English and Korean of the same training comment.

    def split(self, name: str) -> list[Row]:
        return [row for row in self.rows if row.split == name and row.label is not None]


def normalise(text: str) -> str:
    text = text.replace("\u200b", "").replace("\xa0", " ")
    return re.sub(r"\s+", " ", text).strip()


def identity(text: str) -> str:
    """The text without case, spaces and punctuation: rows that agree in it count as the same row."""
    return re.sub(r"[\W_]+", "", text.lower()) or text


def digest(text: str, label: str = "") -> str:
    return hashlib.blake2b(f"{label}\t{text}".encode(), digest_size=6).hexdigest()


def load(folder: Path) -> Dataset:
    missing = [name for name in REQUIRED_FILES if not (folder / name).is_file()]
    if missing:
        raise SystemExit(f"{folder} lacks {', '.join(missing)}: models/train/README.md says where each is had.")
    frozen = read_frozen_splits()
    rows, parallel = goemotions(folder)
    rows += kote(folder, frozen) + xed(folder, frozen)
    chatbot_rows, chatbot_lines = chatbot(folder)
    reviews = nsmc(folder)
    rows += chatbot_rows + distant(reviews) + authored_rows()
    rows = without_duplicates(rows)

    held_out = {identity(row.text) for row in rows if row.split != TRAIN}
    unlabelled = [(text, "en") for text, _ in parallel] + [(text, "ko") for _, text in parallel]
    unlabelled += [(line, "ko") for line in chatbot_lines]
    return Dataset(
        rows=rows,
        reviews=[(text, rating) for text, rating in reviews if identity(text) not in held_out],
        unlabelled=[(text, lang) for text, lang in unlabelled if identity(text) not in held_out],
        parallel=[pair for pair in parallel if not {identity(pair[0]), identity(pair[1])} & held_out],
    )


def read_probe() -> list[Row]:
    """104 sentences written for this project and used for nothing but a look at the finished model."""
    lines = resource("probe.tsv").splitlines()
    return [Row(text, label, lang, "probe", TEST, text) for lang, label, text in (line.split("\t") for line in lines)]


def resource(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf8")


def read_frozen_splits() -> dict[tuple[str, str], str]:
    """(source, digest) -> split, from lines `[source split]` followed by one digest a line."""
    frozen: dict[tuple[str, str], str] = {}
    source = split = ""
    for line in resource("frozen_splits.txt").splitlines():
        if line.startswith("["):
            source, split = line.strip("[]").split()
        elif line and not line.startswith("#"):
            frozen[source, line] = split
    return frozen


def lines_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf8") as file:
        return [line.rstrip("\n").split("\t") for line in file]


def goemotions(folder: Path) -> tuple[list[Row], list[tuple[str, str]]]:
    names = (folder / "go_labels.txt").read_text(encoding="utf8").split()
    rows, parallel = [], []
    for part in (TRAIN, DEV, TEST):
        english, korean = lines_of(folder / f"goen_{part}.tsv"), lines_of(folder / f"goko_{part}.tsv")
        if len(english) != len(korean):
            raise SystemExit(f"goen_{part}.tsv has {len(english)} rows and goko_{part}.tsv {len(korean)}: "
                             "they must be translations of one another, row by row.")
        for index, (en, ko) in enumerate(zip(english, korean)):
            label = goemotions_label(en[1], names)
            text_en = without_placeholders(normalise(en[0]), "Alex", "religion")
            text_ko = without_placeholders(normalise(ko[0]), "민수", "종교")
            if part == TRAIN:
                parallel.append((text_en, text_ko))
            elif label is None:
                continue
            suffix = "" if label else "_unmapped"
            group = f"go-{part}-{index}"
            if text_en:
                rows.append(Row(text_en, label, "en", "goemotions" + suffix, part, group))
            if HANGUL.search(text_ko):
                rows.append(Row(text_ko, label, "ko", "goemotions_ko" + suffix, part, group))
    return rows, parallel


def goemotions_label(ids: str, names: list[str]) -> str | None:
    mapped = {GOEMOTIONS_LABEL.get(names[int(index)]) for index in ids.split(",")} - {None}
    if mapped == {"joy", "excitement"}:
        return "excitement"
    return mapped.pop() if len(mapped) == 1 else None


def without_placeholders(text: str, name: str, religion: str) -> str:
    text = re.sub(r"\[\s*(NAME|이름|name)\s*\]", name, text)
    return re.sub(r"\[\s*(RELIGION|종교|religion)\s*\]", religion, text)


def kote(folder: Path, frozen: dict[tuple[str, str], str]) -> list[Row]:
    """Rows that no frozen list names belong to no split: they stay unseen, for anyone who wants a fresh test."""
    rows = []
    for fields in lines_of(folder / "kote_val.tsv") + lines_of(folder / "kote_test.tsv"):
        if len(fields) < 3 or not fields[2][:1].isdigit():
            continue
        text = normalise(fields[1])
        label = kote_label([int(number) for number in fields[2].split(",")])
        split = frozen.get(("kote", digest(text, label or "")))
        if split and label:
            rows.append(Row(text, label, "ko", "kote", split, text))
    return rows


def kote_label(numbers: list[int]) -> str | None:
    if KOTE_NEUTRAL in numbers:
        return "neutral" if len(numbers) <= KOTE_NEUTRAL_LABELS_MAX else None
    votes: Counter[str] = Counter()
    for number in numbers:
        if number in KOTE_VOTE:
            label, weight = KOTE_VOTE[number]
            votes[label] += weight
    ranked = votes.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] < KOTE_MARGIN_MIN * ranked[1][1]):
        return None
    return ranked[0][0]


def xed(folder: Path, frozen: dict[tuple[str, str], str]) -> list[Row]:
    rows = []
    for fields in lines_of(folder / "xed_en.tsv"):
        if len(fields) >= 2:
            mapped = {XED_LABEL.get(int(number)) for number in fields[1].split(",")} - {None}
            if len(mapped) == 1:
                rows.append((subtitle(fields[0]), mapped.pop()))
    rows += [(normalise(fields[-1]), "neutral") for fields in lines_of(folder / "xed_neu.txt")]
    return [
        Row(text, label, "en", "xed", frozen.get(("xed", digest(text, label)), TRAIN), text)
        for text, label in rows if len(re.sub(r"[\W_]+", "", text)) >= 4
    ]


def subtitle(text: str) -> str:
    text = re.sub(r"\[PERSON\]", "Alex", normalise(text))
    text = re.sub(r"\[[A-Z]+\]", "it", text)
    return re.sub(r" ([.,!?])", r"\1", text).lstrip("*- ").strip()


def chatbot(folder: Path) -> tuple[list[Row], list[str]]:
    """Everyday Korean lines; their own label only says whether they are about love (2), parting (1) or neither (0)."""
    rows, lines = [], []
    with (folder / "chatbot.csv").open(encoding="utf8") as file:
        for record in csv.DictReader(file):
            question, answer = normalise(record["Q"]), normalise(record["A"])
            lines += [question, answer]
            hits = lexicon_hits(question)
            label = None
            if record["label"] == "0" and not hits and not NOT_PLAINLY_NEUTRAL.search(question):
                label = "neutral"
            elif len(hits) == 1 and hits[0] in ("sadness", "fear", "anger", "surprise"):
                label = hits[0]
            elif record["label"] == "1" and not hits and LOSS.search(question):
                label = "sadness"
            if label:
                rows.append(Row(question, label, "ko", "chatbot", TRAIN, question))
    return rows, lines


def lexicon_hits(text: str) -> list[str]:
    return [label for label, pattern in LEXICON.items() if pattern.search(text)]


def nsmc(folder: Path) -> list[tuple[str, int]]:
    """Movie reviews in an order that depends on their text alone."""
    reviews = {}
    for fields in lines_of(folder / "nsmc_reviews.tsv"):
        if len(fields) == 2 and fields[1].isdigit():
            reviews.setdefault(normalise(fields[0]), int(fields[1]))
    return sorted(reviews.items(), key=lambda review: digest(review[0]))


def distant(reviews: list[tuple[str, int]]) -> list[Row]:
    """Reviews in which the words of exactly one emotion occur and whose rating does not contradict it."""
    taken: dict[str, list[str]] = defaultdict(list)
    for text, rating in reviews:
        hits = lexicon_hits(text)
        if len(hits) != 1 or len(text) > NSMC_CHARS_MAX or len(taken[hits[0]]) == NSMC_PER_LABEL_MAX:
            continue
        label = hits[0]
        contradicted = (label in ("joy", "excitement") and rating < 9) or (label == "anger" and rating > 3)
        if not contradicted and (label == "anger" or not NEGATION.search(text)):
            taken[label].append(text)
    return [Row(text, label, "ko", "nsmc", TRAIN, text) for label, texts in taken.items() for text in texts]


def authored_rows() -> list[Row]:
    return [Row(text, label, lang, "sentence" if whole else "authored", TRAIN, text)
            for text, label, lang, whole in authored.generate()]


def without_duplicates(rows: list[Row]) -> list[Row]:
    """Keep one row a text: test before dev before training. Rows of one split that disagree are all dropped."""
    order = {TEST: 0, DEV: 1, TRAIN: 2}
    probe = {identity(row.text) for row in read_probe()}
    kept: dict[str, Row] = {}
    disputed = set()
    for row in sorted(rows, key=lambda row: (order[row.split], row.label is None)):
        key = identity(row.text)
        if key in probe:
            continue
        first = kept.setdefault(key, row)
        if first.label and row.label and first.label != row.label and first.split == row.split:
            disputed.add(key)
    return [row for key, row in kept.items() if key not in disputed]
