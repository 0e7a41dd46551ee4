"""One loss per head; each is per word, so that layers of different corpora weigh alike."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from reader.batches import Example, Window, link_tensors, party_tensors
from reader.corpora import UNKNOWN
from reader.model import STATUSES, Reader

Items = list[tuple[Example, Window]]
Batch = dict[str, Tensor]


def attribution_loss(model: Reader, x: Tensor, batch: Batch, items: Items) -> dict[str, Tensor]:
    """Tags of the outer layer and, where annotated, of the inner one; and the words each cue takes as source and content."""
    losses = {}
    for layer, head, crf in (("tags", model.tags, model.tags_crf), ("inner", model.inner, model.inner_crf)):
        if layer not in batch:
            continue
        known = batch["present"] * (batch[layer] != UNKNOWN)
        rows = known.sum(1) > 0
        if rows.any():
            losses[layer] = crf.loss(head(x)[rows], batch[layer][rows], known[rows])
    links = link_tensors(items, x.shape[1])
    if links is not None:
        cues, words = x[links["row"], links["cue"]][:, None], x[links["row"]]
        present = batch["present"][links["row"]]
        for role, head in (("source", model.source_link), ("content", model.content_link)):
            scores = head(cues, words)[:, 0]
            each = F.binary_cross_entropy_with_logits(scores, links[role], reduction="none") * present
            losses["link_" + role] = each.sum() / present.sum() * 3
    return losses


def word_loss(scores: Tensor, gold: Tensor) -> Tensor:
    """Cross-entropy over labelled words; zero where a batch has none."""
    known = gold != UNKNOWN
    if not known.any():
        return scores.sum() * 0
    return F.cross_entropy(scores[known], gold[known])


def syntax_loss(model: Reader, x: Tensor, batch: Batch) -> dict[str, Tensor]:
    """Parts of speech, arcs (a root is its own head) and relations at the gold heads."""
    losses = {"upos": word_loss(model.upos(x), batch["upos"]), "xpos": word_loss(model.xpos(x), batch["xpos"])}
    scores = model.arcs(x, x).masked_fill(batch["present"][:, None] == 0, -1e4)
    losses["arcs"] = word_loss(scores, batch["heads"])
    known = (batch["heads"] != UNKNOWN) & (batch["relations"] != UNKNOWN)
    row, dependent = known.nonzero(as_tuple=True)
    head = batch["heads"][row, dependent]
    losses["labels"] = F.cross_entropy(model.label_scores(x[row, dependent], x[row, head]), batch["relations"][row, dependent])
    return losses


def surface_loss(model: Reader, x: Tensor, batch: Batch) -> dict[str, Tensor]:
    """Sentence starts and names, where a corpus has them."""
    losses = {}
    if "starts" in batch:
        known = batch["starts"] != UNKNOWN
        scores = model.starts(x)[..., 0]
        losses["starts"] = F.binary_cross_entropy_with_logits(scores[known], batch["starts"][known].float())
    if "names" in batch:
        losses["names"] = 0.5 * word_loss(model.names(x), batch["names"])
    return losses


def event_loss(model: Reader, x: Tensor, batch: Batch, items: Items) -> dict[str, Tensor]:
    """Triggers with their type and status, and who among those named takes part."""
    losses = {}
    x = model.event_layer(x, batch["lexicon"], batch["present"])
    if "triggers" in batch:
        scores = model.triggers(x)
        losses["triggers"] = _trigger_loss(scores, batch["triggers"]) * 3
        losses["status"] = word_loss(model.status(x), batch["status"]) * 0.8
        parties = party_tensors(items)
        if parties is not None:
            losses["parties"] = _party_loss(model, x, parties)
    if "pair_type" in batch:
        losses["pair_type"] = _somewhere(model.triggers(x), batch["pair_type"], batch["present"])
    if "factual" in batch:
        losses["factual"] = _factual(model.status(x), batch["factual"])
    return losses


def _party_loss(model: Reader, x: Tensor, parties: Batch) -> Tensor:
    """Each code named may be actor and recipient; its mentions count together (log-sum-exp of their log-odds)."""
    triggers, mentions = x[parties["row"], parties["trigger"]], x[parties["row"], parties["word"]]
    scores = []
    for head in (model.actor_link, model.recipient_link):
        left, right = head.sides(triggers, mentions)
        scores.append((left * right).sum(-1) * head.scale + head.bias)
    odds = torch.stack(scores, -1).float().clamp(-15, 15)
    pooled = torch.zeros(parties["gold"].shape).index_add(0, parties["code"], odds.exp()).log()
    return F.binary_cross_entropy_with_logits(pooled, parties["gold"]) * 2


def _trigger_loss(scores: Tensor, gold: Tensor) -> Tensor:
    """Cross-entropy in which a word without an event weighs half: there are twenty of them for each trigger."""
    known = gold != UNKNOWN
    weight = torch.ones(scores.shape[-1], device=scores.device)
    weight[-1] = 0.5
    return F.cross_entropy(scores[known], gold[known], weight=weight) if known.any() else scores.sum() * 0


def _somewhere(scores: Tensor, kind: Tensor, present: Tensor) -> Tensor:
    """A sentence known to hold one type of event, nobody knows where: some word should carry it (noisy or)."""
    wanted = kind.amax(1)
    known = wanted >= 0
    p = scores.softmax(-1).gather(2, wanted.clamp(min=0)[:, None, None].expand(-1, scores.shape[1], 1))[..., 0]
    none = torch.log1p(-(p * present).clamp(max=1 - 1e-4)).sum(1)
    likelihood = torch.log1p(-none.exp().clamp(max=1 - 1e-4))
    return -0.3 * likelihood[known].mean() if known.any() else scores.sum() * 0


def _factual(status: Tensor, gold: Tensor) -> Tensor:
    """UDS says only whether a predicate's event happened (1) or not (0): not means any other status."""
    log_p = status.log_softmax(-1)
    yes, no = log_p[..., STATUSES.index("happened")], torch.logsumexp(log_p[..., 1:], -1)
    losses = [-side[gold == value].sum() for side, value in ((yes, 1), (no, 0))]
    return 0.3 * sum(losses) / (gold != UNKNOWN).sum().clamp(min=1)


def loaded_loss(model: Reader, x: Tensor, batch: Batch) -> dict[str, Tensor]:
    """Loaded words, and whether the sentence has any (log-sum-exp over its words)."""
    known = batch["loaded"] != UNKNOWN
    words = F.binary_cross_entropy_with_logits(model.loaded(x)[..., 0][known], batch["loaded"][known].float())
    pooled = _pool(model.loaded_sentence(x)[..., 0], batch["present"])
    biased = batch["biased"].amax(1)
    sentences = F.binary_cross_entropy_with_logits(pooled, biased.float())
    return {"loaded": words, "biased": 0.5 * sentences}


def _pool(scores: Tensor, present: Tensor) -> Tensor:
    """Log-mean-exp of word scores of each sentence."""
    masked = scores.masked_fill(present == 0, -1e4)
    return torch.logsumexp(masked, 1) - present.sum(1).log()


def all_losses(model: Reader, batch: Batch, items: Items, part: str = "all") -> dict[str, Tensor]:
    """Every loss the labels of this batch allow, of one part (see `fit.freeze_other_parts`) or of all."""
    losses: dict[str, Tensor] = {}
    if part != "events":
        x = model.words(batch)
        losses |= surface_loss(model, x, batch)
        if "tags" in batch or "inner" in batch:
            losses |= attribution_loss(model, x, batch, items)
        if "heads" in batch:
            losses |= syntax_loss(model, x, batch)
    if part in ("events", "all"):
        if "triggers" in batch or "pair_type" in batch or "factual" in batch:
            losses |= event_loss(model, model.event_words(batch), batch, items)
        if "loaded" in batch:
            losses |= loaded_loss(model, model.event_words(batch), batch)
    return losses
