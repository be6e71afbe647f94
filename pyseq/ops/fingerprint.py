"""Hashes of texts, the same on every machine: FarmHash's Fingerprint64 and SipHash-2-4.

Written with NumPy for many texts at once: those of one length go through the rounds together.
Sources: G. Pike, FarmHash 1.1 (farmhashna), which tf.strings.to_hash_bucket_fast uses; Aumasson and Bernstein, SipHash: a fast
short-input PRF, 2012, which tf.strings.to_hash_bucket_strong uses.
"""

from __future__ import annotations

import numpy as np

U64 = np.uint64
K0, K1, K2 = U64(0xC3A5C85C97CB3127), U64(0xB492B66FBE98F273), U64(0x9AE16A3B2F90404F)


def fingerprint64(texts) -> np.ndarray:
    """FarmHash's Fingerprint64 of each text: uint64, of the shape of an array of bytes objects."""
    return _by_length(texts, _farm)


def siphash(texts, key) -> np.ndarray:
    """SipHash-2-4 of each text under a key of two integers of 64 bits: uint64."""
    return _by_length(texts, lambda data, n: _sip(data, n, *(U64(k & 0xFFFFFFFFFFFFFFFF) for k in key)))


def _by_length(texts, function):
    texts = np.asarray(texts, dtype=object)
    flat = texts.reshape(-1).tolist()
    lengths = np.fromiter(map(len, flat), np.int64, len(flat))
    hashes = np.empty(len(flat), U64)
    for n in np.unique(lengths).tolist():
        (where,) = np.nonzero(lengths == n)
        data = np.frombuffer(b"".join([flat[k] for k in where.tolist()]), np.uint8).reshape(len(where), n)
        with np.errstate(over="ignore"):
            hashes[where] = function(data, n)
    return hashes.reshape(texts.shape)


def _words(data, at, size=8):
    """The little-endian integers of `size` bytes at a position of each row."""
    part = np.ascontiguousarray(data[:, at : at + size])
    return part.view("<u8" if size == 8 else "<u4")[:, 0].astype(U64)


def _rotate_right(x, by):
    return (x >> U64(by)) | (x << U64(64 - by))


def _rotate_left(x, by):
    return _rotate_right(x, 64 - by)


# ---------------------------------------------------------------------------------------------- FarmHash


def _mix(x):
    return x ^ (x >> U64(47))


def _of_two(u, v, factor):
    return _mix((v ^ _mix((u ^ v) * factor)) * factor) * factor


def _farm(data, n):
    if n <= 16:
        return _farm_to_16(data, n)
    factor = K2 + U64(2 * n)
    if n <= 32:
        a, b = _words(data, 0) * K1, _words(data, 8)
        c, d = _words(data, n - 8) * factor, _words(data, n - 16) * K2
        first = _rotate_right(a + b, 43) + _rotate_right(c, 30) + d
        return _of_two(first, a + _rotate_right(b + K2, 18) + c, factor)
    return _farm_to_64(data, n, factor) if n <= 64 else _farm_long(data, n)


def _farm_to_16(data, n):
    factor = K2 + U64(2 * n)
    if n >= 8:
        a, b = _words(data, 0) + K2, _words(data, n - 8)
        return _of_two(_rotate_right(b, 37) * factor + a, (_rotate_right(a, 25) + b) * factor, factor)
    if n >= 4:
        return _of_two(U64(n) + (_words(data, 0, 4) << U64(3)), _words(data, n - 4, 4), factor)
    if n == 0:
        return K2
    a, b, c = (data[:, k].astype(U64) for k in (0, n >> 1, n - 1))
    return _mix((a + (b << U64(8))) * K2 ^ (U64(n) + (c << U64(2))) * K0) * K2


def _farm_to_64(data, n, factor):
    a, b = _words(data, 0) * K2, _words(data, 8)
    c, d = _words(data, n - 8) * factor, _words(data, n - 16) * K2
    y = _rotate_right(a + b, 43) + _rotate_right(c, 30) + d
    z = _of_two(y, a + _rotate_right(b + K2, 18) + c, factor)
    e, f = _words(data, 16) * factor, _words(data, 24)
    g, h = (y + _words(data, n - 32)) * factor, (z + _words(data, n - 24)) * factor
    return _of_two(_rotate_right(e + f, 43) + _rotate_right(g, 30) + h, e + _rotate_right(f + a, 18) + g, factor)


def _weak(data, at, a, b):
    """Two hashes of 32 bytes and two seeds."""
    w, x, y, z = (_words(data, at + k) for k in (0, 8, 16, 24))
    a = a + w
    b = _rotate_right(b + a + z, 21)
    c = a
    a = a + x + y
    return a + z, b + _rotate_right(a, 44) + c


def _farm_long(data, n):
    zero = np.zeros(len(data), U64)
    x, y = zero + U64(81), zero + U64(81) * K1 + U64(113)
    z = _mix(y * K2 + U64(113)) * K2
    v = w = (zero, zero)
    x = x * K2 + _words(data, 0)
    for at in range(0, (n - 1) // 64 * 64, 64):
        x, y, z, v, w = _farm_round(data, at, x, y, z, v, w, K1, U64(1))
    factor = K1 + ((z & U64(0xFF)) << U64(1))
    w = (w[0] + U64((n - 1) & 63), w[1])
    v = (v[0] + w[0], v[1])
    w = (w[0] + v[0], w[1])
    x, y, z, v, w = _farm_round(data, n - 64, x, y, z, v, w, factor, U64(9))
    return _of_two(_of_two(v[0], w[0], factor) + _mix(y) * K0 + z, _of_two(v[1], w[1], factor) + x, factor)


def _farm_round(data, at, x, y, z, v, w, factor, times):
    x = _rotate_right(x + y + v[0] + _words(data, at + 8), 37) * factor
    y = _rotate_right(y + v[1] + _words(data, at + 48), 42) * factor
    x = x ^ (w[1] * times)
    y = y + v[0] * times + _words(data, at + 40)
    z = _rotate_right(z + w[0], 33) * factor
    v = _weak(data, at, v[1] * factor, x + w[0])
    w = _weak(data, at + 32, z + w[1], y + _words(data, at + 16))
    return z, y, x, v, w


# ---------------------------------------------------------------------------------------------- SipHash


def _sip(data, n, k0, k1):
    zero = np.zeros(len(data), U64)
    seeds = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
    v = [zero + (k ^ U64(s)) for k, s in zip((k0, k1, k0, k1), seeds, strict=True)]
    rest = np.zeros((len(data), 8), np.uint8)
    rest[:, : n % 8] = data[:, n // 8 * 8 :]
    rest[:, 7] = n % 256
    for word in [*(_words(data, at) for at in range(0, n // 8 * 8, 8)), _words(rest, 0)]:
        v[3] = v[3] ^ word
        _sip_rounds(v, 2)
        v[0] = v[0] ^ word
    v[2] = v[2] ^ U64(0xFF)
    _sip_rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _sip_rounds(v, n):
    for _ in range(n):
        v[0], v[2] = v[0] + v[1], v[2] + v[3]
        v[1], v[3] = _rotate_left(v[1], 13) ^ v[0], _rotate_left(v[3], 16) ^ v[2]
        v[0] = _rotate_left(v[0], 32)
        v[2], v[0] = v[2] + v[1], v[0] + v[3]
        v[1], v[3] = _rotate_left(v[1], 17) ^ v[2], _rotate_left(v[3], 21) ^ v[0]
        v[2] = _rotate_left(v[2], 32)
