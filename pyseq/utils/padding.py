"""Sequences of different lengths as one array."""

from __future__ import annotations

import numpy as np


def pad_sequences(sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0):
    """One array of sequences, the short ones padded and the long ones cut.

    Args:
        sequences: list of sequences, each a list or array of numbers, or of rows of one shape.
        maxlen: length of all sequences in the result; that of the longest by default.
        dtype: element type of the result; `object` for texts of different lengths.
        padding: "pre" or "post": where to put `value`.
        truncating: "pre" or "post": where to cut.
        value: what to pad with.
    Returns:
        Array (len(sequences), maxlen, ...).
    Raises:
        ValueError: an element is no sequence, or its rows have another shape than those of the others.
    """
    _one_of("padding", padding)
    _one_of("truncating", truncating)
    if not hasattr(sequences, "__len__"):
        raise ValueError(
            f"pad_sequences: `sequences` must be a list of sequences. Received: {type(sequences).__name__}."
        )
    for k, sequence in enumerate(sequences):
        if not hasattr(sequence, "__len__"):
            raise ValueError(
                f"pad_sequences: `sequences` must be a list of sequences. Received: sequences[{k}]={sequence!r}."
            )
    if maxlen is None:
        maxlen = max(map(len, sequences), default=0)
    elif maxlen < 0:
        raise ValueError(f"pad_sequences: `maxlen` must be at least 0. Received: maxlen={maxlen}.")
    if isinstance(value, str) and np.dtype(dtype).kind not in "OUS":
        raise ValueError(
            f"pad_sequences: `dtype` must be object, or a type of texts, if `value` is a text. "
            f"Received: dtype={dtype}, value={value!r}."
        )
    row_shape = next((np.shape(s)[1:] for s in sequences if len(s)), ())
    padded = np.full((len(sequences), maxlen, *row_shape), value, dtype=dtype)
    for k, sequence in enumerate(sequences):
        n = min(len(sequence), maxlen)
        if not len(sequence):
            continue
        kept = np.asarray(sequence[len(sequence) - n :] if truncating == "pre" else sequence[:n], dtype=dtype)
        if kept.shape[1:] != row_shape and n:
            raise ValueError(
                f"pad_sequences: `sequences` must have rows of one shape. Received: rows of shape {kept.shape[1:]} in "
                f"sequences[{k}], {row_shape} before."
            )
        padded[k, maxlen - n if padding == "pre" else 0 :][:n] = kept
    return padded


def _one_of(name, where):
    if where not in ("pre", "post"):
        raise ValueError(f"pad_sequences: `{name}` must be 'pre' or 'post'. Received: {name}={where!r}.")
