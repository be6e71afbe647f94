"""Texts as numbers: the face of tf.keras.preprocessing.text."""

from __future__ import annotations

import collections
import hashlib
import json
import warnings

import numpy as np

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
MODES = ("binary", "count", "freq", "tfidf")
_TABLES = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")  # of a Tokenizer, as files hold them


def text_to_word_sequence(input_text, filters=FILTERS, lower=True, split=" "):
    """The words of a text, in order.

    Args:
        input_text: str.
        filters: characters that separate words, as `split` does.
        lower: in lower case?
        split: what separates words.
    """
    if not isinstance(input_text, str):
        raise TypeError(
            f"text_to_word_sequence: `input_text` must be a str. Received: input_text={input_text!r} "
            f"of type {type(input_text).__name__}."
        )
    if lower:
        input_text = input_text.lower()
    return [word for word in input_text.translate(_separators(filters, split)).split(split) if word]


def _separators(filters, split):
    return str.maketrans(dict.fromkeys(filters, split))


def hashing_trick(text, n, hash_function=None, filters=FILTERS, lower=True, split=" ", analyzer=None):
    """The words of a text as numbers in [1, n): their hash; different words may share a number.

    Args:
        text: str.
        n: size of the space of numbers; 0 is left free.
        hash_function: "md5", a function from str to int, or None: Python's `hash`, which differs from run to run.
        filters, lower, split: as of `text_to_word_sequence`.
        analyzer: a function from the text to its words, in place of `text_to_word_sequence`.
    """
    if n < 2:
        raise ValueError(f"hashing_trick: `n` must be at least 2. Received: n={n}.")
    if hash_function is None:
        hash_function = hash
    elif hash_function == "md5":
        hash_function = _md5
    elif not callable(hash_function):
        raise ValueError(
            f"hashing_trick: `hash_function` must be None, 'md5' or a function. Received: {hash_function!r}."
        )
    words = analyzer(text) if analyzer else text_to_word_sequence(text, filters, lower, split)
    return [hash_function(word) % (n - 1) + 1 for word in words]


def _md5(word):
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


def one_hot(input_text, n, filters=FILTERS, lower=True, split=" ", analyzer=None):
    """The words of a text as numbers in [1, n): `hashing_trick` with Python's `hash`."""
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


class Tokenizer:
    """Numbers the words of texts, the most frequent first, from 1 on; 0 is no word's number.

    Args:
        num_words: only words with numbers below it are used; None: all.
        filters, lower, split: as of `text_to_word_sequence`.
        char_level: characters for words?
        oov_token: stands for words that are not known or not used, and gets number 1; None: they are left out.
        analyzer: a function from a text to its words, in place of `text_to_word_sequence`.
    A text is a str, or a list of words that are taken as they are (but in lower case, if `lower`).
    Attributes:
        word_counts: {word: how often it was seen}, in the order of first appearance.
        word_docs: {word: in how many texts}; index_docs: the same by number.
        word_index: {word: number}; index_word: {number: word}.
        document_count: number of texts seen.
    Source: tf.keras.preprocessing.text.Tokenizer.
    """

    def __init__(
        self, num_words=None, filters=FILTERS, lower=True, split=" ", char_level=False, oov_token=None, analyzer=None, **kwargs
    ):  # fmt: skip
        if "nb_words" in kwargs:
            warnings.warn("Tokenizer: `nb_words` is called `num_words` now.", stacklevel=2)
            num_words = kwargs.pop("nb_words")
        self.document_count = kwargs.pop("document_count", 0)
        if kwargs:
            raise TypeError(f"Tokenizer: unknown keyword argument. Received: {sorted(kwargs)}.")
        self.num_words, self.filters, self.lower, self.split = num_words, filters, lower, split
        self.char_level, self.oov_token, self.analyzer = char_level, oov_token, analyzer
        self.word_counts = collections.OrderedDict()
        self.word_docs = collections.defaultdict(int)
        self.index_docs = collections.defaultdict(int)
        self.word_index = {}
        self.index_word = {}

    def _words(self, text):
        if isinstance(text, list):
            return [word.lower() for word in text] if self.lower else text
        if self.char_level:
            return text.lower() if self.lower else text
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    # ------------------------------------------------------------------------------------------ learning

    def fit_on_texts(self, texts):
        """Count the words of an iterable of texts, in addition to what was counted before, and number them anew."""
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in dict.fromkeys(words):
                self.word_docs[word] = self.word_docs.get(word, 0) + 1
        ranked = sorted(self.word_counts, key=self.word_counts.get, reverse=True)
        if self.oov_token is not None:
            ranked.insert(0, self.oov_token)
        self.word_index = {word: number for number, word in enumerate(ranked, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        for word, n in self.word_docs.items():
            self.index_docs[self.word_index[word]] = n

    def fit_on_sequences(self, sequences):
        """Count in how many of the sequences (lists of numbers) each number is: what mode "tfidf" needs."""
        self.document_count += len(sequences)
        for sequence in sequences:
            for number in set(sequence):
                self.index_docs[number] = self.index_docs.get(number, 0) + 1

    # ------------------------------------------------------------------------------------------ texts to numbers and back

    def texts_to_sequences(self, texts):
        """A list of the numbers of the words, for each text."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts):
        """As `texts_to_sequences`, one after the other."""
        oov = self.word_index.get(self.oov_token)
        for text in texts:
            numbers = (self._used(self.word_index.get(word), oov) for word in self._words(text))
            yield [number for number in numbers if number is not None]

    def _used(self, number, oov):
        """The number, or `oov` (perhaps None) if it is None or not used."""
        return oov if number is None or (self.num_words and number >= self.num_words) else number

    def sequences_to_texts(self, sequences):
        """For each list of numbers, their words with spaces between them."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences):
        """As `sequences_to_texts`, one after the other."""
        oov = self.word_index.get(self.oov_token)
        for sequence in sequences:
            numbers = (self._used(number if number in self.index_word else None, oov) for number in sequence)
            yield " ".join(self.index_word[number] for number in numbers if number is not None)

    def texts_to_matrix(self, texts, mode="binary"):
        """One row for each text; see `sequences_to_matrix`."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences, mode="binary"):
        """One row for each list of numbers, one column for each number.

        Args:
            mode: "binary": 1 where the number occurs; "count": how often; "freq": how often, of the row's length; "tfidf":
                (1 + log(count)) * log(1 + texts / (1 + texts with this word)).
        Returns:
            float64 (len(sequences), num_words), or one column more than there are words if `num_words` is None.
        """
        if mode not in MODES:
            raise ValueError(f"Tokenizer.sequences_to_matrix: `mode` must be one of {MODES}. Received: mode={mode!r}.")
        if not self.num_words and not self.word_index:
            raise ValueError(
                "Tokenizer.sequences_to_matrix: the number of columns is not known. Give the Tokenizer `num_words`, or call "
                "`fit_on_texts` first."
            )
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Tokenizer.sequences_to_matrix: call `fit_on_texts` before using mode 'tfidf'.")
        columns = self.num_words or len(self.word_index) + 1
        matrix = np.zeros((len(sequences), columns))
        for row, sequence in zip(matrix, sequences, strict=True):
            for number, n in collections.Counter(sequence).items():
                if number < columns:
                    row[number] = self._weight(mode, number, n, len(sequence))
        return matrix

    def _weight(self, mode, number, n, length):
        if mode == "binary":
            return 1
        if mode == "count":
            return n
        if mode == "freq":
            return n / length
        return (1 + np.log(n)) * np.log(1 + self.document_count / (1 + self.index_docs.get(number, 0)))

    # ------------------------------------------------------------------------------------------ files

    def get_config(self):
        """The settings and the tables, the latter as JSON. An `analyzer` is not in it."""
        names = ("num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count")
        tables = {name: json.dumps(getattr(self, name)) for name in _TABLES}
        return {**{name: getattr(self, name) for name in names}, **tables}

    def to_json(self, **kwargs):
        """JSON that `tokenizer_from_json` reads. `kwargs`: of `json.dumps`."""
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)


def tokenizer_from_json(json_string):
    """The Tokenizer that `to_json` described.

    Raises:
        ValueError: the text is not such a description.
    """
    try:
        config = dict(json.loads(json_string)["config"])
        tables = {name: json.loads(config.pop(name)) for name in _TABLES}
        for name in ("index_docs", "index_word"):  # JSON has texts for keys
            tables[name] = {int(number): value for number, value in tables[name].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"tokenizer_from_json: `json_string` must be what Tokenizer.to_json gave. {type(error).__name__}: {error}."
        ) from None
    tokenizer = Tokenizer(**config)
    for name, table in tables.items():
        setattr(tokenizer, name, table)
    return tokenizer
