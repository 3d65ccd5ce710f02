"""Write the network as a GGUF file (version 3, architecture `llama`) which llama.cpp loads as it is.

Rotary layout, tensor names and the Q8_0 blocks follow llama.cpp; nothing here needs its Python package.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .data import LABELS
from .model import NORM_EPSILON, ROPE_BASE, EmotionModel
from .tokenizer import CONTROL, END, PAD, START, Tokenizer

UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
F32, F16, Q8_0 = 0, 1, 8
FILE_TYPE_Q8_0 = 7
BLOCK = 32
ALIGNMENT = 32
TOKEN_NORMAL, TOKEN_CONTROL, TOKEN_UNUSED = 1, 3, 5

CHAT_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")

Tensor = tuple[str, np.ndarray, int]


class Metadata:
    def __init__(self) -> None:
        self.count = 0
        self.data = b""

    def add(self, key: str, kind: int, value: object) -> None:
        self._append(key, struct.pack("<I", kind) + scalar(kind, value))

    def add_array(self, key: str, kind: int, values: Sequence[object]) -> None:
        content = b"".join(scalar(kind, value) for value in values)
        self._append(key, struct.pack("<IIQ", ARRAY, kind, len(values)) + content)

    def _append(self, key: str, content: bytes) -> None:
        self.count += 1
        self.data += scalar(STRING, key) + content


def scalar(kind: int, value: object) -> bytes:
    if kind == STRING:
        encoded = str(value).encode()
        return struct.pack("<Q", len(encoded)) + encoded
    return struct.pack({UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}[kind], value)


def export_emotion(model: EmotionModel, tokenizer: Tokenizer, path: Path) -> None:
    shape, metadata = model.shape, Metadata()
    describe(metadata, "emotion-mini-ko-en", "Emotion of short Korean and English texts: " + ", ".join(LABELS) + ".")
    metadata.add_array("general.tags", STRING, ["text-classification", "emotion"])
    add_llama(metadata, shape.width, shape.layers, shape.heads, shape.feed_forward, shape.context, ROPE_BASE)
    add_vocabulary(metadata, tokenizer, add_end=False)
    metadata.add("tokenizer.chat_template", STRING, CHAT_TEMPLATE)
    metadata.add_array("emotion.labels", STRING, LABELS)
    write(path, metadata, emotion_tensors(model, tokenizer))


def emotion_tensors(model: EmotionModel, tokenizer: Tokenizer) -> list[Tensor]:
    weights = {name: value.detach().float().numpy() for name, value in model.named_parameters()}
    # A row for each label and for the end of turn; all others stay zero and compress to nothing.
    output = np.zeros((model.shape.vocabulary, model.shape.width), np.float32)
    output[[*(tokenizer.whole(label) for label in LABELS), tokenizer.id[END]]] = weights["output.weight"]
    tensors: list[Tensor] = [
        ("token_embd.weight", weights["embedding.weight"], Q8_0),
        ("output_norm.weight", weights["norm.weight"], F32),
        ("output.weight", output, Q8_0),
    ]
    names = {
        "attention_norm": "attn_norm", "query": "attn_q", "key": "attn_k", "value": "attn_v",
        "attention_out": "attn_output", "feed_norm": "ffn_norm", "gate": "ffn_gate", "up": "ffn_up", "down": "ffn_down",
    }
    for layer in range(model.shape.layers):
        for ours, theirs in names.items():
            value = weights[f"blocks.{layer}.{ours}.weight"]
            tensors.append((f"blk.{layer}.{theirs}.weight", value, F32 if value.ndim == 1 else Q8_0))
    return tensors


def describe(metadata: Metadata, name: str, description: str) -> None:
    metadata.add("general.architecture", STRING, "llama")
    metadata.add("general.type", STRING, "model")
    metadata.add("general.name", STRING, name)
    metadata.add("general.description", STRING, description)
    metadata.add("general.license", STRING, "cc-by-4.0")
    metadata.add_array("general.languages", STRING, ["ko", "en"])
    metadata.add("general.file_type", UINT32, FILE_TYPE_Q8_0)
    metadata.add("general.quantization_version", UINT32, 2)


def add_llama(metadata: Metadata, width: int, layers: int, heads: int, feed_forward: int, context: int,
              rope_base: float) -> None:
    for key, value in (
        ("context_length", context), ("embedding_length", width), ("block_count", layers),
        ("feed_forward_length", feed_forward), ("attention.head_count", heads), ("attention.head_count_kv", heads),
        ("rope.dimension_count", width // heads),
    ):
        metadata.add(f"llama.{key}", UINT32, value)
    metadata.add("llama.attention.layer_norm_rms_epsilon", FLOAT32, NORM_EPSILON)
    metadata.add("llama.rope.freq_base", FLOAT32, rope_base)


def add_vocabulary(metadata: Metadata, tokenizer: Tokenizer, add_end: bool) -> None:
    kinds = [
        TOKEN_CONTROL if index < len(CONTROL) else TOKEN_NORMAL if index < tokenizer.used else TOKEN_UNUSED
        for index in range(len(tokenizer.tokens))
    ]
    metadata.add("llama.vocab_size", UINT32, len(tokenizer.tokens))
    metadata.add("tokenizer.ggml.model", STRING, "gpt2")
    metadata.add("tokenizer.ggml.pre", STRING, "gpt-2")
    metadata.add_array("tokenizer.ggml.tokens", STRING, tokenizer.tokens)
    metadata.add_array("tokenizer.ggml.token_type", INT32, kinds)
    metadata.add_array("tokenizer.ggml.merges", STRING, [f"{left} {right}" for left, right in tokenizer.merges])
    # Named explicitly: llama.cpp's defaults for gpt2 (11 for both) would be ordinary tokens here.
    for key, token in (("bos", START), ("eos", END), ("padding", PAD)):
        metadata.add(f"tokenizer.ggml.{key}_token_id", UINT32, tokenizer.id[token])
    metadata.add("tokenizer.ggml.add_bos_token", BOOL, False)
    metadata.add("tokenizer.ggml.add_eos_token", BOOL, add_end)
    metadata.add("tokenizer.ggml.add_space_prefix", BOOL, False)


def write(path: Path, metadata: Metadata, tensors: list[Tensor]) -> None:
    directory, contents, offset = b"", [], 0
    for name, value, kind in tensors:
        content = stored(value, kind)
        dimensions = struct.pack(f"<I{value.ndim}Q", value.ndim, *reversed(value.shape))
        directory += scalar(STRING, name) + dimensions + struct.pack("<IQ", kind, offset)
        contents.append(content + bytes(-len(content) % ALIGNMENT))
        offset += len(contents[-1])
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), metadata.count) + metadata.data + directory
    path.write_bytes(head + bytes(-len(head) % ALIGNMENT) + b"".join(contents))


def stored(value: np.ndarray, kind: int) -> bytes:
    if kind == Q8_0:
        scale, whole = quantise(value)
        blocks = np.zeros(len(scale), dtype=[("scale", "<f2"), ("whole", "i1", BLOCK)])
        blocks["scale"], blocks["whole"] = scale, whole
        return blocks.tobytes()
    return np.ascontiguousarray(value, {F32: "<f4", F16: "<f2"}[kind]).tobytes()


def quantise(value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Q8_0: blocks of 32 whole numbers in -127..127 and a half-precision scale each."""
    blocks = np.ascontiguousarray(value, np.float32).reshape(-1, BLOCK)
    scale = np.abs(blocks).max(1) / 127
    inverse = np.divide(1.0, scale, out=np.zeros_like(scale), where=scale > 0)
    return scale.astype(np.float16), np.round(blocks * inverse[:, None]).astype(np.int8)


def as_stored(value: np.ndarray) -> np.ndarray:
    """The weights as llama.cpp will see them."""
    scale, whole = quantise(value)
    return (scale.astype(np.float32)[:, None] * whole).reshape(value.shape)
