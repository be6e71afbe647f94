"""Philox 4x32-10 and what is made of it, one number at a time."""

import math

MASK = 2**32 - 1


def philox(counter, key):
    """The four words of one block. counter: four words, key: two."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & MASK, (p0 >> 32) ^ c3 ^ k1, p0 & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def word(seed, counter, j, attempt=0):
    """Word j of a draw: groups of 16 blocks, word r of all of them, then word r + 1."""
    block = (counter + j // 64 * 16 + j % 16) % 2**64
    c = (block & MASK, block >> 32, attempt & MASK, attempt >> 32)
    return philox(c, (seed & MASK, seed >> 32))[j % 64 // 16]


def word64(seed, counter, j, attempt=0):
    """64 bits for element j: rows 0 and 1 of a group make its first 16 elements, rows 2 and 3 the others."""
    first = j // 32 * 64 + j % 32 // 16 * 32 + j % 16
    return word(seed, counter, first, attempt) | word(seed, counter, first + 16, attempt) << 32


def normal(seed, counter, j, bits=32, attempt=0):
    """Element j of a normal draw: Box and Muller on a pair of rows."""
    draw, rows = (word, 4) if bits == 32 else (word64, 2)
    group, row, lane = j // (16 * rows), j // 16 % rows, j % 16
    first = group * 16 * rows + row // 2 * 32 + lane
    u = ((draw(seed, counter, first, attempt) >> 1) + 0.5) / 2.0 ** (bits - 1)
    angle = 2 * math.pi * draw(seed, counter, first + 16, attempt) / 2.0**bits
    r = math.sqrt(-2 * math.log(u)) if u < 1 else 0.0
    return r * (math.sin(angle) if row % 2 else math.cos(angle))


def truncated_normal(seed, counter, j, bits=32):
    for attempt in range(100):
        z = normal(seed, counter, j, bits, attempt)
        if abs(z) <= 2:
            return z
