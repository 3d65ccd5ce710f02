import tempfile
import unittest
from pathlib import Path

try:
    import numpy as np

    from emotion_mini import tokenizer
    from emotion_mini.data import Dataset, Row
    from embedding_mini import closed_form, gguf, model, pairs, train
except ImportError as missing:
    raise unittest.SkipTest(f"{missing.name} is not installed") from missing

ENGLISH = [f"the {color} {animal} sleeps" for color in ("red", "blue", "green", "old") for animal in ("cat", "dog", "horse", "bird")]
KOREAN = [f"{color} {animal} 잔다" for color in ("빨간", "파란", "녹색", "늙은") for animal in ("고양이가", "개가", "말이", "새가")]


def learned_from(steps: int) -> tuple[model.SentenceWeights, tokenizer.Tokenizer]:
    words = tokenizer.train([(text, 100) for text in ENGLISH + KOREAN])
    rows = [Row(text, "joy", "en", "goemotions", "train", text) for text in ENGLISH]
    dataset = Dataset(rows, [], [(" ".join(ENGLISH), "en")], list(zip(ENGLISH, KOREAN)))
    content = closed_form.unit(np.random.default_rng(1).standard_normal((len(words.tokens), model.CONTENT)))
    start = model.SentenceWeights(model.silent(content), np.full(len(words.tokens), -1.0), np.zeros(model.CONTENT))
    answers = [(english, korean, english) for english, korean in zip(ENGLISH, KOREAN)]
    recipe = train.Recipe(steps=steps, batch=16)
    return train.train(dataset, answers, words, start, recipe, progress=lambda _: None), words


class Training(unittest.TestCase):
    def test_texts_find_their_translations_and_the_file_says_what_the_weights_say(self):
        learned, words = learned_from(steps=60)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.gguf"
            model.export(model.assemble(learned, words), path)
            written = model.SentenceModel.read(gguf.read(path))
        self.assertLess(abs(np.linalg.norm(written.embed(ENGLISH[0])) - 1), 1e-5)
        direct = [sentence(learned, words, text) for text in ENGLISH]
        stored = written.embed_all(ENGLISH)[:, :model.CONTENT]
        self.assertGreater(min(a @ b for a, b in zip(direct, stored)), 0.99)
        found = (written.embed_all(ENGLISH) @ written.embed_all(KOREAN).T).argmax(1)
        self.assertGreater((found == np.arange(len(ENGLISH))).mean(), 0.9)


def sentence(learned: model.SentenceWeights, words: tokenizer.Tokenizer, text: str) -> np.ndarray:
    ids = words.encode(text)
    weight = np.exp(learned.log_weight[ids])
    pooled = weight @ learned.content[ids] / weight.sum() + learned.bias
    return pooled / np.linalg.norm(pooled)


class OwnPairs(unittest.TestCase):
    def test_particles_follow_the_last_syllable(self):
        self.assertEqual(pairs.with_particle("책", "을"), "책을")
        self.assertEqual(pairs.with_particle("의자", "을"), "의자를")
        self.assertEqual(pairs.with_particle("서울", "으로"), "서울로")
        self.assertEqual(pairs.with_particle("집", "으로"), "집으로")

    def test_every_slot_has_words_and_no_sentence_is_in_the_measure(self):
        own = pairs.OwnPairs(1)
        for group in own.groups:
            self.assertLessEqual({slot.rstrip("2") for slot in pairs.slots_of(group)}, own.lexicon.keys())
        measured = {text for line in pairs.resource("retrieval.tsv") for text in line.split("\t")}
        self.assertFalse(measured & {text for group in own.groups for _, text in group.sentences})

    def test_draws_are_filled_and_repeat_with_their_seed(self):
        first, second = pairs.OwnPairs(7), pairs.OwnPairs(7)
        drawn = [first.draw()[:2] for _ in range(500)]
        self.assertEqual(drawn, [second.draw()[:2] for _ in range(500)])
        self.assertFalse([text for pair in drawn for text in pair if "{" in text or not text])


if __name__ == "__main__":
    unittest.main()
