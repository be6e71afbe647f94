"""Vocabularies: which tokens there are, in which order, which of them are special; and how they are counted in data."""

from __future__ import annotations

import os
from collections import Counter

import numpy as np


def read_file(path):
    """The lines of a vocabulary file."""
    if not os.path.exists(path):
        raise ValueError(f"Vocabulary file {path} does not exist.")
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


def without_specials(who, tokens, specials, mask_token, oov_token, invert):
    """The tokens of a vocabulary without special ones at its start.

    Raises:
        ValueError: there is nothing in it; a token comes twice; a special one stands elsewhere.
    """
    if not len(tokens):
        raise ValueError(f"Cannot set an empty vocabulary, you passed {tokens}.")
    if specials and tokens[: len(specials)] == specials:
        tokens = tokens[len(specials) :]
    repeated = [token for token, n in Counter(tokens).items() if n > 1]
    if repeated:
        raise ValueError(
            "The passed vocabulary has at least one repeated term. Please uniquify your dataset. The repeated terms are "
            f"{repeated}"
        )
    for name, token, matters in (("mask", mask_token, True), ("OOV", oov_token, invert)):
        if matters and token is not None and token in tokens:
            raise ValueError(
                f"Found reserved {name} token at unexpected location in `vocabulary`. Note that passed `vocabulary` does not "
                "need to include the OOV and mask tokens. Either remove all mask and OOV tokens, or include them only at the "
                f"start of the vocabulary in precisely this order: {specials}. Received: {name.lower()}_token={token} at "
                f"vocabulary index {tokens.index(token)}"
            )
    return tokens


class TokenCounts:
    """How often tokens are in data, and in how many of its documents."""

    def __init__(self):
        self.tokens, self.documents = Counter(), Counter()
        self.n_documents = 0

    def add(self, rows, by_document):
        """Count rows of tokens; each a document if `by_document`."""
        for row in rows:
            self.tokens.update(row)
            if by_document:
                self.documents.update(set(row))
                self.n_documents += 1

    def most_common(self, n=None, without=()):
        """The tokens, the most frequent first; of equally frequent ones the last in order first."""
        tokens = sorted((t for t in self.tokens if t not in without), reverse=True)
        tokens.sort(key=self.tokens.__getitem__, reverse=True)
        return tokens[:n]

    def idf_weights(self, tokens):
        """log(1 + documents / (1 + documents with it)) of each token."""
        found = np.array([self.documents[t] for t in tokens], np.float32)
        return np.log(1 + np.float32(self.n_documents) / (1 + found)).astype(np.float32)
