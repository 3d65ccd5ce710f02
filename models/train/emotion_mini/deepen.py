"""The second stage: gives a trained network more layers, and teaches it sentences: negation, contrast, prose.

The new layers start as identities before the last. They and the last learn; what lies below stays, so what the network
knows of words is kept. It learns from the texts of sentences.py, and from the comments of the first stage, where its
targets are mostly what the first stage itself answers, so that it stays as good on them. The tokenizer is that of the
file it starts from. Killed, it goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from .stages import kept, name_of, progress  # First: it says which packages are missing.

import numpy as np  # noqa: E402
import torch  # noqa: E402

from embedding_mini import gguf  # noqa: E402

from . import calibrate, data, evaluate, export_gguf, scores, sentences, sets, teacher, train  # noqa: E402
from .data import DEV, LABELS, TEST, TRAIN, Dataset, Row  # noqa: E402
from .grammar import Text  # noqa: E402
from .model import EmotionModel, Shape  # noqa: E402
from .prompts import Renderer  # noqa: E402
from .tokenizer import END, Tokenizer  # noqa: E402

LAYERS = 3
OPINION_SHARE = 0.6  # Of the first stage's own answers in the soft targets of comments; the rest is the teacher's.
TEACHER_SHARE = 0.95  # Of the soft targets. The first stage needed hard labels; now they only pull it away from what it knows.
TOKEN_NOISE, EMBEDDING_DROPOUT = 0.04, 0.1
WATCHED_ROWS = 700
WATCHED_SEED = 77
SECTIONS = {
    "attn_norm": "attention_norm", "attn_q": "query", "attn_k": "key", "attn_v": "value", "attn_output": "attention_out",
    "ffn_norm": "feed_norm", "ffn_gate": "gate", "ffn_up": "up", "ffn_down": "down",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="models/train/deepen", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the raw data files, see README.md")
    parser.add_argument("--start", type=Path, required=True, help="GGUF file of the first stage")
    parser.add_argument("--out", type=Path, required=True, help="GGUF file to write")
    parser.add_argument("--work", type=Path, help="folder for checkpoints (default: OUT.work)")
    parser.add_argument("--layers", type=int, default=LAYERS, help="(default: %(default)s)")
    parser.add_argument("--steps", type=int, default=1_440, help="training steps of each worker (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="training processes, one thread each (default: %(default)s)")
    parser.add_argument("--comments", type=float, default=1.0, help="share of the comments that a pass draws; more keeps more "
                        "of what the first stage knows (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=7e-4, help="learning rate of the last layer; the new ones learn twice as "
                        "fast (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    model, words = read(options.start)
    new_blocks = tuple(range(model.shape.layers - 1, options.layers - 1))
    recipe = train.Recipe(steps=options.steps, workers=options.workers, seed=options.seed, rate=options.rate,
                          new_blocks=new_blocks, new_rate=2 * options.rate, teacher_share=TEACHER_SHARE, balanced=False,
                          token_noise=TOKEN_NOISE, batch_rows=160, comments=options.comments)
    work = options.work or options.out.with_name(options.out.name + ".work")
    work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)

    dataset = data.load(options.data)
    targets = kept(work / f"teacher-{name_of(dataset)}.pickle", lambda: teacher.targets(dataset, progress))
    renderer = Renderer(words)
    opinions = kept(work / f"opinions-{name_of(dataset)}.pickle", lambda: opinions_of(model, words, dataset, renderer))
    targets = {text: (1 - OPINION_SHARE) * guess + OPINION_SHARE * opinions[text] for text, guess in targets.items()}
    elsewhere = taken(dataset)
    written = [text for text in sentences.generate() if data.identity(text.text) not in elsewhere]
    progress(f"written texts: {len(written)}")
    both = Dataset([*dataset.rows, *(row_of(text, TRAIN) for text in written)], [], [], [])
    targets = {**targets, **{text.text: shares_of(text) for text in written}}
    torch.manual_seed(options.seed)
    model = train.run(
        deepened(model, options.layers), train.Examples(both, targets, words, recipe), words, recipe, work,
        progress, watch=lambda step, average: look(average, words, dataset, renderer))
    model.eval()
    calibrate.calibrate(model, words, dataset, renderer, progress)
    export_gguf.export_emotion(model, words, options.out)
    progress(f"wrote {options.out}, {options.out.stat().st_size / 1e6:.2f} MB")
    report(model, words, dataset, renderer)


def read(path: Path) -> tuple[EmotionModel, Tokenizer]:
    """The network of a file that export_gguf wrote."""
    file = gguf.read(path)
    words, tensors = file.tokenizer(), file.tensors
    vocabulary, width = tensors["token_embd.weight"].shape
    shape = Shape(vocabulary, width, layers=file.metadata["llama.block_count"], heads=file.metadata["llama.attention.head_count"],
                  feed_forward=file.metadata["llama.feed_forward_length"], context=file.metadata["llama.context_length"])
    outputs = [*(words.whole(label) for label in LABELS), words.id[END]]
    values = {
        "embedding.weight": tensors["token_embd.weight"], "norm.weight": tensors["output_norm.weight"],
        "output.weight": tensors["output.weight"][outputs],
    }
    for layer in range(shape.layers):
        values.update({f"blocks.{layer}.{ours}.weight": tensors[f"blk.{layer}.{theirs}.weight"] for theirs, ours in SECTIONS.items()})
    model = EmotionModel(shape)
    model.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in values.items()})
    return model, words


def deepened(model: EmotionModel, layers: int) -> EmotionModel:
    """The same function with more layers: what the new ones add to the stream is zero."""
    shape = model.shape
    deep = EmotionModel(Shape(shape.vocabulary, shape.width, layers, shape.heads, shape.feed_forward, shape.context, shape.outputs),
                        embedding_dropout=EMBEDDING_DROPOUT)
    for name in ("embedding", "norm", "output"):
        getattr(deep, name).load_state_dict(getattr(model, name).state_dict())
    deep.blocks[-1].load_state_dict(model.blocks[-1].state_dict())
    for index in range(shape.layers - 1):
        deep.blocks[index].load_state_dict(model.blocks[index].state_dict())
    for block in deep.blocks[shape.layers - 1:-1]:
        torch.nn.init.zeros_(block.attention_out.weight)
        torch.nn.init.zeros_(block.down.weight)
    # What it knows of words stays, and a step costs less.
    for known in (deep.embedding, *deep.blocks[:shape.layers - 1]):
        known.requires_grad_(False)
    return deep


def opinions_of(model: EmotionModel, words: Tokenizer, dataset: Dataset, renderer: Renderer) -> dict[str, np.ndarray]:
    """Text of each training row -> what the first stage answers, as it ships."""
    rows = [row for row in dataset.rows if row.split == TRAIN]
    progress(f"opinions of the first stage on {len(rows)} texts")
    logits = evaluate.logits_of(model, words, rows, renderer.product)
    return {row.text: shares for row, shares in zip(rows, np.exp(scores.log_softmax(logits)).astype(np.float32))}


def taken(dataset: Dataset) -> set[str]:
    """Texts that are in a test or dev split, or in a set of our own."""
    return {data.identity(row.text) for row in dataset.rows if row.split != TRAIN} | sets.identities()


def row_of(text: Text, split: str) -> Row:
    return Row(text.text, text.accepted[0], text.lang, text.kind, split, text.text)


def shares_of(text: Text) -> np.ndarray:
    """The rest of the shares is spread over all labels."""
    rest = 1 - sum(text.shares.values())
    return np.array([text.shares.get(label, 0.0) + rest / len(LABELS) for label in LABELS], np.float32)


def look(model: EmotionModel, words: Tokenizer, dataset: Dataset, renderer: Renderer) -> None:
    """Figures on a part of the dev split, and on sentences by templates of the training."""
    rows = dataset.split(DEV)
    rows = rows[::max(1, len(rows) // (2 * WATCHED_ROWS))]
    score = evaluate.report(model, words, rows, renderer.product)
    progress("dev: " + ", ".join(f"{name} {score[name].accuracy:.3f}/{score[name].macro_f1:.3f}" for name in ("all en", "all ko")))
    for kind, accuracy in accepted(model, words, watched_sentences(), renderer).items():
        progress(f"sentences: {kind} {accuracy:.3f}")


def watched_sentences() -> list[Text]:
    """Other texts by the templates of the training, so that the sets of templates that are held out stay fresh."""
    return [text for text in sentences.generate(size=0.02, seed=WATCHED_SEED) if text.kind in sets.PER_KIND]


def accepted(model: EmotionModel, words: Tokenizer, texts: list[Text], renderer: Renderer) -> dict[str, float]:
    """How often the first label is one that a person would accept, of each kind in each language."""
    logits = evaluate.logits_of(model, words, [row_of(text, TEST) for text in texts], renderer.product)
    right: dict[str, list[bool]] = {}
    for text, row in zip(texts, logits):
        right.setdefault(f"{text.lang} {text.kind}", []).append(LABELS[row.argmax()] in text.accepted)
    return {kind: float(np.mean(values)) for kind, values in sorted(right.items())}


@torch.no_grad()
def report(model: EmotionModel, words: Tokenizer, dataset: Dataset, renderer: Renderer) -> None:
    """Figures of the weights as stored, after rounding to Q8_0."""
    for parameter in model.parameters():
        if parameter.dim() == 2:
            parameter.copy_(torch.from_numpy(export_gguf.as_stored(parameter.numpy())))
    for prompt, rendering, split, rows in (
            ("product prompt", renderer.product, "dev", dataset.split(DEV)),
            ("product prompt", renderer.product, "test", dataset.split(TEST)),
            ("product prompt", renderer.product, "probe", data.read_probe()),
            ("plain text", renderer.plain, "test", dataset.split(TEST))):
        for name, score in evaluate.report(model, words, rows, rendering).items():
            print(f"{prompt:15} {split:5} {name:18} {score}", flush=True)
    for kind, accuracy in accepted(model, words, sets.held_out(), renderer).items():
        print(f"held out {kind:12} {accuracy:.4f}")


if __name__ == "__main__":
    main()
