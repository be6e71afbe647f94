"""Hashes of texts against published vectors; buckets as TensorFlow's: tests/layers/test_encoding.py."""

import numpy as np

from pyseq.ops import fingerprint

# Aumasson and Bernstein 2012, reference implementation: key 00 01 ... 0f, texts "", 00, 00 01, ..., the first and the sixteenth.
KEY = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
SIPHASH = {0: 0x726FDB47DD0E0E31, 15: 0xA129CA6149BE45E5}


def test_siphash():
    texts = np.array([bytes(range(n)) for n in SIPHASH], object)
    assert fingerprint.siphash(texts, KEY).tolist() == list(SIPHASH.values())


def test_fingerprint64():
    texts = [b"a" * n for n in (0, 3, 8, 17, 33, 64, 65, 200)]
    together = fingerprint.fingerprint64(np.array(texts, object))
    assert together[0] == 0x9AE16A3B2F90404F  # k2: the hash of nothing
    assert len(set(together.tolist())) == len(texts)
    alone = [fingerprint.fingerprint64(np.array([t], object))[0] for t in texts]
    np.testing.assert_array_equal(together, alone)
    turned = fingerprint.fingerprint64(np.array(texts, object).reshape(2, 4))
    np.testing.assert_array_equal(turned, together.reshape(2, 4))
