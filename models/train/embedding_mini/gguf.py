"""Read what export_gguf writes: metadata and tensors of a GGUF file, its weights as llama.cpp sees them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emotion_mini.export_gguf import ALIGNMENT, ARRAY, BLOCK, BOOL, F16, F32, FLOAT32, INT32, Q8_0, STRING, UINT32
from emotion_mini.tokenizer import Tokenizer

FORMAT = {UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}
Q8_0_TYPE = np.dtype([("scale", "<f2"), ("whole", "i1", BLOCK)])


@dataclass(frozen=True)
class GgufFile:
    metadata: dict[str, object]
    tensors: dict[str, np.ndarray]

    def tokenizer(self) -> Tokenizer:
        return Tokenizer([tuple(merge.split(" ")) for merge in self.metadata["tokenizer.ggml.merges"]])


class Cursor:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def number(self, form: str):
        (value,) = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return value

    def text(self) -> str:
        length = self.number("<Q")
        self.at += length
        return self.data[self.at - length:self.at].decode()

    def value(self, kind: int):
        if kind == ARRAY:
            inner, count = self.number("<I"), self.number("<Q")
            return [self.value(inner) for _ in range(count)]
        return self.text() if kind == STRING else self.number(FORMAT[kind])


def read(path: Path) -> GgufFile:
    cursor = Cursor(path.read_bytes())
    if cursor.data[:4] != b"GGUF":
        raise SystemExit(f"{path} is no GGUF file.")
    cursor.at = 8
    tensor_count, metadata_count = cursor.number("<Q"), cursor.number("<Q")
    metadata = {}
    for _ in range(metadata_count):
        key = cursor.text()
        metadata[key] = cursor.value(cursor.number("<I"))
    directory = []
    for _ in range(tensor_count):
        name = cursor.text()
        shape = [cursor.number("<Q") for _ in range(cursor.number("<I"))][::-1]
        directory.append((name, shape, cursor.number("<I"), cursor.number("<Q")))
    start = cursor.at + -cursor.at % ALIGNMENT
    return GgufFile(metadata, {
        name: tensor(cursor.data, start + offset, shape, kind) for name, shape, kind, offset in directory})


def tensor(data: bytes, at: int, shape: list[int], kind: int) -> np.ndarray:
    count = int(np.prod(shape))
    if kind == Q8_0:
        blocks = np.frombuffer(data, Q8_0_TYPE, count // BLOCK, at)
        return (blocks["scale"].astype(np.float32)[:, None] * blocks["whole"]).reshape(shape)
    return np.frombuffer(data, {F32: "<f4", F16: "<f2"}[kind], count, at).astype(np.float32).reshape(shape)
