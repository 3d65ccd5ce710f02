"""Byte-level BPE which splits text exactly as llama.cpp does for `tokenizer.ggml.pre = gpt-2`.

llama.cpp splits by Unicode category, and Python's `re` has no such classes, so they are built here once from
unicodedata. Any difference between the two tokenizers would silently cost accuracy; `check/` compares them.
"""

from __future__ import annotations

import functools
import heapq
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

# ChatML in as few tokens as possible: each control token covers the fixed text between two variable parts.
PAD, END, START = "<|pad|>", "<|im_end|>", "<|im_start|>"
USER = "<|im_start|>user\n"
ANSWER = "<|im_end|>\n<|im_start|>assistant\n"
SYSTEM = "<|im_start|>system\n"
TURN_END = "<|im_end|>\n"
ASSISTANT = "<|im_start|>assistant\n"
CONTROL = (PAD, END, START, USER, ANSWER, SYSTEM, TURN_END, ASSISTANT)

# Words that must be one token each: the labels, and others that prompts for this task are made of.
WHOLE_WORDS = (
    "joy", "excitement", "sadness", "anger", "fear", "surprise", "neutral", "positive", "negative", "happy", "sad",
    "angry", "excited", "user", "assistant", "system",
)
VOCABULARY = 16_384
RESERVED = 80  # Room for the merges that WHOLE_WORDS add.
PIECE_COUNT_MIN = 6
CACHE_PIECES_MAX = 2_000_000


def character_class(prefix: str) -> str:
    """The code points whose category starts with `prefix`, as ranges for a regular expression."""
    ranges: list[list[int]] = []
    for point in range(sys.maxunicode + 1):
        if unicodedata.category(chr(point)).startswith(prefix):
            if ranges and ranges[-1][1] == point - 1:
                ranges[-1][1] = point
            else:
                ranges.append([point, point])
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)


@functools.cache
def pieces_pattern() -> re.Pattern[str]:
    letter, number = character_class("L"), character_class("N")
    space = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    return re.compile(
        f"'s|'t|'re|'ve|'m|'ll|'d| ?[{letter}]+| ?[{number}]+| ?[^{space}{letter}{number}]+"
        f"|[{space}]+(?![^{space}])|[{space}]+")


def byte_alphabet() -> list[str]:
    """GPT-2's printable stand-in for each byte value."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [value for value in range(256) if value not in printable]
    symbols = {value: chr(value) for value in printable}
    symbols.update({value: chr(256 + index) for index, value in enumerate(others)})
    return [symbols[value] for value in range(256)]


BYTE_SYMBOL = byte_alphabet()


def symbols_of(piece: str) -> list[str]:
    return [BYTE_SYMBOL[value] for value in piece.encode()]


class Tokenizer:
    def __init__(self, merges: list[tuple[str, str]]) -> None:
        self.merges = merges
        self.rank = {pair: index for index, pair in enumerate(merges)}
        tokens = dict.fromkeys([*CONTROL, *(BYTE_SYMBOL[value] for value in range(256))])
        tokens.update(dict.fromkeys(left + right for left, right in merges))
        self.tokens = list(tokens)
        self.used = len(self.tokens)
        if self.used > VOCABULARY:
            raise ValueError(f"{self.used} tokens do not fit into the vocabulary of {VOCABULARY}.")
        self.tokens += [f"<|unused_{index}|>" for index in range(VOCABULARY - self.used)]
        self.id = {token: index for index, token in enumerate(self.tokens)}
        self._cache: dict[str, list[int]] = {}

    def encode(self, text: str) -> list[int]:
        ids: list[int] = []
        for piece in pieces_pattern().findall(text):
            known = self._cache.get(piece)
            if known is None:
                known = [self.id[symbol] for symbol in self.merge(piece)]
                if len(self._cache) < CACHE_PIECES_MAX:
                    self._cache[piece] = known
            ids += known
        return ids

    def merge(self, piece: str) -> list[str]:
        symbols = symbols_of(piece)
        while len(symbols) > 1:
            rank, at = min((self.rank.get(pair, VOCABULARY), index) for index, pair in enumerate(zip(symbols, symbols[1:])))
            if rank == VOCABULARY:
                break
            symbols[at:at + 2] = [symbols[at] + symbols[at + 1]]
        return symbols

    def whole(self, word: str) -> int:
        (token,) = self.encode(word)
        return token

    def text_of(self, token: int) -> str:
        values = bytes(BYTE_SYMBOL.index(symbol) for symbol in self.tokens[token])
        return values.decode("utf8", "replace")

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self.merges, ensure_ascii=False), encoding="utf8")

    @classmethod
    def load(cls, path: Path) -> Tokenizer:
        return cls([(left, right) for left, right in json.loads(path.read_text(encoding="utf8"))])


def train(weighted_texts: Iterable[tuple[str, int]]) -> Tokenizer:
    counts: Counter[str] = Counter()
    for text, weight in weighted_texts:
        for piece in pieces_pattern().findall(text):
            counts[piece] += weight
    frequent = {piece: count for piece, count in counts.items() if count >= PIECE_COUNT_MIN}
    merges = learn_merges(frequent, VOCABULARY - 256 - len(CONTROL) - RESERVED)
    for word in WHOLE_WORDS:
        symbols = Tokenizer(merges).merge(word)
        while len(symbols) > 1:
            merges.append((symbols[0], symbols[1]))
            symbols[:2] = [symbols[0] + symbols[1]]
    return Tokenizer(merges)


def learn_merges(counts: dict[str, int], wanted: int) -> list[tuple[str, str]]:
    """Merge the most frequent pair, again and again. Heap entries go stale; the true counts are in `pairs`."""
    words = [symbols_of(piece) for piece in counts]
    weights = list(counts.values())
    pairs: Counter[tuple[str, str]] = Counter()
    holders: dict[tuple[str, str], set[int]] = defaultdict(set)
    for index, symbols in enumerate(words):
        for pair in zip(symbols, symbols[1:]):
            pairs[pair] += weights[index]
            holders[pair].add(index)
    heap = [(-count, pair) for pair, count in pairs.items()]
    heapq.heapify(heap)
    merges: list[tuple[str, str]] = []
    while heap and len(merges) < wanted:
        negative, pair = heapq.heappop(heap)
        if pairs[pair] != -negative or pairs[pair] <= 0:
            continue  # Stale: whoever changed the count has pushed the new one.
        merges.append(pair)
        changed = set()
        for index in sorted(holders.pop(pair)):
            before = words[index]
            words[index] = after = merged(before, pair)
            for old in zip(before, before[1:]):
                pairs[old] -= weights[index]
                holders[old].discard(index)
                changed.add(old)
            for new in zip(after, after[1:]):
                pairs[new] += weights[index]
                holders[new].add(index)
                changed.add(new)
        for other in changed:
            if pairs[other] > 0:
                heapq.heappush(heap, (-pairs[other], other))
    return merges


def merged(symbols: list[str], pair: tuple[str, str]) -> list[str]:
    result, index = [], 0
    while index < len(symbols):
        if tuple(symbols[index:index + 2]) == pair:
            result.append(symbols[index] + symbols[index + 1])
            index += 2
        else:
            result.append(symbols[index])
            index += 1
    return result
