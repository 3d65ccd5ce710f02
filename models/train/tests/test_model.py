import tempfile
import unittest
from pathlib import Path

try:
    import numpy as np
    import torch

    from emotion_mini import calibrate, compare, deepen, export_gguf, scores, tokenizer, train
    from emotion_mini.model import EmotionModel, NormFunction, Shape
except ImportError as missing:
    raise unittest.SkipTest(f"{missing.name} is not installed") from missing


class Network(unittest.TestCase):
    def test_shared_prefix_equals_one_long_sequence(self):
        torch.manual_seed(1)
        model = EmotionModel(Shape(vocabulary=50)).eval()
        shared, body = torch.randint(0, 50, (7,)), torch.randint(0, 50, (5, 9))
        at = torch.tensor([8, 3, 5, 0, 8])
        together = model(shared, body, at)
        apart = model(shared[:0], torch.cat([shared.expand(5, 7), body], 1), at + 7)
        torch.testing.assert_close(together, apart, rtol=0, atol=1e-4)

    def test_norm_gradient_is_right(self):
        x = torch.randn(3, 4, 8, dtype=torch.double, requires_grad=True)
        gain = torch.randn(8, dtype=torch.double, requires_grad=True)
        self.assertTrue(torch.autograd.gradcheck(NormFunction.apply, (x, gain)))


class Deepening(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(2)
        self.first = EmotionModel(Shape(vocabulary=50)).eval()
        self.deep = deepen.deepened(self.first, 4).eval()

    def test_deepened_network_answers_as_before(self):
        shared, body, at = torch.randint(0, 50, (7,)), torch.randint(0, 50, (3, 9)), torch.tensor([8, 3, 5])
        torch.testing.assert_close(self.deep(shared, body, at), self.first(shared, body, at))

    def test_only_the_new_layers_and_the_last_learn(self):
        learning = {name for name, parameter in self.deep.named_parameters() if parameter.requires_grad}
        self.assertEqual({name.split(".")[1] for name in learning if name.startswith("blocks")}, {"1", "2", "3"})
        self.assertNotIn("embedding.weight", learning)

    def test_new_layers_learn_at_their_own_rate(self):
        optimiser = train.optimiser_for(self.deep, train.Recipe(rate=1e-4, new_blocks=(1, 2), new_rate=2e-4))
        peaks = {id(parameter): group["peak"] for group in optimiser.param_groups for parameter in group["params"]}
        self.assertEqual([peaks[id(block.query.weight)] for block in self.deep.blocks], [1e-4, 2e-4, 2e-4, 1e-4])


class Schedule(unittest.TestCase):
    def test_rate_warms_up_again_after_the_restart_and_then_follows_the_schedule(self):
        self.assertLess(train.rate_factor(805, 804, 1_500), 0.02)
        self.assertEqual(train.rate_factor(1_000, 804, 1_500), train.rate_factor(1_000, 0, 1_500))
        self.assertAlmostEqual(train.rate_factor(1_500, 804, 1_500), 0.02)


class Calibration(unittest.TestCase):
    def setUp(self):
        choose = np.random.default_rng(3)
        self.lang, self.label = choose.integers(0, 2, 4_000), choose.integers(0, 7, 4_000)
        self.spoken = np.eye(2)[self.lang]
        self.logits = 4 * np.eye(7)[self.label] + 2 * choose.standard_normal((4_000, 7))  # Honest as they are.

    def test_directions_tell_the_languages_apart(self):
        hidden = np.concatenate([self.spoken * 3, np.random.default_rng(4).standard_normal((4_000, 6))], 1)
        directions = calibrate.language_directions(hidden, self.lang)
        np.testing.assert_allclose(hidden @ directions.T, self.spoken, atol=0.05)

    def test_offset_of_one_language_is_undone_and_the_other_left_alone(self):
        skewed = self.logits.copy()
        skewed[self.lang == 1, 6] += 3
        offsets, _ = calibrate.fit(skewed, self.spoken, self.label, self.lang)
        self.assertLess(offsets[1, 6], -1)
        self.assertLess(np.abs(offsets[0]).max(), 0.5)


class Export(unittest.TestCase):
    def test_q8_0_rounds_to_less_than_one_step(self):
        value = np.random.default_rng(1).standard_normal((4, 64)).astype(np.float32)
        step = np.abs(value.reshape(-1, 32)).max(1) / 127
        error = np.abs(export_gguf.as_stored(value) - value).reshape(-1, 32).max(1)
        self.assertTrue((error < step).all())

    def test_zero_rows_stay_zero(self):
        self.assertFalse(export_gguf.as_stored(np.zeros((2, 32), np.float32)).any())

    def test_written_file_gives_its_tokenizer_back(self):
        words = tokenizer.train([("joy and sadness", 20)])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.gguf"
            export_gguf.export_emotion(EmotionModel(Shape()), words, path)
            self.assertEqual(compare.tokenizer_of(path).merges, words.merges)
            self.assertEqual(compare.metadata_of(path)["tokenizer.chat_template"], export_gguf.CHAT_TEMPLATE)


class Scores(unittest.TestCase):
    def test_certain_and_right_is_perfectly_calibrated(self):
        label = np.array([0, 3, 6])
        result = scores.score(np.eye(7)[label] * 50, label)
        self.assertEqual((result.accuracy, result.macro_f1), (1.0, 1.0))
        self.assertAlmostEqual(result.calibration_error, 0.0)


if __name__ == "__main__":
    unittest.main()
