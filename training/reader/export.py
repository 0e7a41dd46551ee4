"""Write the fitted reader as the package carries it: `python -m reader.export --weights FILE --out ../detente/model`.

The graph takes word pieces and gives one row of numbers per word (`FIELDS` names its columns);
decoding (CRF, trees, links) is numpy's, with the small matrices in `decoding.npz`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn
from torch.nn import functional as F

from detente.read.predicates import WIDTH
from reader.corpora import NAMES, TAGS, UPOS, XPOS
from reader.fit import EVENT_PARTS, minilm_folder
from reader.model import (
    ARC_DIM,
    BRANCH_LAYERS,
    EVENT_TYPES,
    HIDDEN,
    LABEL_DIM,
    LAYERS,
    LINK_DIM,
    RELATIONS,
    STATUSES,
    Biaffine,
    Reader,
)  # fmt: skip

LOADED = ("loaded", "loaded_sentence")
LINKS = ("source_link", "content_link")
PARTY_LINKS = ("actor_link", "recipient_link")
SCORES = {
    "tags": len(TAGS), "inner": len(TAGS), "upos": len(UPOS), "xpos": len(XPOS), "names": len(NAMES), "starts": 1,
    "triggers": len(EVENT_TYPES) + 1, "status": len(STATUSES), "loaded": 1, "loaded_sentence": 1,
}  # fmt: skip
FACTORS = {
    "label_dependent": LABEL_DIM, "label_head": LABEL_DIM, "arcs.left": ARC_DIM, "arcs.right": ARC_DIM,
    **{f"{name}.{side}": LINK_DIM for name in LINKS for side in ("left", "right")},
}  # fmt: skip
EVENT_FACTORS = {f"{name}.{side}": LINK_DIM for name in PARTY_LINKS for side in ("left", "right")}


def fields() -> dict[str, tuple[int, int]]:
    """Columns of the graph's output by name, half-open."""
    out, at = {}, 0
    widths = SCORES | FACTORS | EVENT_FACTORS
    for group in groups().values():
        for name in group:
            out[name] = (at, at + widths[name])
            at += widths[name]
    return out


def groups() -> dict[str, list[str]]:
    """Heads whose matrices stand side by side, in the order of their columns."""
    events = [n for n in SCORES if n in EVENT_PARTS and n not in LOADED]
    return {
        "scores": [n for n in SCORES if n not in EVENT_PARTS],
        "factors": list(FACTORS),
        "event_scores": events,
        "loaded_scores": list(LOADED),
        "event_factors": list(EVENT_FACTORS),
    }


class Graph(nn.Module):
    """The reader as one function of word pieces: all heads are two matrices side by side (scores; factors behind a ReLU).

    The word embeddings become int8 with one scale per word, which keeps rare words exact enough. It reads one window at a
    time, so that nothing is padded and attention needs no mask.
    """

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader
        table = reader.encoder.words.weight.detach()
        scale = table.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("table", (table / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)
        for name, heads in groups().items():
            setattr(self, name, _side_by_side([_linear(reader, n) for n in heads]))

    def forward(self, ids: Tensor, shapes: Tensor, quotes: Tensor, first: Tensor, lexicon: Tensor) -> Tensor:
        encoder = self.reader.encoder
        words = self.table[ids].to(torch.float32) * self.scale[ids]
        positions = encoder.positions.weight[: ids.shape[1]]
        x = encoder.norm(words + positions + encoder.shapes(shapes) + encoder.quotes(quotes))
        shared = LAYERS - BRANCH_LAYERS
        for layer in encoder.layers[:shared]:
            x = layer(x)
        at = first[..., None].expand(-1, -1, HIDDEN)
        x, branch = _words(encoder.layers[shared:], x, at), _words(self.reader.branch, x, at)
        events = self.reader.event_layer(branch, lexicon)
        general = [self.scores(x), F.relu(self.factors(x))]
        own = [self.event_scores(events), self.loaded_scores(branch), F.relu(self.event_factors(events))]
        return torch.cat([*general, *own], dim=-1)


def _words(layers: Iterable[nn.Module], x: Tensor, at: Tensor) -> Tensor:
    """The first pieces of words behind the layers; the last layer works on nothing else."""
    *lower, last = layers
    for layer in lower:
        x = layer(x)
    return last(x, at=at)


def _linear(reader: Reader, name: str) -> nn.Linear:
    """The matrix behind one group of columns: a head, or one side of a link."""
    head = getattr(reader, name.split(".")[0])
    return getattr(head, name.split(".")[1]) if isinstance(head, Biaffine) else head


def _side_by_side(layers: list[nn.Linear]) -> nn.Linear:
    joined = nn.Linear(HIDDEN, sum(x.out_features for x in layers))
    with torch.no_grad():
        joined.weight.copy_(torch.cat([x.weight for x in layers]))
        joined.bias.copy_(torch.cat([x.bias for x in layers]))
    return joined


def matrices(reader: Reader) -> dict[str, np.ndarray]:
    """What decoding needs beside the graph: CRF transitions, mixing matrices of the links, label tensor."""
    out = {"tags.transitions": reader.tags_crf.transitions, "inner.transitions": reader.inner_crf.transitions}
    for name in ("arcs", *LINKS, *PARTY_LINKS):
        head: Biaffine = getattr(reader, name)
        out[f"{name}.weight"] = head.mix.weight * head.scale
        out[f"{name}.bias"] = head.mix.bias * head.scale
        out[f"{name}.offset"] = head.bias
    out["labels"] = reader.labels
    return {k: v.detach().numpy().astype(np.float32) for k, v in out.items()}


def load(weights: Path) -> Reader:
    """The reader with fitted weights, ready to be read from."""
    reader = Reader()
    reader.encoder.load_minilm(minilm_folder())
    reader.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True), strict=False)
    return reader.eval()


def write_graph(graph: Graph, path: Path) -> None:
    """Float graph of one window of any length."""
    names = ["ids", "shapes", "quotes", "first", "lexicon"]
    words = [torch.ones(1, 5, dtype=torch.int64), torch.zeros(1, 5, WIDTH)]
    example = [*(torch.ones(1, 9, dtype=torch.int64) for _ in names[:3]), *words]
    axes = {n: {1: "words" if n in ("first", "lexicon") else "pieces"} for n in names} | {"fields": {1: "words"}}
    torch.onnx.export(
        graph, tuple(example), str(path), input_names=names, output_names=["fields"], dynamic_axes=axes,
        opset_version=17, dynamo=False,
    )  # fmt: skip


def quantize(source: Path, target: Path) -> None:
    """int8 per channel. Seven bits for weights: processors without VNNI saturate sums of eight-bit products."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(
            str(prepared), str(target), per_channel=True, reduce_range=True, weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm"], extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )  # fmt: skip


def description() -> dict[str, object]:
    """What the columns and classes mean, for the package."""
    return {
        "fields": fields(), "tags": TAGS, "upos": UPOS, "xpos": XPOS, "names": NAMES, "relations": RELATIONS,
        "event_types": EVENT_TYPES, "statuses": STATUSES,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--float", action="store_true", help="write the float graph too, to compare")
    args = parser.parse_args()
    reader = load(args.weights)
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        whole = Path(folder) / "reader.onnx"
        write_graph(Graph(reader).eval(), whole)
        quantize(whole, args.out / "reader.onnx")
        if args.float:
            shutil.copy(whole, args.out / "reader.float.onnx")
    np.savez_compressed(args.out / "decoding.npz", **matrices(reader))
    (args.out / "reader.json").write_text(json.dumps(description(), indent=1) + "\n", encoding="utf-8")
    shutil.copy(minilm_folder() / "tokenizer.json", args.out / "tokenizer.json")
    for file in sorted(args.out.iterdir()):
        print(f"{file.name:24} {file.stat().st_size / 1e6:8.2f} MB")


if __name__ == "__main__":
    main()
