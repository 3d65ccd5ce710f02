import random
import unittest

from emotion_mini import tokenizer
from emotion_mini.data import LABELS
from emotion_mini.prompts import PRODUCT_SYSTEM, Renderer
from emotion_mini.tokenizer import ANSWER, SYSTEM, TURN_END, USER

TEXTS = [("오늘 정말 행복해요 ㅋㅋ", 50), (PRODUCT_SYSTEM, 50), ("I can't believe it, wow!", 50)]


class Splitting(unittest.TestCase):
    def pieces(self, text):
        return tokenizer.pieces_pattern().findall(text)

    def test_a_space_belongs_to_the_word_behind_it(self):
        self.assertEqual(self.pieces("so  sad 12!"), ["so", " ", " sad", " 12", "!"])

    def test_contractions_stand_alone_in_lower_case_only(self):
        self.assertEqual(self.pieces("don't DON'T"), ["don", "'t", " DON", "'", "T"])

    def test_numbers_that_are_no_digits_are_numbers(self):
        self.assertEqual(self.pieces("a½b²"), ["a", "½", "b", "²"])

    def test_combining_marks_are_neither_letter_nor_number(self):
        self.assertEqual(self.pieces("e\u0301a"), ["e", "\u0301", "a"])


class Vocabulary(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.words = tokenizer.train(TEXTS)

    def test_labels_are_one_token_each(self):
        self.assertEqual(len({self.words.whole(label) for label in LABELS}), len(LABELS))

    def test_any_text_survives_the_round_trip(self):
        for text in ("오늘 정말", "😊 café\t\n漢字", "joy", "\u200b"):
            symbols = "".join(self.words.tokens[token] for token in self.words.encode(text))
            values = bytes(tokenizer.BYTE_SYMBOL.index(symbol) for symbol in symbols)
            self.assertEqual(values.decode(), text)

    def test_training_repeats_exactly(self):
        self.assertEqual(tokenizer.train(TEXTS).merges, self.words.merges)

    def test_vocabulary_has_its_fixed_size(self):
        self.assertEqual(len(self.words.tokens), tokenizer.VOCABULARY)
        self.assertEqual(len(self.words.id), tokenizer.VOCABULARY)

    def test_product_rendering_is_chatml(self):
        ids = Renderer(self.words).product.around(self.words.encode("hi"))
        token = self.words.id
        self.assertEqual(ids, [token[SYSTEM], *self.words.encode(PRODUCT_SYSTEM), token[TURN_END], token[USER],
                               *self.words.encode("hi"), token[ANSWER]])

    def test_most_renderings_drawn_are_the_products(self):
        renderer, choose = Renderer(self.words), random.Random(1)
        drawn = [renderer.draw(choose) for _ in range(2_000)]
        self.assertAlmostEqual(sum(one == renderer.product for one in drawn) / 2_000, 0.65, delta=0.04)


if __name__ == "__main__":
    unittest.main()
