"""TensorBoard's event files, written by hand: two kinds of framing, a few protobuf messages.

A file is a row of records (TFRecord): length uint64, CRC of the length, data, CRC of the data. Each record's data is an
`Event` (tensorboard/compat/proto/event.proto); the first says the version. A protobuf message is a row of fields, each a
key (number * 8 + wire type) and a value: 0 a varint, 1 eight bytes, 2 a length and so many bytes.

Reading needs the package `tensorboard`; writing needs nothing, so that a run on a small machine can be looked at elsewhere.
"""

from __future__ import annotations

import itertools
import os
import struct
import time
import zlib

import numpy as np

VARINT, EIGHT_BYTES, BYTES = 0, 1, 2
DT_FLOAT, DT_DOUBLE, DT_STRING = 1, 2, 7
_numbers = itertools.count()  # of the files of this process; TensorBoard reads them in the order of their names


def _crc_table():
    table = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)  # Castagnoli's polynomial, bits reversed
        table.append(n)
    return table


_CRC = _crc_table()


def masked_crc(data: bytes) -> int:
    """CRC-32C as TFRecord stores it: rotated, and a constant added."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC[(crc ^ byte) & 255] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(data: bytes) -> bytes:
    """A TFRecord."""
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))


def _varint(n: int) -> bytes:
    n &= 2**64 - 1
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes([*out, n])


def field(number: int, value) -> bytes:
    """A field of a message: an int as a varint, a float as a double, text or bytes (or a message) with their length."""
    if isinstance(value, float):
        return _varint(number << 3 | EIGHT_BYTES) + struct.pack("<d", value)
    if isinstance(value, int):
        return _varint(number << 3 | VARINT) + _varint(value)
    value = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | BYTES) + _varint(len(value)) + value


def _tensor(dtype: int, shape, content: bytes) -> bytes:
    sizes = b"".join(field(2, field(1, n)) for n in shape)
    return field(1, dtype) + field(2, sizes) + content


def _value(tag: str, plugin: str, content: bytes, tensor: bytes) -> bytes:
    """A Summary.Value: a tensor, and the plugin that shows it."""
    plugin_data = field(1, plugin) + (field(2, content) if content else b"")
    return field(1, tag) + field(8, tensor) + field(9, field(1, plugin_data))


def scalar(tag, x) -> bytes:
    """The value of a curve."""
    return _value(tag, "scalars", b"", _tensor(DT_FLOAT, (), field(4, struct.pack("<f", x))))


def text(tag, markdown) -> bytes:
    """A text, shown as Markdown."""
    return _value(tag, "text", b"", _tensor(DT_STRING, (), field(8, markdown)))


def keras_model(tag, json) -> bytes:
    """A model's configuration (Keras' JSON), shown as a graph."""
    return _value(tag, "graph_keras_model", b"1", _tensor(DT_STRING, (), field(8, json)))


def histogram(tag, x, buckets=30) -> bytes:
    """How the finite elements of an array are distributed: (left, right, count) of equally wide buckets."""
    x = np.asarray(x, "f8").ravel()
    x = x[np.isfinite(x)]
    rows = np.zeros((buckets, 3))
    if x.size:
        low, high = x.min(), x.max()
        if low == high:
            rows[:, :2] = low
            rows[-1, 2] = x.size
        else:
            counts, edges = np.histogram(x, buckets, (low, high))
            rows[:] = np.stack([edges[:-1], edges[1:], counts], axis=1)
    return _value(tag, "histograms", b"", _tensor(DT_DOUBLE, rows.shape, field(4, rows.astype("<f8").tobytes())))


def images(tag, x, most=3) -> bytes:
    """Pictures: x (N, H, W, C), values 0 to 1, C is 1 (grey), 3 (RGB) or 4 (with alpha). The first `most` are kept."""
    n, h, w, _ = x.shape
    pixels = (np.clip(np.nan_to_num(x[:most]), 0, 1) * 255.5).astype("u1")
    strings = [str(w), str(h), *map(_png, pixels)]
    return _value(tag, "images", b"", _tensor(DT_STRING, (len(strings),), b"".join(field(8, s) for s in strings)))


def _png(pixels) -> bytes:
    """A PNG file of (H, W, C) uint8."""
    h, w, c = pixels.shape
    lines = np.concatenate(
        [np.zeros((h, 1), "u1"), pixels.reshape(h, w * c)], axis=1
    )  # each begins with its filter: none
    head = struct.pack(">IIBBBBB", w, h, 8, {1: 0, 3: 2, 4: 6}[c], 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes())), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


class EventFile:
    """An event file in a folder, made when first written to.

    Args:
        folder: of the file; made if need be.
        flush_every: s between two times that what is written reaches the disk, at least.
    """

    def __init__(self, folder, flush_every=2.0):
        self.folder = folder
        self.flush_every = flush_every
        self._file = None
        self._flushed = 0.0

    def write(self, step: int, *values: bytes):
        """Write values (`scalar` and its kin) of a step."""
        if values:
            self._write_event(field(2, int(step)) + field(5, b"".join(field(1, v) for v in values)))

    def _write_event(self, event):
        if self._file is None:
            self._open()
        now = time.time()
        self._file.write(record(field(1, now) + event))
        if now - self._flushed > self.flush_every:
            self.flush()

    def _open(self):
        os.makedirs(self.folder, exist_ok=True)
        import socket  # takes 5 ms, and few programs write such files

        name = f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}.{os.getpid()}.{next(_numbers):06d}.v2"
        self._file = open(os.path.join(self.folder, name), "ab")  # noqa: SIM115 - until `close`
        self._write_event(field(3, "brain.Event:2"))

    def flush(self):
        """Let readers see what is written."""
        if self._file is not None:
            self._file.flush()
        self._flushed = time.time()

    def close(self):
        """Finish the file; writing again begins a new one."""
        if self._file is not None:
            self._file.close()
        self._file = None
