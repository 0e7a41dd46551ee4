"""The yardstick, in the benchmark's own environment: `spacy_run.py FILE CORES`, prints JSON.

A blank English pipeline with the shared layer, tagger and parser of the size of en_core_web_sm, randomly initialised: it
parses as fast as the real one and nothing has to be fetched. It does less than the reader: no attribution, names, events.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
import sys
import time
from pathlib import Path
from typing import Any

WIDTH, DEPTH = 96, 4
ROWS = [5000, 1000, 2500, 2500, 50, 50]
FEATURES = ["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE"]
RELATIONS = (
    "ROOT acl acomp advcl advmod agent amod appos attr aux auxpass case cc ccomp compound conj csubj dative dep det dobj"
    " expl intj mark meta neg nmod npadvmod nsubj nsubjpass nummod oprd parataxis pcomp pobj poss preconj predet prep prt"
    " punct quantmod relcl xcomp"
).split()
TAGS = (
    "CC CD DT EX FW IN JJ JJR JJS LS MD NN NNP NNPS NNS PDT POS PRP PRP$ RB RBR RBS RP SYM TO UH VB VBD VBG VBN VBP VBZ WDT"
    " WP WP$ WRB . , : HYPH"
).split()


def pipeline() -> Any:
    """The random pipeline; spaCy is imported here, since it is not installed where this is checked."""
    import spacy
    from spacy.training import Example

    nlp = spacy.blank("en")
    embed = {"@architectures": "spacy.MultiHashEmbed.v2", "width": WIDTH, "attrs": FEATURES, "rows": ROWS}
    embed["include_static_vectors"] = False
    encode = {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": WIDTH, "depth": DEPTH}
    encode |= {"window_size": 1, "maxout_pieces": 3}
    nlp.add_pipe("tok2vec", config={"model": {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode}})
    shared = {"@architectures": "spacy.Tok2VecListener.v1", "width": WIDTH}
    nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": shared}})
    parser = {"@architectures": "spacy.TransitionBasedParser.v2", "state_type": "parser", "extra_state_tokens": False}
    parser |= {"hidden_width": 64, "maxout_pieces": 2, "use_upper": True, "tok2vec": shared}
    nlp.add_pipe("parser", config={"model": parser, "min_action_freq": 1})
    nlp.initialize(lambda: [Example(nlp.make_doc(doc.text), doc) for doc in _labelled(nlp.vocab)])
    return nlp


def _labelled(vocabulary: Any) -> list[Any]:
    """Made-up sentences with every label, from which the pipeline takes its classes."""
    from spacy.tokens import Doc

    chance, n = random.Random(0), 12
    heads = [max(0, k - 1) for k in range(n)]
    words = "the talks failed in Sarn on Monday".split()
    docs = []
    for _ in range(300):
        relations = ["ROOT", *chance.choices(RELATIONS[1:], k=n - 1)]
        forms, tags = chance.choices(words, k=n), chance.choices(TAGS, k=n)
        docs.append(Doc(vocabulary, words=forms, tags=tags, heads=heads, deps=relations))
    return docs


def main(file: str, cores: int) -> None:
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:cores]))
    nlp = pipeline()
    list(nlp.pipe(["The talks failed."] * 4))
    start = time.perf_counter()
    data = Path(file).read_bytes()
    lines = (gzip.decompress(data) if file.endswith(".gz") else data).decode("utf-8").split("\n")
    texts = [json.loads(line)["text"] for line in lines if line.strip()]
    found = sum(1 for doc in nlp.pipe(texts, n_process=cores) for _ in doc.sents)
    seconds = time.perf_counter() - start
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    words = sum(len(text.split()) for text in texts)
    print(json.dumps({"words": words, "seconds": seconds, "peak_mib": peak, "found": found}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
