#!/usr/bin/env python3
"""Writes a BERT of ONNX as GGUF, so that llama.cpp and ONNX Runtime can be compared on the same weights.

Usage: bert_to_gguf.py DIRECTORY OUTPUT f16|q8_0

DIRECTORY has model.onnx (32-bit floats, exported from PyTorch), vocab.txt and config.json. Needs nothing but Python; a model of 20 million
weights takes about a minute. Formats: github.com/onnx/onnx/blob/main/onnx/onnx.proto, github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""
import array
import json
import pathlib
import struct
import sys

ALIGNMENT = 32
BLOCK = 32  # Weights that share a scale in Q8_0.
F32, F16, Q8_0 = 0, 1, 8
FILE_TYPE = {F16: 1, Q8_0: 7}
UINT32, FLOAT32, BOOL, STRING, ARRAY, INT32 = 4, 6, 7, 8, 9, 5
NORMAL, CONTROL = 1, 3
MEAN = 1

# Names of PyTorch and of llama.cpp. Matrices of linear layers lose theirs in the export and are found by their biases.
LINEAR = {"attention.self.query": "attn_q", "attention.self.key": "attn_k", "attention.self.value": "attn_v",
          "attention.output.dense": "attn_output", "intermediate.dense": "ffn_up", "output.dense": "ffn_down"}
NORMS = {"attention.output.LayerNorm": "attn_output_norm", "output.LayerNorm": "layer_output_norm"}
EMBEDDINGS = {"word_embeddings.weight": "token_embd.weight", "position_embeddings.weight": "position_embd.weight",
              "token_type_embeddings.weight": "token_types.weight", "LayerNorm.weight": "token_embd_norm.weight",
              "LayerNorm.bias": "token_embd_norm.bias"}


def fields(message):
    """Numbers and values of a protocol buffer's fields."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
            continue
        length = varint() if tag & 7 == 2 else {1: 8, 5: 4}[tag & 7]
        yield tag >> 3, message[at:at + length]
        at += length


def read_graph(path):
    """Initializers as (dimensions, floats) by name, and for each bias the matrix that stands before it."""
    graph = next(value for field, value in fields(memoryview(path.read_bytes())) if field == 7)
    tensors, products, sums = {}, {}, []
    for field, value in fields(graph):
        parts = list(fields(value)) if field in (1, 5) else []
        if field == 5 and (2, 1) in parts:
            name = next(bytes(part).decode() for number, part in parts if number == 8)
            raw = array.array("f", bytes(next(part for number, part in parts if number == 9)))
            tensors[name] = ([part for number, part in parts if number == 1], raw)
        elif field == 1:
            inputs = [bytes(part).decode() for number, part in parts if number == 1]
            output = next(bytes(part).decode() for number, part in parts if number == 2)
            operation = next(bytes(part).decode() for number, part in parts if number == 4)
            if operation == "MatMul":
                products[output] = inputs[1]
            elif operation == "Add":
                sums.append(inputs)
    matrices = {bias: products[product] for pair in sums for bias, product in (pair, pair[::-1]) if bias.endswith(".bias") and product in products}
    return tensors, matrices


def rows_of(tensor, transposed):
    """Rows as ggml has them: a row an output."""
    (first, second), values = tensor
    return (values[column::second] for column in range(second)) if transposed else (values[row * second:(row + 1) * second] for row in range(first))


def encode(row, kind):
    if kind == F32:
        return row.tobytes()
    if kind == F16:
        return struct.pack(f"<{len(row)}e", *row)
    blocks = bytearray()
    for at in range(0, len(row), BLOCK):
        block = row[at:at + BLOCK]
        scale = max(max(block), -min(block)) / 127
        blocks += struct.pack(f"<e{BLOCK}b", scale, *(round(weight / scale) if scale else 0 for weight in block))
    return bytes(blocks)


def text(value):
    utf8 = value.encode()
    return struct.pack("<Q", len(utf8)) + utf8


def entry(key, kind, value):
    pack = {UINT32: lambda v: struct.pack("<I", v), INT32: lambda v: struct.pack("<i", v), FLOAT32: lambda v: struct.pack("<f", v),
            BOOL: lambda v: struct.pack("<?", v), STRING: text}
    if isinstance(value, list):
        return text(key) + struct.pack("<IIQ", ARRAY, kind, len(value)) + b"".join(map(pack[kind], value))
    return text(key) + struct.pack("<I", kind) + pack[kind](value)


def metadata(folder, kind):
    config = json.loads((folder / "config.json").read_text())
    tokens = (folder / "vocab.txt").read_text().splitlines()
    control = [token.startswith("[") and token.endswith("]") for token in tokens]
    # llama.cpp marks what begins a word, BERT what continues one.
    pieces = [token if special else token[2:] if token.startswith("##") else f"\u2581{token}" for token, special in zip(tokens, control)]
    ids = {name: tokens.index(token) for name, token in {"unknown": "[UNK]", "seperator": "[SEP]", "padding": "[PAD]", "cls": "[CLS]", "mask": "[MASK]", "bos": "[CLS]", "eos": "[SEP]"}.items()}
    return [
        entry("general.architecture", STRING, "bert"), entry("general.name", STRING, folder.name), entry("general.file_type", UINT32, FILE_TYPE[kind]),
        entry("general.quantization_version", UINT32, 2),
        entry("bert.block_count", UINT32, config["num_hidden_layers"]), entry("bert.context_length", UINT32, config["max_position_embeddings"]),
        entry("bert.embedding_length", UINT32, config["hidden_size"]), entry("bert.feed_forward_length", UINT32, config["intermediate_size"]),
        entry("bert.attention.head_count", UINT32, config["num_attention_heads"]), entry("bert.attention.layer_norm_epsilon", FLOAT32, 1e-12),
        entry("bert.attention.causal", BOOL, False), entry("bert.pooling_type", UINT32, MEAN),
        entry("tokenizer.ggml.model", STRING, "bert"), entry("tokenizer.ggml.pre", STRING, "default"), entry("tokenizer.ggml.token_type_count", UINT32, 2),
        entry("tokenizer.ggml.tokens", STRING, pieces), entry("tokenizer.ggml.token_type", INT32, [CONTROL if special else NORMAL for special in control]),
        *(entry(f"tokenizer.ggml.{name}_token_id", UINT32, number) for name, number in ids.items())]


def tensors_of(tensors, matrices, kind):
    """(name, shape with columns first, type, rows) of every tensor."""
    for name, own in EMBEDDINGS.items():
        yield plain(own, tensors[f"embeddings.{name}"], kind if own == "token_embd.weight" else F32)
    layers = sum(name.endswith("attention.self.query.bias") for name in tensors)
    for layer in range(layers):
        source, block = f"encoder.layer.{layer}", f"blk.{layer}"
        for name, own in LINEAR.items():
            bias = f"{source}.{name}.bias"
            matrix = tensors[matrices[bias]]
            yield f"{block}.{own}.weight", matrix[0], kind, rows_of(matrix, transposed=True)
            yield plain(f"{block}.{own}.bias", tensors[bias], F32)
        for name, own in NORMS.items():
            for part in ("weight", "bias"):
                yield plain(f"{block}.{own}.{part}", tensors[f"{source}.{name}.{part}"], F32)


def plain(name, tensor, kind):
    dimensions, values = tensor
    return name, dimensions[::-1], kind, [values] if len(dimensions) == 1 else rows_of(tensor, transposed=False)


def main(folder, output, kind):
    entries = metadata(folder, kind)
    header, body = bytearray(), bytearray()
    count = 0
    for name, shape, own, rows in tensors_of(*read_graph(folder / "model.onnx"), kind):
        header += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, own, len(body))
        body += b"".join(encode(row, own) for row in rows)
        body += bytes(-len(body) % ALIGNMENT)
        count += 1
    start = b"GGUF" + struct.pack("<IQQ", 3, count, len(entries)) + b"".join(entries) + header
    part = output.with_suffix(".part")
    part.write_bytes(start + bytes(-len(start) % ALIGNMENT) + body)
    part.rename(output)


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[3] not in ("f16", "q8_0"):
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), {"f16": F16, "q8_0": Q8_0}[sys.argv[3]])
