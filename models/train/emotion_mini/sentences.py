"""Texts by the ten thousand out of grammar.py's sentences: pairs, prose of every length, emotion within prose, and what is no prose.

Every text says for itself which labels a person would accept. The same on every run.
"""

from __future__ import annotations

import base64
import random
import string

from .authored import read_phrases
from .grammar import EMOTIONS, HELD, LANGUAGES, TRAINED, Text, certain, fill, pairs, prose, rows_of, slots

SEED = 11
PROSE_CHARACTERS_MAX = 2_000
MIXED_CERTAIN = 0.85
ODD_CERTAIN = 0.90
FOREIGN_CERTAIN = 0.25

# How many texts of each kind in each language one round makes.
GROUPS, PROSE, MIXED, ODD = 4_200, 3_000, 1_800, 1_500


def generate(part: str = TRAINED, size: float = 1.0, seed: int = SEED) -> list[Text]:
    """Without repetition. `size` scales the number of texts."""
    choose = random.Random(seed if part == TRAINED else seed + 1)
    made: dict[str, Text] = {}

    def keep(text: Text) -> None:
        made.setdefault(text.text, text)

    for lang in LANGUAGES:
        for _ in range(round(GROUPS * size)):
            for text in pairs(lang, part, choose):
                keep(text)
        for _ in range(round(PROSE * size)):
            keep(certain(paragraph(lang, part, choose), lang, "prose", "neutral"))
        if part == HELD:
            continue
        for _ in range(round(MIXED * size)):
            keep(mixed(lang, part, choose))
        for _ in range(round(ODD * size)):
            keep(certain(odd(lang, choose), lang, "odd", "neutral", ODD_CERTAIN))
    if part == TRAINED:
        for lang, label, text in rows_of("foreign.tsv"):
            keep(certain(text, lang, "foreign", label, FOREIGN_CERTAIN))
    return list(made.values())


def paragraph(lang: str, part: str, choose: random.Random) -> str:
    """One sentence most often, and now and then as many as fill 2,000 characters."""
    shape = choose.random()
    count = 1 if shape < 0.40 else choose.randint(2, 4) if shape < 0.75 else choose.randint(5, 10) if shape < 0.92 else 60
    if choose.random() < 0.06:
        repeated = sentence(lang, part, choose)
        return " ".join([repeated] * min(count + 1, 10, PROSE_CHARACTERS_MAX // (len(repeated) + 1)))
    written: list[str] = []
    # So that the longest are of all lengths.
    limit = choose.randint(400, PROSE_CHARACTERS_MAX) if count == 60 else PROSE_CHARACTERS_MAX
    for _ in range(count):
        following = sentence(lang, part, choose)
        if sum(map(len, written)) + len(written) + len(following) > limit:
            break
        written.append(following)
    if len(written) > 2 and choose.random() < 0.15:
        numbered = "\n".join(f"{number}. {line}" for number, line in enumerate(written, 1))
        return numbered if len(numbered) <= PROSE_CHARACTERS_MAX else "\n".join(written)
    return ("\n" if choose.random() < 0.08 else " ").join(written)


def sentence(lang: str, part: str, choose: random.Random) -> str:
    text = fill(choose.choice(prose(lang, part)), lang, choose)
    text = text[:1].upper() + text[1:]
    return text if text.endswith("?") else text + ("." if choose.random() < 0.9 else "")


def mixed(lang: str, part: str, choose: random.Random) -> Text:
    """An emotion told among plain sentences: length alone says nothing."""
    if choose.random() < 0.5:
        told = choose.choice(pairs(lang, part, choose))
    else:
        label = choose.choice(EMOTIONS)
        told = certain(choose.choice(read_phrases(lang)["sentence", label]), lang, "mixed", label, MIXED_CERTAIN)
    around = [sentence(lang, part, choose) for _ in range(choose.choice([1, 1, 2, 3, 5]))]
    around.insert(choose.randint(0, len(around)), told.text if told.text[-1] in ".!?~" else told.text + ".")
    return Text(" ".join(around), lang, "mixed", told.accepted, {
        label: share * MIXED_CERTAIN + (label == "neutral") * (1 - MIXED_CERTAIN)
        for label, share in {**dict.fromkeys(("neutral",), 0.0), **told.shares}.items()})


def odd(lang: str, choose: random.Random) -> str:
    """What is no prose: lists, addresses, numbers, programs, keys, typing at random."""
    return choose.choice([listed, address, numbers, program, secret, typed, table])(lang, choose)


def listed(lang: str, choose: random.Random) -> str:
    items = choose.sample(slots(lang)["object"] + slots(lang)["what"], choose.randint(2, 7))
    sign = choose.choice(["- ", "* ", "• ", ""])
    head = choose.choice(["", {"en": "Shopping list:\n", "ko": "준비물:\n"}[lang], {"en": "Agenda\n", "ko": "안건\n"}[lang]])
    return head + choose.choice(["\n", "\n", ", "]).join(sign + item for item in items)


def word(choose: random.Random, least: int = 2, most: int = 9) -> str:
    return "".join(choose.choice(string.ascii_lowercase) for _ in range(choose.randint(least, most)))


def address(lang: str, choose: random.Random) -> str:
    host = f"{word(choose, 4)}.{choose.choice(['com', 'org', 'net', 'co.kr', 'io', 'de'])}"
    path = "/".join(word(choose) for _ in range(choose.randint(0, 3)))
    query = f"?{word(choose, 1, 4)}={choose.randint(1, 999)}" if choose.random() < 0.4 else ""
    return choose.choice([f"https://{host}/{path}{query}", f"http://www.{host}/{path}", f"{word(choose)}@{host}", f"/{path}/{word(choose)}.txt"])


def numbers(lang: str, choose: random.Random) -> str:
    digits = [str(choose.randint(0, 10 ** choose.randint(1, 6))) for _ in range(choose.randint(1, 8))]
    return choose.choice([
        choose.choice([" ", ", ", "\n", ";", "-"]).join(digits),
        f"010-{choose.randint(1000, 9999)}-{choose.randint(1000, 9999)}",
        f"20{choose.randint(10, 30)}-{choose.randint(1, 12):02}-{choose.randint(1, 28):02} {choose.randint(0, 23):02}:{choose.randint(0, 59):02}",
        f"{digits[0]} + {digits[-1]} = {int(digits[0]) + int(digits[-1])}",
        f"{int(digits[0]):,} {choose.choice(['kg', 'km', 'USD', '원', '%', 'MB', '°C'])}",
    ])


def program(lang: str, choose: random.Random) -> str:
    a, b, n = word(choose), word(choose), choose.randint(0, 500)
    return choose.choice([
        f"def {a}({b}):\n    return {b} + {n}",
        f"for (int {a} = 0; {a} < {n}; {a}++) {{ {b}({a}); }}",
        f"SELECT {a}, {b} FROM {word(choose)} WHERE {a} > {n};",
        f"const {a} = {b}.map(x => x * {n});",
        f"{{\"{a}\": {n}, \"{b}\": null}}",
        f"<{a} class=\"{b}\">{n}</{a}>",
        f"git commit -m \"{a} {b}\"",
        f"{a}: {n}\n{b}: true",
        f"ERROR {n} at {a}.{b}({n})",
        f"if ({a} == null) return {n};",
    ])


def secret(lang: str, choose: random.Random) -> str:
    data = bytes(choose.randrange(256) for _ in range(choose.randint(6, 40)))
    text = base64.b64encode(data).decode()
    return choose.choice([text, data.hex(), "".join(choose.choice(string.ascii_letters + string.digits) for _ in range(20))])


def typed(lang: str, choose: random.Random) -> str:
    if lang == "ko":
        return " ".join("".join(choose.choice("ㅁㄴㅇㄹㅂㅈㄷㄱㅅㅋㅌㅊㅍㅎ") for _ in range(choose.randint(2, 7))) for _ in range(choose.randint(1, 4)))
    return " ".join(word(choose, 3, 11) for _ in range(choose.randint(1, 7)))


def table(lang: str, choose: random.Random) -> str:
    rows = choose.sample(slots(lang)["object"], choose.randint(2, 5))
    sign = choose.choice([" | ", ",", "\t", ": "])
    return "\n".join(f"{row}{sign}{choose.randint(1, 900)}" for row in rows)
