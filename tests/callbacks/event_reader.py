"""A reader of TensorBoard's event files of its own: nothing of it is shared with what pyseq writes them with.

Source: tensorflow/core/example/record format (TFRecord), tensorboard/compat/proto/{event,summary,tensor}.proto.
"""

from __future__ import annotations

import os
import struct
import zlib

import numpy as np


def crc32c(data):
    """Bit by bit, as RFC 3720 defines it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x82F63B78 * (crc & 1)
    return crc ^ 0xFFFFFFFF


def masked(crc):
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) % 2**32


def records(path, check=True):
    """The data of each record; a wrong CRC or a record that is not whole is an error."""
    with open(path, "rb") as file:
        content = file.read()
    at = 0
    while at < len(content):
        (length,) = struct.unpack_from("<Q", content, at)
        data = content[at + 12 : at + 12 + length]
        assert len(data) == length, f"{path}: cut off"
        head_crc, crc = (
            struct.unpack_from("<I", content, at + 8)[0],
            struct.unpack_from("<I", content, at + 12 + length)[0],
        )
        if check:
            assert head_crc == masked(crc32c(content[at : at + 8])), f"{path}: CRC of a length"
            assert crc == masked(crc32c(data)), f"{path}: CRC of a record"
        at += 16 + length
        yield data


def varint(data, at):
    n = shift = 0
    while True:
        byte = data[at]
        n |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return n, at


def message(data):
    """{field number: [values]}: integers, 8 or 4 bytes, or bytes."""
    found, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        else:
            size = {1: 8, 5: 4}.get(kind)
            if size is None:
                assert kind == 2, f"wire type {kind}"
                size, at = varint(data, at)
            value, at = data[at : at + size], at + size
            assert len(value) == size
        found.setdefault(key >> 3, []).append(value)
    return found


def tensor(data):
    """A TensorProto as an array, or a list of bytes."""
    m = message(data)
    dtype = m[1][0]
    sizes = [message(d).get(1, [0])[0] for d in message(m.get(2, [b""])[0]).get(2, [])]
    if dtype == 7:
        return m.get(8, [])
    numpy = {1: "<f4", 2: "<f8"}[dtype]
    if 4 in m:
        return np.frombuffer(m[4][0], numpy).reshape(sizes)
    values = np.frombuffer(b"".join(m[{1: 5, 2: 6}[dtype]]), numpy)  # TensorFlow writes scalars as `float_val`
    return np.resize(values, sizes)


def events(path, check=True):
    """(wall time, step, file version or None, [(tag, plugin, plugin's data, value)], field numbers) of each event."""
    for data in records(path, check):
        m = message(data)
        values = []
        for v in (v for summary in m.get(5, []) for v in message(summary).get(1, [])):
            v = message(v)
            plugin = message(message(v[9][0])[1][0])
            values.append((v[1][0].decode(), plugin[1][0].decode(), plugin.get(2, [b""])[0], tensor(v[8][0])))
        (when,) = struct.unpack("<d", m[1][0])
        yield when, m.get(2, [0])[0], m.get(3, [b""])[0].decode() or None, values, sorted(m)


def folders(log_dir):
    """{folder below log_dir: [(step, tag, plugin, value)]}, in the order of files' names."""
    found = {}
    for folder, _, names in sorted(os.walk(log_dir)):
        for name in sorted(n for n in names if "tfevents" in n):
            rows = found.setdefault(os.path.relpath(folder, log_dir), [])
            for k, (_, step, version, values, _) in enumerate(events(os.path.join(folder, name), check=False)):
                assert (version == "brain.Event:2") == (k == 0)
                rows += [(step, tag, plugin, value) for tag, plugin, _, value in values]
    return found


def pixels(png):
    """The (H, W, C) uint8 of a PNG file without interlacing."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, data = 8, b""
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length)[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            w, h, depth, colour, *_ = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            data += body
        at += 12 + length
    c = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    assert depth == 8
    lines = np.frombuffer(zlib.decompress(data), "u1").reshape(h, 1 + w * c).astype(int)
    image = np.zeros((h + 1, w + 1, c), int)  # with a row and a column of zeros ahead
    for y in range(h):
        for x in range(w):
            left, up, corner = image[y + 1, x], image[y, x + 1], image[y, x]
            raw = lines[y, 1 + x * c : 1 + (x + 1) * c]
            image[y + 1, x + 1] = raw + _predicted(lines[y, 0], left, up, corner) & 255
    return image[1:, 1:].astype("u1")


def _predicted(kind, left, up, corner):
    """What a PNG filter adds to a pixel."""
    if kind == 4:
        p = left + up - corner
        a, b, c = abs(p - left), abs(p - up), abs(p - corner)
        return np.where((a <= b) & (a <= c), left, np.where(b <= c, up, corner))
    return [0, left, up, (left + up) // 2][kind]
