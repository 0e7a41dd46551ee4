"""The reader model: one MiniLM encoder, many heads over the first piece of each word."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from detente.read.predicates import WIDTH
from reader.corpora import NAMES, TAGS, UPOS, XPOS

HIDDEN, LAYERS, ATTENTION_HEADS, FEED_FORWARD = 384, 6, 12, 1536
N_SHAPES, N_QUOTES = 7, 5
BRANCH_LAYERS = 4  # upper layers that events and loaded words have for themselves
LINK_DIM, ARC_DIM, LABEL_DIM = 96, 192, 48
EVENT_TYPES = tuple(
    "AGREE CONSULT SUPPORT CONCEDE COOPERATE AID RETREAT REQUEST ACCUSE REJECT THREATEN PROTEST SANCTION MOBILIZE COERCE "
    "ASSAULT".split()
)
STATUSES = ("happened", "scheduled", "promised", "hypothetical", "denied", "demanded")
RELATIONS = tuple(
    "acl acl:relcl advcl advcl:relcl advmod amod appos aux aux:pass case cc cc:preconj ccomp compound compound:prt conj cop "
    "csubj csubj:pass csubj:outer dep det det:predet discourse dislocated expl fixed flat goeswith iobj list mark nmod "
    "nmod:desc nmod:poss nmod:unmarked nsubj nsubj:outer nsubj:pass nummod obj obl obl:agent obl:unmarked orphan parataxis "
    "punct reparandum root vocative xcomp".split()
)


INPUTS = ("ids", "shapes", "quotes", "mask")


class Layer(nn.Module):
    """One transformer layer, post-norm as in BERT. Attention is written out: the exported graph stays plain."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.out = nn.Linear(HIDDEN, HIDDEN)
        self.norm1 = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.up = nn.Linear(HIDDEN, FEED_FORWARD)
        self.down = nn.Linear(FEED_FORWARD, HIDDEN)
        self.norm2 = nn.LayerNorm(HIDDEN, eps=1e-12)

    def forward(self, x: Tensor, bias: Tensor | None = None, at: Tensor | None = None) -> Tensor:
        """bias: what attention adds to keep padding out. at: the rows that are wanted, repeated over HIDDEN; None for all."""
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        if at is not None:
            q, x = q.gather(1, at), x.gather(1, at)
        mixed = _attend(*(y.unflatten(-1, (ATTENTION_HEADS, -1)).transpose(1, 2) for y in (q, k, v)), bias)
        x = self.norm1(x + self.out(mixed.transpose(1, 2).flatten(2)))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


def _attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None) -> Tensor:
    """Mixed values, (batch, heads, rows, width)."""
    if not torch.onnx.is_in_onnx_export():
        return F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
    scores = q @ k.transpose(-1, -2) * (HIDDEN // ATTENTION_HEADS) ** -0.5
    return torch.softmax(scores if bias is None else scores + bias, dim=-1) @ v


class Encoder(nn.Module):
    """all-MiniLM-L6-v2 with two more input tables: word shape and quotation state. Word embeddings are frozen."""

    def __init__(self, dropout: float = 0.1) -> None:
        super().__init__()
        self.words = nn.Embedding(30522, HIDDEN)
        self.positions = nn.Embedding(512, HIDDEN)
        self.shapes = nn.Embedding(N_SHAPES, HIDDEN)
        self.quotes = nn.Embedding(N_QUOTES, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.dropout = nn.Dropout(dropout)
        self.words.weight.requires_grad_(False)

    def embed(self, ids: Tensor, shapes: Tensor, quotes: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Input of the first layer, and what attention adds to keep padding out."""
        positions = self.positions.weight[: ids.shape[1]]
        x = self.words(ids) + positions + self.shapes(shapes) + self.quotes(quotes)
        return self.dropout(self.norm(x)), (1.0 - mask[:, None, None, :].to(x.dtype)) * -1e4

    def forward(self, ids: Tensor, shapes: Tensor, quotes: Tensor, mask: Tensor) -> Tensor:
        x, bias = self.embed(ids, shapes, quotes, mask)
        for layer in self.layers:
            x = layer(x, bias)
        return x

    def load_minilm(self, folder: Path) -> None:
        """Weights of the published checkpoint; the idle token type 0 goes into the positions."""
        old = load_file(folder / "model.safetensors")
        e = "embeddings."
        with torch.no_grad():
            self.words.weight.copy_(old[e + "word_embeddings.weight"])
            self.positions.weight.copy_(old[e + "position_embeddings.weight"] + old[e + "token_type_embeddings.weight"][0])
            self.shapes.weight.normal_(0, 0.002)
            self.quotes.weight.normal_(0, 0.002)
            _copy(self.norm, old, e + "LayerNorm")
            for i, layer in enumerate(self.layers):
                p = f"encoder.layer.{i}."
                names = [p + f"attention.self.{x}" for x in ("query", "key", "value")]
                layer.qkv.weight.copy_(torch.cat([old[n + ".weight"] for n in names]))
                layer.qkv.bias.copy_(torch.cat([old[n + ".bias"] for n in names]))
                _copy(layer.out, old, p + "attention.output.dense")
                _copy(layer.norm1, old, p + "attention.output.LayerNorm")
                _copy(layer.up, old, p + "intermediate.dense")
                _copy(layer.down, old, p + "output.dense")
                _copy(layer.norm2, old, p + "output.LayerNorm")


def _copy(module: nn.Module, old: dict[str, Tensor], name: str) -> None:
    module.weight.copy_(old[name + ".weight"])  # type: ignore[union-attr, operator]
    module.bias.copy_(old[name + ".bias"])  # type: ignore[union-attr, operator]


class Crf(nn.Module):
    """Linear-chain CRF over tags; windows may start and end anywhere, so there are no start or end scores."""

    def __init__(self, n_tags: int) -> None:
        super().__init__()
        self.transitions = nn.Parameter(torch.zeros(n_tags, n_tags))  # from, to

    def loss(self, emissions: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """Negative log-likelihood per word. emissions (batch, words, tags); tags, mask (batch, words)."""
        safe = tags.clamp(min=0)
        gold = (emissions.gather(2, safe[..., None])[..., 0] * mask).sum()
        gold = gold + (self.transitions[safe[:, :-1], safe[:, 1:]] * mask[:, 1:]).sum()
        # Forward algorithm in probabilities, rescaled at each word: many times cheaper than logsumexp on a CPU.
        step_scores = (emissions - emissions.amax(2, keepdim=True)).exp()
        transitions = self.transitions.exp()
        alpha, sums = step_scores[:, 0], []
        for t in range(1, emissions.shape[1]):
            scale = alpha.sum(1, keepdim=True)
            sums.append(scale)
            alpha = (alpha / scale) @ transitions * step_scores[:, t]
        scales = torch.cat([*sums, alpha.sum(1, keepdim=True)], dim=1)
        total = (scales.log() * mask).sum() + (emissions.amax(2) * mask).sum()
        return (total - gold) / mask.sum()


class Biaffine(nn.Module):
    """score(i, j) = (W i + b) . V j, for pairs of words."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.left, self.right = nn.Linear(HIDDEN, dim), nn.Linear(HIDDEN, dim)
        self.mix = nn.Linear(dim, dim)
        self.bias = nn.Parameter(torch.zeros(()))
        self.scale = dim**-0.5

    def sides(self, left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
        return self.mix(F.relu(self.left(left))), F.relu(self.right(right))

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        a, b = self.sides(left, right)
        return a @ b.transpose(-1, -2) * self.scale + self.bias


class EventLayer(nn.Module):
    """One more transformer layer, over words: encoded words with what the lexicon of predicates says of them."""

    def __init__(self) -> None:
        super().__init__()
        self.lexicon = nn.Linear(WIDTH, HIDDEN, bias=False)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layer = Layer()
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Tensor, lexicon: Tensor, present: Tensor | None = None) -> Tensor:
        """present: which words are none of the padding; None for all."""
        bias = None if present is None else (1.0 - present[:, None, None, :].to(x.dtype)) * -1e4
        return self.dropout(self.layer(self.norm(x + self.lexicon(lexicon)), bias))


class Reader(nn.Module):
    """Encoder and heads. Every head reads words: (batch, words, HIDDEN)."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.dropout = nn.Dropout(0.1)
        self.tags, self.tags_crf = nn.Linear(HIDDEN, len(TAGS)), Crf(len(TAGS))
        self.inner, self.inner_crf = nn.Linear(HIDDEN, len(TAGS)), Crf(len(TAGS))
        self.source_link, self.content_link = Biaffine(LINK_DIM), Biaffine(LINK_DIM)
        self.upos, self.xpos = nn.Linear(HIDDEN, len(UPOS)), nn.Linear(HIDDEN, len(XPOS))
        self.names, self.starts = nn.Linear(HIDDEN, len(NAMES)), nn.Linear(HIDDEN, 1)
        self.arcs = Biaffine(ARC_DIM)
        self.label_dependent, self.label_head = nn.Linear(HIDDEN, LABEL_DIM), nn.Linear(HIDDEN, LABEL_DIM)
        self.branch = nn.ModuleList(Layer() for _ in range(BRANCH_LAYERS))
        self.event_layer = EventLayer()
        self.triggers = nn.Linear(HIDDEN, len(EVENT_TYPES) + 1)  # the last is "no trigger"
        self.status = nn.Linear(HIDDEN, len(STATUSES))
        self.actor_link, self.recipient_link = Biaffine(LINK_DIM), Biaffine(LINK_DIM)  # trigger, last word of a mention
        self.loaded, self.loaded_sentence = nn.Linear(HIDDEN, 1), nn.Linear(HIDDEN, 1)
        self.labels = nn.Parameter(torch.randn(LABEL_DIM + 1, len(RELATIONS), LABEL_DIM + 1) * 0.05)

    def words(self, batch: dict[str, Tensor]) -> Tensor:
        """Encoded first pieces (batch, words, HIDDEN)."""
        return self._first_pieces(self.encoder(*(batch[k] for k in INPUTS)), batch)

    def event_words(self, batch: dict[str, Tensor]) -> Tensor:
        """The same through the layers of events: the lower layers of the encoder, as they are, and the branch."""
        with torch.no_grad():
            x, bias = self.encoder.embed(*(batch[k] for k in INPUTS))
            for layer in self.encoder.layers[: LAYERS - BRANCH_LAYERS]:
                x = layer(x, bias)
        for layer in self.branch:
            x = layer(x, bias)
        return self._first_pieces(x, batch)

    def _first_pieces(self, pieces: Tensor, batch: dict[str, Tensor]) -> Tensor:
        index = batch["first"][..., None].expand(-1, -1, HIDDEN)
        return self.dropout(pieces.gather(1, index))

    def fork(self) -> None:
        """Start the branch from the upper layers of the encoder."""
        self.branch.load_state_dict(self.encoder.layers[LAYERS - BRANCH_LAYERS :].state_dict())

    def label_scores(self, dependents: Tensor, heads: Tensor) -> Tensor:
        """Relation scores of word pairs: (n, HIDDEN), (n, HIDDEN) to (n, relations)."""
        d, h = _with_one(F.relu(self.label_dependent(dependents))), _with_one(F.relu(self.label_head(heads)))
        return torch.einsum("nd,drh,nh->nr", d, self.labels, h)


def _with_one(x: Tensor) -> Tensor:
    return torch.cat([x, torch.ones_like(x[..., :1])], dim=-1)
