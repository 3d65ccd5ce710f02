import unittest

from emotion_mini import authored, data
from emotion_mini.data import DEV, TEST, TRAIN, Row


class LabelMapping(unittest.TestCase):
    names = ["admiration", "excitement", "joy", "confusion", "anger", "neutral"]

    def test_goemotions_labels_that_agree_become_one(self):
        self.assertEqual(data.goemotions_label("0,2", self.names), "joy")

    def test_excitement_wins_over_joy_because_it_is_the_rarer(self):
        self.assertEqual(data.goemotions_label("1,2", self.names), "excitement")

    def test_goemotions_labels_that_contradict_give_none(self):
        self.assertIsNone(data.goemotions_label("2,4", self.names))

    def test_goemotions_label_without_counterpart_is_ignored_beside_another(self):
        self.assertEqual(data.goemotions_label("3,4", self.names), "anger")
        self.assertIsNone(data.goemotions_label("3", self.names))

    def test_kote_needs_a_clear_lead(self):
        self.assertEqual(data.kote_label([36, 5]), "sadness")
        self.assertIsNone(data.kote_label([36, 18]))

    def test_kote_neutral_among_many_labels_is_not_neutral(self):
        self.assertEqual(data.kote_label([24]), "neutral")
        self.assertIsNone(data.kote_label([24, 1, 2, 3]))


class Splits(unittest.TestCase):
    def row(self, text, label, split):
        return Row(text, label, "en", "xed", split, text)

    def test_same_text_in_two_splits_counts_for_the_test(self):
        kept = data.without_duplicates([self.row("Go away!", "anger", TRAIN), self.row("go away", "anger", TEST)])
        self.assertEqual([row.split for row in kept], [TEST])

    def test_same_text_with_two_labels_in_one_split_is_dropped(self):
        self.assertEqual(data.without_duplicates([self.row("Oh.", "joy", DEV), self.row("Oh!", "fear", DEV)]), [])

    def test_frozen_splits_are_complete(self):
        counts = {}
        for (source, _), split in data.read_frozen_splits().items():
            counts[source, split] = counts.get((source, split), 0) + 1
        self.assertEqual(counts, {("kote", DEV): 453, ("kote", TEST): 511, ("kote", TRAIN): 4018,
                                  ("xed", DEV): 1020, ("xed", TEST): 1662})

    def test_probe_sentences_are_not_among_the_authored_ones(self):
        written = {data.identity(text) for text, *_ in authored.generate()}
        self.assertEqual([row.text for row in data.read_probe() if data.identity(row.text) in written], [])


class Authored(unittest.TestCase):
    def test_generation_repeats_exactly(self):
        self.assertEqual(authored.generate(per_label=20), authored.generate(per_label=20))

    def test_every_label_occurs_in_both_languages(self):
        seen = {(label, lang) for _, label, lang, _ in authored.generate(per_label=5)}
        self.assertEqual(seen, {(label, lang) for label in data.LABELS for lang in ("ko", "en")})


if __name__ == "__main__":
    unittest.main()
