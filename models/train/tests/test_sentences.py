import random
import unittest

from emotion_mini import grammar, sentences, sets
from emotion_mini.data import identity


class Grammar(unittest.TestCase):
    def test_every_line_can_be_filled(self):
        choose = random.Random(1)
        for lang in grammar.LANGUAGES:
            for part in (grammar.TRAINED, grammar.HELD):
                for _ in range(300):
                    for text in grammar.pairs(lang, part, choose):
                        self.assertNotRegex(text.text, r"[{}]|\([가-힣]+/")
                for line in grammar.prose(lang, part):
                    self.assertNotRegex(grammar.fill(line, lang, choose), r"[{}]|\([가-힣]+/")

    def test_shares_are_probabilities_of_accepted_labels(self):
        for text in sentences.generate(size=0.02):
            self.assertLessEqual(sum(text.shares.values()), 1 + 1e-9)
            if text.kind == "denied":
                self.assertEqual(max(text.shares, key=text.shares.get), text.accepted[0])

    def test_korean_forms_follow_from_the_stem(self):
        forms = grammar.korean_forms({"stem": "무섭", "inf": "무서워"})
        self.assertEqual((forms["fut"], forms["if"], forms["polite"]), ("무서울", "무서우면", "무서워요"))
        forms = grammar.korean_forms({"stem": "기쁘", "inf": "기뻐"})
        self.assertEqual((forms["fut"], forms["if"]), ("기쁠", "기쁘면"))
        forms = grammar.korean_forms({"stem": "힘들", "inf": "힘들어"})
        self.assertEqual((forms["fut"], forms["if"]), ("힘들", "힘들면"))
        self.assertEqual(grammar.korean_forms({"stem": "좋", "inf": "좋아"})["fut"], "좋을")
        self.assertEqual(grammar.korean_forms({"stem": "충격적이", "inf": "충격적이야"})["polite"], "충격적이에요")

    def test_particles_depend_on_the_last_sound(self):
        self.assertEqual(grammar.particles("책(을/를) 역(으로/로) 서울(으로/로) 자전거(이/가)"), "책을 역으로 서울로 자전거가")

    def test_a_group_shares_its_words(self):
        group = grammar.pairs("en", grammar.TRAINED, random.Random(3))
        self.assertGreater(len(group), 1)


class Sets(unittest.TestCase):
    def test_no_template_of_the_sets_is_trained_on(self):
        for lang in grammar.LANGUAGES:
            trained = {line.template for group in grammar.groups(lang, grammar.TRAINED) for line in group}
            held = {line.template for group in grammar.groups(lang, grammar.HELD) for line in group}
            self.assertFalse(trained & held)
            self.assertFalse(set(grammar.prose(lang, grammar.TRAINED)) & set(grammar.prose(lang, grammar.HELD)))

    def test_sets_are_the_same_on_every_run(self):
        self.assertEqual(sets.held_out(), sets.held_out())

    def test_each_emotion_has_as_many_foreign_sentences(self):
        labels = [text.accepted[0] for text in sets.unknown() if text.lang == "foreign"]
        self.assertEqual({labels.count(label) for label in set(labels)}, {24})

    def test_prose_stays_within_the_longest_text(self):
        for text in sentences.generate(size=0.05):
            if text.kind == "prose":
                self.assertLessEqual(len(text.text), 2_000)


if __name__ == "__main__":
    unittest.main()
