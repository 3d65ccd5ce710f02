"""The network: a two-layer llama (RMS norm, rotary positions, SwiGLU) read out only at the last token."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NORM_EPSILON = 1e-5
ROPE_BASE = 10_000.0


@dataclass(frozen=True)
class Shape:
    vocabulary: int = 16_384
    width: int = 256
    layers: int = 2
    heads: int = 8
    feed_forward: int = 512
    context: int = 512
    outputs: int = 8  # The labels, then the end of turn.

    @property
    def head_width(self) -> int:
        return self.width // self.heads


class NormFunction(torch.autograd.Function):
    """RMS norm with a hand-written gradient: half the passes over memory of the composed one."""

    @staticmethod
    def forward(context, x: Tensor, gain: Tensor) -> Tensor:
        inverse = torch.rsqrt((x * x).mean(-1, keepdim=True) + NORM_EPSILON)
        normed = x * inverse
        context.save_for_backward(normed, inverse, gain)
        return normed * gain

    @staticmethod
    def backward(context, gradient: Tensor) -> tuple[Tensor, Tensor]:
        normed, inverse, gain = context.saved_tensors
        product = gradient * normed
        gain_gradient = product.flatten(0, -2).sum(0)
        along = (product @ gain).unsqueeze(-1) / len(gain)
        return (gradient * gain).addcmul_(normed, along, value=-1).mul_(inverse), gain_gradient


class Norm(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return NormFunction.apply(x, self.weight)


def rotate(x: Tensor, turn: Tensor) -> Tensor:
    """llama.cpp's `normal` rotary layout: neighbouring components are one complex number, turned by its position."""
    pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], x.shape[-1] // 2, 2))
    return torch.view_as_real(pairs * turn).flatten(-2)


class Block(nn.Module):
    """Every batch holds a `shared` prefix [1, P, width] and one `body` [B, T, width] a row.

    All rows attend to the prefix, which never attends to them, so it is computed once a batch instead of once a row.
    """

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        width, hidden = shape.width, shape.feed_forward
        self.heads, self.dropout = shape.heads, dropout
        self.attention_norm, self.feed_norm = Norm(width), Norm(width)
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.attention_out = nn.Linear(width, width, bias=False)
        self.gate = nn.Linear(width, hidden, bias=False)
        self.up = nn.Linear(width, hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)
        for layer in (self.query, self.key, self.value, self.gate, self.up):
            nn.init.normal_(layer.weight, std=0.8 * width ** -0.5)
        nn.init.normal_(self.attention_out.weight, std=width ** -0.5 / math.sqrt(2 * shape.layers))
        nn.init.normal_(self.down.weight, std=hidden ** -0.5 / math.sqrt(2 * shape.layers))

    def forward(self, shared: Tensor, body: Tensor, turn: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        prefix, length = shared.shape[1], body.shape[1]
        shared_norm, body_norm = self.attention_norm(shared), self.attention_norm(body)
        head, tail = turn[:prefix], turn[prefix:prefix + length]
        shared_key, shared_value = rotate(self._split(self.key(shared_norm)), head), self._split(self.value(shared_norm))
        body_key, body_value = rotate(self._split(self.key(body_norm)), tail), self._split(self.value(body_norm))
        shared_query = rotate(self._split(self.query(shared_norm)), head)
        body_query = rotate(self._split(self.query(body_norm)), tail)
        scale = body_key.shape[-1] ** -0.5
        shared_weight = F.softmax(shared_query @ shared_key.transpose(-1, -2) * scale + mask[:prefix, :prefix], -1)
        attended = self._attend(body_query, shared_key, shared_value, body_key, body_value, mask[:length, :length])
        return (self._finish(shared, shared_weight @ shared_value), self._finish(body, attended))

    def last(self, shared: Tensor, body: Tensor, turn: Tensor, at: Tensor) -> Tensor:
        """The block's output at position `at` of each row only: nothing reads the others after the last block."""
        prefix, length = shared.shape[1], body.shape[1]
        rows = torch.arange(len(body))
        shared_norm, body_norm = self.attention_norm(shared), self.attention_norm(body)
        tail = turn[prefix:prefix + length]
        shared_key = rotate(self._split(self.key(shared_norm)), turn[:prefix])
        body_key = rotate(self._split(self.key(body_norm)), tail)
        query = self.query(body_norm[rows, at]).view(len(body), self.heads, 1, -1)
        query = rotate(query, tail[at][:, None, None])
        hidden = torch.arange(length)[None] > at[:, None]
        mask = torch.zeros(hidden.shape).masked_fill(hidden, float("-inf"))[:, None, None]
        attended = self._attend(query, shared_key, self._split(self.value(shared_norm)), body_key,
                                self._split(self.value(body_norm)), mask)
        return self._finish(body[rows, at][:, None], attended)[:, 0]

    def _split(self, x: Tensor) -> Tensor:
        rows, length, width = x.shape
        return x.view(rows, length, self.heads, width // self.heads).transpose(1, 2)

    def _attend(self, query: Tensor, shared_key: Tensor, shared_value: Tensor, key: Tensor, value: Tensor,
                mask: Tensor) -> Tensor:
        scale, prefix = key.shape[-1] ** -0.5, shared_key.shape[2]
        to_shared = torch.einsum("bhtd,hpd->bhtp", query, shared_key[0])
        to_body = query @ key.transpose(-1, -2)
        weight = F.softmax(torch.cat((to_shared * scale, to_body * scale + mask), -1), -1)
        return torch.einsum("bhtp,hpd->bhtd", weight[..., :prefix], shared_value[0]) + weight[..., prefix:] @ value

    def _finish(self, x: Tensor, attended: Tensor) -> Tensor:
        drop = self.dropout if self.training else 0.0
        x = x + F.dropout(self.attention_out(attended.transpose(1, 2).flatten(2)), drop)
        normed = self.feed_norm(x)
        return x + F.dropout(self.down(F.silu(self.gate(normed)) * self.up(normed)), drop)


class EmotionModel(nn.Module):
    def __init__(self, shape: Shape, dropout: float = 0.1, embedding_dropout: float = 0.2) -> None:
        super().__init__()
        self.shape, self.embedding_dropout = shape, embedding_dropout
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        # Dropout only in the last block: with two layers, more of it slows learning and gains nothing.
        self.blocks = nn.ModuleList(
            [Block(shape, dropout if index == shape.layers - 1 else 0.0) for index in range(shape.layers)])
        self.norm = Norm(shape.width)
        self.output = nn.Linear(shape.width, shape.outputs, bias=False)
        nn.init.normal_(self.embedding.weight, std=0.3)
        nn.init.normal_(self.output.weight, std=shape.width ** -0.5)
        frequency = ROPE_BASE ** (-torch.arange(0, shape.head_width, 2).float() / shape.head_width)
        angle = torch.arange(shape.context).float()[:, None] * frequency
        mask = torch.full((shape.context, shape.context), float("-inf")).triu(1)
        for name, value in (("turn", torch.polar(torch.ones_like(angle), angle)), ("mask", mask)):
            self.register_buffer(name, value, persistent=False)

    def forward(self, shared: Tensor, body: Tensor, at: Tensor) -> Tensor:
        """Logits [B, outputs] after token `at` of each body row [B, T] behind the prefix `shared` [P]."""
        return self.output(self.hidden(shared, body, at))

    def hidden(self, shared: Tensor, body: Tensor, at: Tensor) -> Tensor:
        """What the output layer reads, [B, width]."""
        drop = self.embedding_dropout if self.training else 0.0
        prefix = F.dropout(self.embedding(shared[None]), drop)
        rows = F.dropout(self.embedding(body), drop)
        for block in self.blocks[:-1]:
            prefix, rows = block(prefix, rows, self.turn, self.mask)
        return self.norm(self.blocks[-1].last(prefix, rows, self.turn, at))
