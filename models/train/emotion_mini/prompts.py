"""The ChatML renderings on which the model is trained; PRODUCT_SYSTEM is the one which the pipeline sends."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .tokenizer import ANSWER, SYSTEM, TURN_END, USER, Tokenizer

PRODUCT_SYSTEM = (
    "Classify the emotion of the user's text. "
    "Answer with one word: joy, excitement, sadness, anger, fear, surprise or neutral.")

OTHER_SYSTEMS = (
    "You are an emotion classifier. Answer with one of: joy, excitement, sadness, anger, fear, surprise, neutral.",
    "Classify the emotion of the user's message. Reply with one word.",
    "What emotion does the text express?",
    "Label the text with one emotion: anger, excitement, fear, joy, neutral, sadness or surprise.",
    "당신은 감정 분류기입니다. joy, excitement, sadness, anger, fear, surprise, neutral 중 하나로만 답하세요.",
    "다음 문장의 감정을 분류하세요. 한 단어로 답하세요.",
    "You are a helpful assistant.",
)
WRAPPERS = (
    ("Text: ", "\nEmotion:"),
    ("Text: ", ""),
    ("What is the emotion of this text?\n\n", ""),
    ("Classify the emotion:\n", ""),
    ('"', '"'),
    ("다음 글의 감정은?\n", ""),
    ("문장: ", "\n감정:"),
)

# Shares of the batches; what is left of 1 is plain text as the only message.
SHARE_PRODUCT, SHARE_OTHER_SYSTEM, SHARE_WRAPPED = 0.65, 0.08, 0.05


@dataclass(frozen=True)
class Rendering:
    """Token ids around the text. `shared` is the same for every text of a batch, so it is computed once for all."""

    shared: tuple[int, ...]
    suffix: tuple[int, ...]

    def around(self, text: list[int]) -> list[int]:
        return [*self.shared, *text, *self.suffix]


class Renderer:
    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.plain = self._rendering(None, "", "")
        self.product = self._rendering(PRODUCT_SYSTEM, "", "")
        self._others = [self._rendering(system, "", "") for system in OTHER_SYSTEMS]
        self._wrapped = [
            self._rendering(system, before, after)
            for before, after in WRAPPERS for system in (None, PRODUCT_SYSTEM)
        ]

    def draw(self, choose: random.Random) -> Rendering:
        share = choose.random()
        if share < SHARE_PRODUCT:
            return self.product
        share -= SHARE_PRODUCT
        if share < SHARE_OTHER_SYSTEM:
            return choose.choice(self._others)
        return choose.choice(self._wrapped) if share < SHARE_OTHER_SYSTEM + SHARE_WRAPPED else self.plain

    def _rendering(self, system: str | None, before: str, after: str) -> Rendering:
        """Wrapped texts are tokenised apart from their wrapper; at inference a merge across the seam can differ."""
        token, encode = self._tokenizer.id, self._tokenizer.encode
        head = [] if system is None else [token[SYSTEM], *encode(system), token[TURN_END]]
        return Rendering((*head, token[USER], *encode(before)), (*encode(after), token[ANSWER]))
