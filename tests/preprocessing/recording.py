"""Answers of cases as JSON, with their arrays beside it in an .npz; and the folder of files that cases use."""

import io
import json
import os
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def encoded(value, arrays):
    """The value with arrays replaced by {"array": their number in the list `arrays`}, tuples by lists."""
    if isinstance(value, dict):
        return {str(k): encoded(v, arrays) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [encoded(v, arrays) for v in value]
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "O":
            return encoded(value.tolist(), arrays)
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, np.generic):
        value = value.item()
    return value


def write(records, files):
    """Write recorded.json and recorded.npz: there, one long array of each dtype, `arrays` in the JSON saying what is where."""
    arrays = []
    records = {name: encoded(value, arrays) for name, value in records.items()}
    long, places = {}, []
    for a in arrays:
        pieces = long.setdefault(str(a.dtype), [])
        places.append([str(a.dtype), sum(p.size for p in pieces), list(a.shape)])
        pieces.append(a.ravel())
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in {**records, "arrays": places}.items()]
    (HERE / "recorded.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    blobs = {f"file:{name}": np.frombuffer(blob, dtype="uint8") for name, blob in files.items()}
    np.savez_compressed(HERE / "recorded.npz", **{k: np.concatenate(v) for k, v in long.items()}, **blobs)


def read():
    """(records, arrays, files) that `write` wrote."""
    records = json.loads((HERE / "recorded.json").read_text())
    with np.load(HERE / "recorded.npz") as archive:
        long = {name: archive[name] for name in archive.files}
    arrays = [
        long[dtype][first : first + int(np.prod(shape))].reshape(shape) for dtype, first, shape in records.pop("arrays")
    ]
    return records, arrays, {name[5:]: a.tobytes() for name, a in long.items() if name.startswith("file:")}


def write_files(files, folder):
    """Make the folder."""
    for name, blob in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(blob)


def make_files():
    """{name: content}: small images and texts."""
    from PIL import Image

    r = np.random.RandomState(11)

    def smooth(height, width, channels):
        y, x = np.mgrid[:height, :width]
        waves = [127 + 120 * np.sin(r.rand() + y * r.rand() / 2 + x * r.rand() / 2) for _ in range(channels)]
        return np.stack(waves, -1).astype("uint8")

    def blob(array, kind, mode=None):
        out = io.BytesIO()
        image = Image.fromarray(array)
        (image.convert(mode) if mode else image).save(out, kind)
        return out.getvalue()

    images = {
        "pets/cat/1.png": blob(smooth(9, 12, 3), "PNG"),
        "pets/cat/deep/2.bmp": blob(smooth(6, 5, 3), "BMP"),
        "pets/cat/Z.PNG": blob(smooth(7, 7, 3), "PNG"),
        "pets/dog/a.jpg": blob(smooth(16, 16, 3), "JPEG"),
        "pets/dog/b.png": blob(smooth(5, 11, 3), "PNG"),
        "pets/dog/c.jpeg": blob(smooth(8, 24, 3), "JPEG"),
        "pets/dog/d.png": blob(smooth(8, 8, 1)[:, :, 0], "PNG"),
        "odd/grey.png": blob(smooth(6, 7, 1)[:, :, 0], "PNG"),
        "odd/alpha.png": blob(smooth(6, 7, 4), "PNG"),
        "odd/palette.gif": blob(smooth(6, 7, 3), "GIF", "P"),
        "odd/deep.png": blob(smooth(6, 7, 1)[:, :, 0].astype("uint16") * 257, "PNG"),
    }
    images |= {f"png/x/{k}": v for k, v in images.items() if k.endswith(".png") and "deep" not in k}
    images = {
        (k.replace("/pets/", "/").replace("/odd/", "/") if k.startswith("png/") else k): v for k, v in images.items()
    }
    texts = {f"mail/{kind}/{k}.txt": f"{kind} number {k}\nÄ".encode() for kind in ("ham", "spam") for k in (1, 2, 3)}
    return {
        **images,
        **texts,
        "pets/readme.txt": b"no image",
        "pets/dog/readme.txt": b"no image",
        "mail/x.txt": b"outside",
    }
