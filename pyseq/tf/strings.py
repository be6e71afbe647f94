"""tf.strings: functions of texts. They run at once, on `tf.constant(["..."])`, elements of datasets and arrays of texts."""

from __future__ import annotations

import re

import numpy as np

from pyseq._faces import missing as _missing
from pyseq.core import as_tensor
from pyseq.core.errors import invalid
from pyseq.core.texts import Texts, as_texts
from pyseq.ops.fingerprint import fingerprint64, siphash

__all__ = [
    "as_string", "join", "length", "lower", "reduce_join", "regex_full_match", "regex_replace", "strip", "substr",
    "to_hash_bucket_fast", "to_hash_bucket_strong", "to_number", "upper",
]  # fmt: skip


def _each(function, *texts):
    """Texts of function(bytes, ...) for each, with broadcasting."""
    arrays = np.broadcast_arrays(*[np.asarray(as_texts(t)) for t in texts])
    made = np.empty(arrays[0].shape, dtype=object)
    made.reshape(-1)[:] = [function(*items) for items in zip(*[a.reshape(-1) for a in arrays], strict=True)]
    return Texts(made)


def _numbers(function, texts, dtype):
    a = np.asarray(as_texts(texts))
    found = np.array([function(t) for t in a.reshape(-1)], dtype=dtype).reshape(a.shape)
    return as_tensor(found)


def _cased(how, encoding):
    if encoding not in ("", "utf-8"):
        raise ValueError(f"tf.strings.{how}: `encoding` must be '' or 'utf-8'. Received: encoding={encoding!r}.")
    return (lambda t: getattr(t.decode(), how)().encode()) if encoding else getattr(bytes, how)


def lower(input, encoding="", name=None):
    """ASCII letters in lower case; with encoding="utf-8", all letters."""
    return _each(_cased("lower", encoding), input)


def upper(input, encoding="", name=None):
    """ASCII letters in upper case; with encoding="utf-8", all letters."""
    return _each(_cased("upper", encoding), input)


def strip(input, name=None):
    """Texts without white space at their ends."""
    return _each(bytes.strip, input)


def regex_replace(input, pattern, rewrite, replace_global=True, name=None):
    r"""What matches a pattern replaced; \1 in `rewrite` is what its first group matched.

    Args:
        pattern: a regular expression that RE2 and Python understand alike. replace_global: all matches, or the first?
    """
    known, by = (as_texts(t).numpy() for t in (pattern, rewrite))
    compiled = re.compile(known)
    return _each(lambda t: compiled.sub(by, t, count=0 if replace_global else 1), input)


def regex_full_match(input, pattern, name=None):
    """bool: does a regular expression match each whole text?"""
    compiled = re.compile(as_texts(pattern).numpy())
    return _numbers(lambda t: compiled.fullmatch(t) is not None, input, bool)


def length(input, unit="BYTE", name=None):
    """int32: bytes, or with unit="UTF8_CHAR" characters, in each text."""
    if unit not in ("BYTE", "UTF8_CHAR"):
        raise ValueError(f"tf.strings.length: `unit` must be 'BYTE' or 'UTF8_CHAR'. Received: unit={unit!r}.")
    return _numbers(len if unit == "BYTE" else lambda t: len(t.decode()), input, np.int32)


def substr(input, pos, len, unit="BYTE", name=None):
    """The `len` bytes or characters from position `pos` on (from the end, if negative)."""
    if unit not in ("BYTE", "UTF8_CHAR"):
        raise ValueError(f"tf.strings.substr: `unit` must be 'BYTE' or 'UTF8_CHAR'. Received: unit={unit!r}.")
    pos, count = int(pos), int(len)

    def part(t):
        t = t if unit == "BYTE" else t.decode()
        start = pos + t.__len__() if pos < 0 else pos
        if not 0 <= start <= t.__len__():
            raise invalid(f"tf.strings.substr: pos {pos} out of range for string {t!r}.")
        found = t[start : start + count]
        return found if unit == "BYTE" else found.encode()

    return _each(part, input)


def join(inputs, separator="", name=None):
    """Texts of several arrays put together, element by element."""
    return _each(lambda *items: separator.encode().join(items), *inputs)


def reduce_join(inputs, axis=None, keepdims=False, separator="", name=None):
    """Texts along an axis (all by default) put together."""
    a = np.asarray(as_texts(inputs))
    if axis is None:
        found = np.array(separator.encode().join(a.reshape(-1).tolist()), dtype=object)
        return Texts(found.reshape((1,) * a.ndim) if keepdims else found)
    moved = np.moveaxis(a, axis, -1)
    found = np.empty(moved.shape[:-1], dtype=object)
    found.reshape(-1)[:] = [separator.encode().join(row) for row in moved.reshape(-1, moved.shape[-1]).tolist()]
    return Texts(np.expand_dims(found, axis) if keepdims else found)


def to_number(input, out_type="float32", name=None):
    """The numbers that texts spell."""
    dtype = np.dtype(getattr(out_type, "name", out_type))

    def number(text):
        try:
            return int(text) if dtype.kind in "iu" else float(text)
        except ValueError:
            raise invalid(
                f"StringToNumberOp could not correctly convert string: {text.decode(errors='replace')}"
            ) from None

    return _numbers(number, input, dtype)


def as_string(input, precision=-1, scientific=False, shortest=False, width=-1, fill="", name=None):
    """Numbers as texts."""
    a = np.asarray(input)
    if a.dtype.kind in "SUO":
        return as_texts(input)
    kind = "e" if scientific else "g" if shortest else "f"
    spec = f"{fill}{width if width >= 0 else ''}"

    def spelled(n):
        if a.dtype.kind == "b":
            return format("true" if n else "false", spec and f">{spec}").encode()
        if a.dtype.kind in "iu":
            return format(n, f"{spec}d").encode()
        return format(n, f"{spec}{'.' + str(precision) if precision >= 0 else ''}{kind}").encode()

    made = np.empty(a.shape, dtype=object)
    made.reshape(-1)[:] = [spelled(n) for n in a.reshape(-1).tolist()]
    return Texts(made)


def to_hash_bucket_fast(input, num_buckets, name=None):
    """int64: FarmHash's Fingerprint64 of each text, modulo `num_buckets`."""
    return as_tensor((fingerprint64(as_texts(input)) % np.uint64(num_buckets)).astype(np.int64))


def to_hash_bucket_strong(input, num_buckets, key, name=None):
    """int64: SipHash-2-4 of each text under a key of two integers, modulo `num_buckets`."""
    return as_tensor((siphash(as_texts(input), key) % np.uint64(num_buckets)).astype(np.int64))


__getattr__ = _missing(__name__, lambda: __all__)
