"""Who speaks: the source of each statement resolved within its article to one speaker.

A name stands for itself; a surname, an office or a pronoun for whom the article has introduced; a
capital for its state. Whoever stays without a name is reported as unnamed, in the text's own words.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from detente.read.actors import Mention
from detente.read.attribution import Attributed
from detente.read.cast import Cast, Gender, Person, body_words, has_role, mentions_by_word, role_at, role_codes, role_words
from detente.read.syntax import Syntax
from detente.read.transcript import ANSWER, QUESTION
from detente.read.words import QuoteState, Shape
from detente.types import Addressee, Speaker, SpeakerKind

HE, SHE = {"he", "him", "his", "himself"}, {"she", "her", "hers", "herself"}
IT, THEY = {"it", "its", "itself"}, {"they", "them", "their", "themselves", "both"}
FIRST = {"i", "we", "me", "us", "my", "our"}
RELATIVE = {"who", "which", "that", "whom"}
_SAME_THING = {"flat", "appos", "compound", "nmod:desc", "list", "dep", "goeswith", "conj"}
_UNNAMED = {
    "official", "officials", "source", "sources", "diplomat", "diplomats", "spokesman", "spokeswoman", "spokesperson", "aide",
    "aides", "insider", "insiders", "adviser", "advisers", "advisor", "advisors", "person", "people", "one", "ones", "others",
    "another", "somebody", "someone", "anyone", "some", "many", "several", "few", "everyone", "nobody", "envoy", "officer",
    "witness", "witnesses", "analyst", "analysts", "expert", "experts", "observers", "observer", "reporter", "reporters",
    "correspondent", "man", "woman", "resident", "residents", "negotiator", "negotiators", "delegate", "delegates",
}  # fmt: skip
_ANY_OFFICE = {"head", "diplomat", "leader", "chief", "politician", "statesman", "strongman", "ruler", "envoy"}
_TOLD = set(
    "tell told tells telling inform informed assure assured warn warned remind reminded urge urged urges ask asked asks "
    "promise promised advise advised notify notified".split()
)
RUNS_ON = 8  # paragraphs over which speech without a source goes on
_SPOKEN_TO = {"said", "say", "says", "saying", "speaking", "spoke", "explained", "told", "addressing", "wrote"}


@dataclass(slots=True)
class Resolver:
    """Resolves the sources of one article in the order of the text; remembers who spoke last."""

    syntax: Syntax
    cast: Cast
    by_word: dict[int, Mention]
    last: Speaker | None = None
    last_person: Speaker | None = None
    last_at: int = -1
    last_quoted: bool = False  # whether the words of the last statement were a quotation

    @classmethod
    def of(cls, syntax: Syntax, cast: Cast, mentions: Sequence[Mention]) -> Resolver:
        return cls(syntax, cast, mentions_by_word(syntax.words, mentions))

    def resolve_all(self, statements: Sequence[Attributed]) -> list[Speaker | None]:
        """A speaker for each statement, None where neither the source nor the context names one."""
        speakers: list[Speaker | None] = [None] * len(statements)
        order = sorted(range(len(statements)), key=lambda k: (statements[k].draft.inner, statements[k].draft.start))
        for k in order:
            outer = statements[k].within
            speakers[k] = self.resolve(statements[k], speakers[outer] if outer is not None else None)
            if speakers[k] is not None and statements[k].within is None:
                self._remember(speakers[k], statements[k])
        return speakers

    def _remember(self, speaker: Speaker | None, statement: Attributed) -> None:
        self.last, self.last_at, self.last_quoted = speaker, statement.draft.start, statement.quoted
        if speaker is not None and (speaker.kind == "person" or (speaker.kind == "unnamed" and _is_one(speaker.name))):
            self.last_person = speaker

    def resolve(self, statement: Attributed, outer: Speaker | None) -> Speaker | None:
        """The speaker of one statement; `outer` is that of the statement which reports it."""
        draft = statement.draft
        if draft.verbatim:
            labelled = self._labelled(draft.source)
            if labelled is not None:
                return labelled
        if draft.source:
            return self.of_words(draft.source, outer)
        if draft.cue and not draft.source and self._is_asked(draft.cue[0]):
            return None
        if draft.cue:
            subject = self._subject(draft.cue[0])
            if subject is not None and subject not in draft.content:
                found = self.of_words(tuple(i for i in self.syntax.subtree(subject) if i not in draft.content), outer)
                if found is not None:
                    return found
        return self._running_on(statement)

    def _labelled(self, label: Sequence[int]) -> Speaker | None:
        """The speaker of a turn: "Q" is whoever asks, "A" the first person the article presents with a role, a name itself."""
        words = [self.syntax.words[i].text.lower() for i in label]
        if words[0] in QUESTION:
            return Speaker("interviewer", "unnamed")
        if words[0] in ANSWER:
            before = [p for p in self.cast.persons if p.role and p.mentions[0][0] < label[0]]
            return speaker_of(before[0]) if before else None
        known = next((p for p in self.cast.persons if p.surname.lower() == words[-1] and (p.role or " " in p.name)), None)
        return speaker_of(known) if known is not None else None

    def referent(self, pronoun: int) -> Speaker | None:
        """Whom a pronoun outside a source means, as far as the article tells."""
        word = self.syntax.words[pronoun].text.lower()
        if word in RELATIVE:
            return self._antecedent(pronoun)
        people = self.cast.before(pronoun, "f" if word in SHE else "m") if word in HE | SHE else []
        if people:
            return speaker_of(people[0][1])
        return self._body(pronoun, word, spoken=False) if word in IT | THEY else None

    def _subject(self, cue: int) -> int | None:
        """The subject of a cue without a source ("..., adding:"): that of the verb above it, within the sentence."""
        for word in (cue, *self.syntax.ancestors(cue)):
            subjects = self.syntax.dependents(word, "nsubj")
            if subjects:
                return subjects[0]
            if self.syntax.relations[word].split(":")[0] not in ("advcl", "xcomp", "conj", "parataxis", "acl", "dep"):
                return None
        return None

    def _is_asked(self, cue: int) -> bool:
        """ "Asked whether ..., Torvek said": who asks is not told, and is not Torvek."""
        opens = cue == self.syntax.sentences[self.syntax.sentence_of[cue]][0] and self.syntax.words[cue].text == "Asked"
        return opens or (self.syntax.xpos[cue] == "VBN" and not self.syntax.dependents(cue, "aux", "nsubj"))

    def _running_on(self, statement: Attributed) -> Speaker | None:
        """Speech without a source goes on from the statement before, unless another person was named in between."""
        start = statement.draft.start
        words = self.syntax.words
        if statement.quoted and not statement.draft.cue and not self.last_quoted:
            named = self._leading_up(statement.draft.content)
            if named is not None:
                return named
        if self.last is None or not (statement.quoted or statement.draft.cue):
            return None
        gap = words[start].paragraph - words[self.last_at].paragraph if self.last_at >= 0 else 99
        return self.last if gap <= (RUNS_ON if self._opens_sentence(statement) else 1) else None

    def _opens_sentence(self, statement: Attributed) -> bool:
        """Whether the speech begins a sentence; a fragment in one of the author's belongs to speech beside it or to nobody."""
        first = next((i for i in statement.draft.content if self.syntax.words[i].text[0].isalnum()), statement.draft.start)
        start, _ = self.syntax.sentences[self.syntax.sentence_of[first]]
        return not any(self.syntax.words[i].text[0].isalnum() for i in range(start, first))

    def _leading_up(self, content: Sequence[int]) -> Speaker | None:
        """ "Arvania “has heard enough”": the state or person right before a quotation that goes on with a verb is quoted."""
        words = self.syntax.words
        mark = next((i for i in content if words[i].quote == QuoteState.OPENING), None)
        if not mark or mark + 1 not in content:
            return None
        before = mark - 1
        says = self.syntax.upos[mark + 1] in ("VERB", "AUX") or self.syntax.relations[before].startswith("nsubj")
        named = before in self.by_word or before in self.cast.at
        inside = words[before].paragraph == words[mark].paragraph
        return self.of_words((before,), None) if says and named and inside else None

    def of_words(self, source: Sequence[int], outer: Speaker | None) -> Speaker | None:
        """The speaker that the words of a source name."""
        head = self.head(source)
        pronoun = self.syntax.words[head].text.lower()
        if self.syntax.upos[head] in ("PRON", "DET") or pronoun in HE | SHE | IT | THEY:
            found = self._of_pronoun(pronoun, head, outer)
            if found is not None or len(source) == 1:
                return found
        person = self._person_in(source, head)
        if person is not None:
            return speaker_of(person)
        return self._of_mention(source, head) or self._of_role(source, head) or self._plain(source)

    def head(self, source: Sequence[int]) -> int:
        """The word of the source on which the others hang."""
        inside = set(source)
        tops = [i for i in source if self.syntax.heads[i] not in inside or self.syntax.heads[i] == i]
        nominal = [i for i in tops if self.syntax.upos[i] in ("NOUN", "PROPN", "PRON", "ADJ", "NUM", "DET")]
        return self._owned((nominal or tops or list(source))[0], source)

    def _owned(self, head: int, source: Sequence[int]) -> int:
        """ "Arvania's envoy": the envoy, whatever the tree says."""
        after = [i for i in source if i > head]
        if len(after) > 1 and after[0] == head + 1 and self.syntax.words[after[0]].text in {"'s", "’s", "'", "’"}:
            nouns = [i for i in after if self.syntax.upos[i] in ("NOUN", "PROPN")]
            direct = [i for k, i in enumerate(nouns) if k == 0 or i == nouns[k - 1] + 1]
            return direct[-1] if direct else head
        return head

    def _person_in(self, source: Sequence[int], head: int) -> Person | None:
        """The person whom the source names, not one whom it mentions ("a spokesman for Torvek", "Torvek's office")."""
        inside = set(source)
        named = [i for i in source if i in self.cast.at]
        if not named:
            return None
        opening = self._opening_name(source)
        if opening is not None:
            return opening
        if self._names_a_thing(named[-1], source):
            return None
        if head in named:
            return None if self._owns(head, source) else self.cast.at[head]
        for i in reversed(named):  # "spokesman of the Torvek government Olan Dray": the name that ends the title is meant
            between = {self.syntax.words[k].text.lower() for k in source if head < k < i}
            apart = self._owns(i, source) or bool(between & {"for", "of", "to", "with"})
            if apart and not self._set_off(i, head):
                continue
            if i > head and (self._same_thing(i, head, inside) or self._set_off(i, head) or self._titled(i, head)):
                return self.cast.at[i]
        return None

    def _opening_name(self, source: Sequence[int]) -> Person | None:
        """ "Ilan Torvek, spokesman for the ministry": a name first and a comma behind it, whatever the tree says."""
        person = self.cast.at.get(source[0])
        last = next((b for a, b in person.mentions if a <= source[0] <= b), -1) if person is not None else -1
        return person if last + 1 in source and self.syntax.words[last + 1].text == "," else None

    def _names_a_thing(self, last: int, source: Sequence[int]) -> bool:
        """ "the Torvek foundation": a common noun right behind the name is what is named."""
        return last + 1 in source and self.syntax.upos[last + 1] == "NOUN" and self.syntax.words[last + 1].shape == Shape.LOWER

    def _held_by_preposition(self, word: int) -> bool:
        return any(self.syntax.relations[c] == "case" and self.syntax.upos[c] == "ADP" for c in self.syntax.children[word])

    def _set_off(self, word: int, head: int) -> bool:
        """ "the chief executive, Ilan Torvek": a name right behind a comma that follows a role."""
        first = self._first_of(word)
        return first > head and self.syntax.words[first - 1].text == "," and has_role(self.syntax, max(0, head - 2), head + 1)

    def _first_of(self, word: int) -> int:
        """The first word of the name in which a word stands."""
        return next((a for a, b in self.cast.at[word].mentions if a <= word <= b), word)

    def _titled(self, word: int, head: int) -> bool:
        """ "foreign affairs analyst Ilan Torvek": a name right behind a role, whatever the tree says."""
        first = self._first_of(word)
        title = all(self.syntax.upos[i] in ("NOUN", "PROPN", "ADJ") for i in range(head, first))
        return title and has_role(self.syntax, head, first)

    def _same_thing(self, word: int, head: int, inside: set[int]) -> bool:
        """Whether the words between a name and the head of the source only put names and titles side by side."""
        while word != head:
            up = self.syntax.heads[word]
            relation = self.syntax.relations[word]
            if up == word or up not in inside or not (relation in _SAME_THING or relation.split(":")[0] in _SAME_THING):
                return False
            word = up
        return True

    def _owns(self, word: int, source: Sequence[int]) -> bool:
        """Whether a possessive mark follows the name and a noun that is owned follows the mark."""
        after = [j for j in source if j > word]
        while after and self.cast.at.get(after[0]) is self.cast.at.get(word):
            after = after[1:]
        return (
            len(after) > 1 and self.syntax.words[after[0]].text in {"'s", "’s", "'", "’"} and self.cast.at.get(after[1]) is None
        )

    def _of_pronoun(self, pronoun: str, at: int, outer: Speaker | None) -> Speaker | None:
        if pronoun in FIRST:
            return outer or self.last
        if pronoun in RELATIVE:
            return self._antecedent(at)
        if pronoun in HE | SHE:
            found = self._singular(at, "f" if pronoun in SHE else "m")
            self._learn_gender(found, "f" if pronoun in SHE else "m")
            return found
        return self._body(at, pronoun) if pronoun in IT | THEY else None

    def _learn_gender(self, speaker: Speaker | None, gender: Gender) -> None:
        for person in self.cast.persons:
            if speaker is not None and person.name == speaker.name and person.gender is None:
                person.gender = gender

    def _body(self, at: int, pronoun: str, spoken: bool = True) -> Speaker | None:
        """ "It" is the organisation or state that was the subject last; "they" may be a group or nameless people too."""
        if spoken and self.last is not None and self.last.kind != "person" and self.last_at >= 0:
            return self.last
        words = self.syntax.words
        near = [i for i in range(at - 1, max(-1, at - 80), -1) if words[at].paragraph - words[i].paragraph <= 1]
        bodies = [i for i in near if i in self.by_word and self._is_body(self.by_word[i], pronoun)]
        subjects = [i for i in bodies if self._is_subject(i)]
        named = [i for i in bodies if self.by_word[i].kind == "organisation" and self.by_word[i].form == "name"]
        return self._of_mention([(subjects or named)[0]], (subjects or named)[0]) if subjects or named else None

    def _is_body(self, mention: Mention, pronoun: str) -> bool:
        return mention.kind in ("organisation", "state", "seat") or (pronoun in THEY and mention.kind == "group")

    def _antecedent(self, pronoun: int) -> Speaker | None:
        """The noun that the relative clause of this pronoun modifies."""
        for word in self.syntax.ancestors(pronoun):
            if self.syntax.relations[word] in ("acl:relcl", "acl"):
                noun = self.syntax.heads[word]
                clause = set(self.syntax.subtree(word))
                rest = [i for i in self.syntax.subtree(noun) if i not in clause]
                return self.of_words(rest, None) if rest else None
        return None

    def _singular(self, at: int, gender: Gender) -> Speaker | None:
        """ "He" is whoever spoke last, unless somebody named since is the subject of a sentence."""
        people = self.cast.before(at, gender)
        words = self.syntax.words
        for where, person in people:
            fresh = where > self.last_at and self._is_subject(where) and words[at].paragraph - words[where].paragraph <= 1
            if fresh and (self.last_person is None or where > self.last_at):
                return speaker_of(person)
        if self.last_person is not None and self._may_be(self.last_person, gender):
            return self.last_person
        return speaker_of(people[0][1]) if people else self.last_person

    def _may_be(self, speaker: Speaker, gender: Gender) -> bool:
        """Whether the last speaker may be of that gender: unknown ones may."""
        known = next((p for p in self.cast.persons if p.name == speaker.name), None)
        return known is None or known.likely_gender in (None, gender)

    def _is_subject(self, word: int) -> bool:
        for i in (word, *self.syntax.ancestors(word)):
            relation = self.syntax.relations[i].split(":")[0]
            if relation == "nsubj":
                return True
            if relation not in ("flat", "appos", "compound"):
                return False
        return False

    def _of_mention(self, source: Sequence[int], head: int) -> Speaker | None:
        """States, capitals, organisations and offices that speak."""
        mention = self.by_word.get(head)
        named = [self.by_word[i] for i in source if i in self.by_word and i > head and self.by_word[i].form == "name"]
        if mention is not None and mention.form == "role" and named and named[-1].kind == "organisation":
            mention = named[-1] if self._ends_with(named[-1], source) else mention
        if mention is None:
            inside = [self.by_word[i] for i in source if i in self.by_word and self.syntax.words[i].shape != Shape.LOWER]
            whole = [m for m in inside if m.kind in ("organisation", "seat") and m.form != "adjective"]
            if not (whole and _covers_most(whole[0], source, self.syntax)):
                return None
            mention = whole[0]
        if mention.kind == "person":
            return Speaker(mention.name, "person", mention.role, mention.code, mention.sector)
        if mention.form in ("role", "citizens", "adjective") or mention.kind == "group":
            return self._of_role(source, head)
        if mention.kind in ("state", "place"):
            return Speaker(mention.name, "state", None, mention.code, mention.sector or "GOV")
        return Speaker(
            mention.name if mention.form == "name" else self._name(source), "organisation", None, mention.code, mention.sector
        )

    def _ends_with(self, mention: Mention, source: Sequence[int]) -> bool:
        last = [i for i in source if self.syntax.words[i].text[0].isalnum()][-1]
        return self.syntax.words[last].end == mention.span.end and not self._held_by_preposition(last)

    def _of_role(self, source: Sequence[int], head: int) -> Speaker | None:
        """An office or a nameless role: whoever in the article holds it, else the words themselves."""
        words, mention = self.syntax.words, self.by_word.get(head)
        role = role_at(self.syntax, head, head + 1) or (role_at(self.syntax, head - 1, head + 1) if head else None)
        if role is None and self.syntax.words[head].text.lower() in _ANY_OFFICE:
            role = self.syntax.words[head].text.lower()
        code = self._code(source, head)
        spokes = role is not None and role.startswith("spokes")  # "a spokesman" is soon named, or stays one and the same
        if role is not None and (self._definite(source, head) or spokes):
            person = self._holder(role.split()[-1], code, source) or self._introduced_later(source[0], code, role.split()[-1])
            if person is not None:
                return speaker_of(person)
        body = self._body_before(head)
        if body is not None:
            return body
        word = words[head].text.lower()
        kind: SpeakerKind = "unnamed" if word in _UNNAMED or role is not None else "group"
        if mention is not None and mention.kind in ("office", "seat", "organisation") and role is None:
            kind = "organisation"
        if word in body_words():
            kind, code = "organisation", code or self.cast.home
        if mention is None and role is None and word not in _UNNAMED:
            return None
        return Speaker(self._name(source), kind, None, code, mention.sector if mention else None)

    def _definite(self, source: Sequence[int], head: int) -> bool:
        """ "the minister", "Arvania's minister", "Arvanian spokesman": one known office; not "a minister" or "ministers"."""
        first = self.syntax.words[source[0]].text.lower()
        plural = self.syntax.xpos[head] in ("NNS", "NNPS")
        return not plural and first not in {"a", "an", "another", "one", "some", "any", "every", "unnamed", "no"}

    def _holder(self, role: str, code: str | None, source: Sequence[int]) -> Person | None:
        """The person whose role ends alike and whose state does not differ: the last named before, else after."""
        at = source[0]
        people = [p for p in self.cast.persons if p.role and code in (None, p.code)]
        at = source[0]
        fitting = [p for p in people if p.role and role in f"{p.role} {p.also}".lower().split()]
        if not fitting and role in _ANY_OFFICE and code is not None:
            fitting = [p for p in people if p.mentions[0][0] < at]
        own = {self.syntax.words[i].text.lower() for i in source if self.syntax.words[i].text[0].isalpha()} - {"the"}
        own -= {role}
        ranked = sorted(
            fitting,
            key=lambda p: (
                -len(own & set((p.role or "").lower().split())),
                min((at - m[0] if m[0] <= at else 10_000 + m[0]) for m in p.mentions),
            ),
        )
        return ranked[0] if ranked else None

    def _introduced_later(self, at: int, code: str | None, role: str) -> Person | None:
        """A lead names the office, the next sentences the person who holds it."""
        sentence = self.syntax.sentence_of[at]
        if sentence > 1:
            return None
        for person in self.cast.persons:
            first = person.mentions[0][0]
            if first > at and self.syntax.sentence_of[first] <= sentence + 3 and person.role and code in (None, person.code):
                return person if role in _ANY_OFFICE or role in f"{person.role} {person.also}".lower() else None
        return None

    def _body_before(self, head: int) -> Speaker | None:
        """ "the ministry" is the ministry named before."""
        own = self.by_word.get(head)
        word = self.syntax.words[head].text.lower()
        if (own is not None and own.code is not None) or self.syntax.xpos[head] in ("NNS", "NNPS"):
            return None
        for i in range(head - 1, -1, -1):
            mention = self.by_word.get(i)
            if mention is None or mention.code is None or mention.kind not in ("organisation", "seat"):
                continue
            if mention.text.lower().split()[-1].strip("'’s") == word.strip("'’s"):
                return Speaker(mention.name, "organisation", None, mention.code, mention.sector)
        return None

    def _code(self, source: Sequence[int], head: int) -> str | None:
        mention = self.by_word.get(head)
        owners = [
            self.by_word[i] for i in source if i in self.by_word and self.by_word[i].kind == "state" and self._owns_next(i)
        ]
        if owners:
            return owners[0].code
        if mention is not None and mention.code:
            return mention.code
        codes = [self.by_word[i].code for i in source if i in self.by_word and self.by_word[i].code]
        if codes:
            return codes[0]
        people = [self.cast.at[i].code for i in source if i in self.cast.at]
        return people[0] if people else None

    def _owns_next(self, word: int) -> bool:
        words = self.syntax.words
        return word + 1 < len(words) and words[word + 1].text in {"'s", "’s", "'", "’"}

    def _kind_code(self, source: Sequence[int]) -> str | None:
        """BUS, MED and the like, by the words that say what an organisation is ("news bureau", "company")."""
        known = role_codes()
        lower = [self.syntax.words[i].text.lower() for i in source]
        phrases = [" ".join(lower[i : i + n]) for n in (2, 1) for i in range(len(lower) - n + 1)]
        return next((known[p] for p in phrases if p in known), None)

    def _plain(self, source: Sequence[int]) -> Speaker | None:
        """Words that no table knows: a name of an organisation by its capitals, else a group or somebody unnamed."""
        words = self.syntax.words
        head = self.head(source)
        name = self._name(source)
        if not name:
            return None
        capital = words[head].shape in (Shape.TITLE, Shape.UPPER) and self.syntax.upos[head] == "PROPN"
        if capital or self.syntax.names[head].endswith("ORG"):
            return Speaker(name, "organisation", None, self._code(source, head) or self._kind_code(source), None)
        if self.syntax.upos[head] not in ("NOUN", "PROPN", "PRON", "NUM", "DET"):
            return None
        kind: SpeakerKind = "group" if self.syntax.xpos[head] in ("NNS", "NNPS") else "unnamed"
        if has_role(self.syntax, source[0], source[-1] + 1):
            kind = "unnamed"
        return Speaker(name, kind, None, self._code(source, head), None)

    def _name(self, source: Sequence[int]) -> str:
        """The words of the source without article and without what leads on to the cue, in the text's spelling."""
        words = self.syntax.words
        kept = list(source)
        while len(kept) > 1 and words[kept[0]].text.lower() in {"the", "a", "an"}:
            kept = kept[1:]
        while len(kept) > 1 and self._leads_on(kept[-1]):
            kept = kept[:-1]
        out = words[kept[0]].text
        for a, b in itertools.pairwise(kept):
            out += (" " if words[b].start > words[a].end else "") + words[b].text
        return out.strip(" ,;:\"“”'’")

    def _leads_on(self, word: int) -> bool:
        """ "The delegates and repeatedly demanded": words that belong to the verb behind them."""
        manner = self.syntax.upos[word] == "ADV" and self.syntax.words[word].text.endswith("ly")
        return manner or self.syntax.upos[word] in ("CCONJ", "SCONJ", "ADP", "AUX")

    def addressees(self, statement: Attributed) -> tuple[Addressee, ...]:
        """To whom it is said: the object of telling ("told reporters") and "to X" under a verb of saying."""
        found: list[int] = []
        for cue in statement.draft.cue:
            word = self.syntax.words[cue].text.lower()
            objects = self.syntax.dependents(cue, "obj", "iobj") if word in _TOLD else []
            oblique = [o for o in self.syntax.dependents(cue, "obl") if self._case(o) == "to"] if word in _SPOKEN_TO else []
            found += [i for i in objects + oblique if i not in statement.draft.content and i not in statement.draft.source]
        out = []
        for i in found[:2]:
            clauses = {k for c in self.syntax.dependents(i, "acl", "ccomp", "xcomp", "advcl") for k in self.syntax.subtree(c)}
            words = [k for k in self.syntax.subtree(i) if k not in statement.draft.content and k not in clauses]
            speaker = self.of_words(words, None) if words else None
            if speaker is not None:
                out.append(Addressee(speaker.name, speaker.code))
        return tuple(out)

    def _case(self, word: int) -> str:
        return next((self.syntax.words[c].text.lower() for c in self.syntax.dependents(word, "case")), "")


def _covers_most(mention: Mention, source: Sequence[int], syntax: Syntax) -> bool:
    inside = [i for i in source if mention.span.start <= syntax.words[i].start < mention.span.end]
    return 2 * len(inside) > len(source)


def _is_one(name: str) -> bool:
    """Whether unnamed words can be a "he" later: "Arvanian official" can, "little" and "officials" cannot."""
    last = name.split()[-1].lower() if name.split() else ""
    return (last in _UNNAMED and not last.endswith("s")) or last in role_words()


def speaker_of(person: Person) -> Speaker:
    """The person as a speaker."""
    return Speaker(person.name, "person", person.role, person.code, person.sector)
