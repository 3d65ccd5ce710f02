import tempfile
import unittest
from pathlib import Path

try:
    import numpy as np
    import torch

    from emotion_mini import compare, export_gguf, scores, tokenizer
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
