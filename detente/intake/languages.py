"""Which language a text is in. English is known by its commonest words; other languages are named by py3langid."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from detente.types import Article, Refusal

_COMMON = frozenset(
    "the and to that for with from by this have has are were been their they would not which it he said but his her who"
    " will its had be as at or if there than about after we our you she can could should more what when".split()
)
_ENGLISH = 0.10  # share of them in a text that is English; prose has a quarter, lists of names less
_HARDLY_ENGLISH = 0.03
_SAMPLE = 6_000  # characters, from the beginning and from the middle
_FEW_WORDS, _FEW_LETTERS = 12, 40  # less tells too little
_SURE = 0.9
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class OtherLanguage(Refusal):
    """An article that is not in English; it is whole, so that it can be set aside and read by a later version."""

    article: Article


def refused_for_language(article: Article) -> OtherLanguage | None:
    """The article as a refusal where it is surely in another language than English; None where it may be read."""
    found = language_of(article.text)
    if found in ("en", None):
        return None
    name = f"is in {NAMES.get(found, found)}" if found != "und" else "seems not to be in English"
    told = Article(**{**article.to_dict(), "language": found})
    return OtherLanguage(article.id, f"{name}; only English is read", told)


def language_of(text: str) -> str | None:
    """ISO 639 code of the language; "und" for one that is surely not English but has no name; None where too little tells.

    >>> language_of("They said that the talks would be held in Sarn by the end of the month, and that they had been told.")
    'en'
    """
    middle = max(_SAMPLE, len(text) // 2)
    sample = text[:_SAMPLE] + " " + text[middle : middle + _SAMPLE]
    words = _WORD.findall(sample.lower())
    if sum(map(len, words)) < _FEW_LETTERS:
        return None
    share = sum(w in _COMMON for w in words) / len(words)
    if share >= _ENGLISH:
        return "en"
    identifier = _identifier()
    if identifier is not None:
        language, probability = identifier.classify(sample)
        return str(language) if probability >= _SURE and (language != "en" or len(words) >= _FEW_WORDS) else None
    return "und" if share < _HARDLY_ENGLISH and len(words) >= 4 * _FEW_WORDS else None


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """py3langid's model with probabilities; None where the package is not installed."""
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError:
        return None
    if hasattr(LanguageIdentifier, "from_model_file"):
        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)


NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish",
    "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sr": "Serbian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
