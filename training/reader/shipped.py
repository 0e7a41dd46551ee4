"""The weights of a shipped model as a state of `Reader`, so that parts can be fitted again without a whole run.

Matrices come back from seven bits per channel: near enough to start from.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from reader.model import ARC_DIM, LINK_DIM

GROUPS = ("scores", "factors", "event_scores", "loaded_scores", "event_factors")  # heads side by side, in their columns' order
LINKS = ("arcs", "source_link", "content_link", "actor_link", "recipient_link")


def shipped_weights(folder: Path) -> dict[str, Tensor]:
    """State by name: encoder, heads and decoding matrices; what the graph lacks is left out."""
    graph = onnx.load(folder / "reader.onnx").graph
    values = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    state = {k.removeprefix("reader."): v for k, v in values.items() if k.startswith("reader.")}
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            place = node.name.removesuffix("/MatMul_quant").strip("/").replace("/", ".")
            name = f"encoder.{place}" if place.startswith("layers.") else place
            state[f"{name}.weight"] = _matrix(node.input[1], values).T
    _split_heads(json.loads((folder / "reader.json").read_text(encoding="utf-8"))["fields"], values, state)
    with np.load(folder / "decoding.npz") as stored:
        state |= _decoding({k: stored[k] for k in stored.files})
    return {k: torch.from_numpy(np.array(v, dtype=np.float32)) for k, v in state.items()}


def _matrix(quantized: str, values: dict[str, np.ndarray]) -> np.ndarray:
    """A quantized matrix as numbers, (in, out)."""
    base = quantized.removesuffix("_quantized")
    zero = values[f"{base}_zero_point"].astype(np.float32)
    return (values[quantized].astype(np.float32) - zero) * values[f"{base}_scale"]


def _split_heads(fields: dict[str, list[int]], values: dict[str, np.ndarray], state: dict[str, np.ndarray]) -> None:
    """Cut matrices of heads side by side into those of each head."""
    names = sorted(fields, key=lambda name: fields[name][0])
    for group in (g for g in GROUPS if f"{g}.weight" in state):
        weight, bias, at = state.pop(f"{group}.weight"), values[f"{group}.bias"], 0
        while at < len(weight):
            name = names.pop(0)
            width = fields[name][1] - fields[name][0]
            state[f"{name}.weight"], state[f"{name}.bias"] = weight[at : at + width], bias[at : at + width]
            at += width


def _decoding(matrices: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Transitions, mixing matrices of links, relation tensor."""
    out = {f"{name}_crf.transitions": matrices[f"{name}.transitions"] for name in ("tags", "inner")}
    for name in LINKS:
        scale = (ARC_DIM if name == "arcs" else LINK_DIM) ** -0.5
        out[f"{name}.mix.weight"], out[f"{name}.mix.bias"] = (
            matrices[f"{name}.weight"] / scale,
            matrices[f"{name}.bias"] / scale,
        )
        out[f"{name}.bias"] = matrices[f"{name}.offset"]
    out["labels"] = matrices["labels"]
    return out
