"""Files from the network into the Keras cache, with tf.keras' arguments.

What only a download or an archive needs is imported where it happens: urllib.request alone would double pyseq's import.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from pyseq.messages import say
from pyseq.utils.progbar import Progbar

_BLOCK = 1 << 16  # bytes read at a time
_TIMEOUT = 60  # s without a byte


def keras_home() -> Path:
    """The folder of Keras' caches and settings: KERAS_HOME if set, else ~/.keras."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")


def get_file(
    fname=None,
    origin=None,
    untar=False,
    md5_hash=None,
    file_hash=None,
    cache_subdir="datasets",
    hash_algorithm="auto",
    extract=False,
    archive_format="auto",
    cache_dir=None,
):
    """Path of a file in the cache, downloaded if it is not there.

    Args:
        fname: name of the file in the cache, or an absolute path; the last part of `origin` by default.
        origin: URL.
        untar: the file is a .tar.gz; unpack it and return the path without that ending. Better: `extract`.
        md5_hash: MD5 of the file. Better: `file_hash`.
        file_hash: SHA-256 or MD5 of the file, in hexadecimal. A cached file that differs is downloaded again.
        cache_subdir: folder inside the cache, or an absolute path.
        hash_algorithm: "sha256", "md5" or "auto": by the length of `file_hash`.
        extract: unpack the archive beside itself?
        archive_format: "tar", "zip", a list of them, "auto" for both, None for none.
        cache_dir: the cache; KERAS_HOME or ~/.keras by default.
    Returns:
        Path of the file, a string.
    Raises:
        OSError: the file can't be had; the message says where to put it by hand.
        ValueError: the download has another hash, or an archive has members that are links or leave its folder.
    """
    if origin is None:
        raise ValueError("get_file: `origin` must be the URL of the file to download. Received: origin=None.")
    name = os.fspath(fname) if fname else os.path.basename(urlsplit(origin).path)
    if not name:
        raise ValueError(
            f"get_file: `fname` must be given when `origin` does not end in one. Received: origin={origin!r}."
        )
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    folder = _writable(Path(cache_dir) if cache_dir else keras_home()) / cache_subdir
    target = folder / name
    path = Path(f"{target}.tar.gz") if untar else target
    path.parent.mkdir(parents=True, exist_ok=True)

    def official(candidate):
        return file_hash is None or validate_file(candidate, file_hash, hash_algorithm)

    if path.exists() and not official(path):
        say(f"{path} does not have the expected hash {file_hash}: it is downloaded again.")
        path.unlink()
    if not path.exists():
        download(origin, path, official)
    if untar:
        if not target.exists():
            _extract(path, folder, "tar")
        return str(target)
    if extract:
        _extract(path, folder, archive_format)
    return str(path)


def cached(name: str, origin: str, official) -> Path:
    """Path of a data set's file in the cache. One that is there is taken as it is; a download must be `official(path)`."""
    path = _writable(keras_home()) / "datasets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        download(origin, path, official)
    return path


def _writable(home: Path) -> Path:
    """`home`, or a folder for temporary files if `home` can't be written."""
    probe = home
    while not probe.exists() and probe != probe.parent:
        probe = probe.parent
    return home if os.access(probe, os.W_OK) else Path(tempfile.gettempdir()) / ".keras"


def _opener():
    """Opens URLs and follows redirects, but not from an encrypted connection to an open one."""
    import urllib.error
    import urllib.request

    class NoDowngrade(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, req, fp, code, msg, headers, newurl):
            if req.type == "https" and urlsplit(newurl).scheme != "https":
                raise urllib.error.URLError(f"redirected from HTTPS to {newurl}")
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    return urllib.request.build_opener(NoDowngrade)


def download(origin: str, path: Path, official) -> None:
    """Download into a temporary file beside `path`, showing progress; if `official(temporary)`, rename it to `path`."""
    say(f"Downloading data from {origin}")
    handle, part = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            try:
                with _opener().open(origin, timeout=_TIMEOUT) as response:
                    _copy(response, out)
            except (OSError, ValueError) as error:  # URLError, timeouts and refused redirects are OSErrors
                reason = getattr(error, "reason", None) or error
                raise OSError(
                    f"get_file: {origin} could not be downloaded: {reason}. "
                    f"Without a network, put the file there by hand, as {path}."
                ) from None
        if not official(Path(part)):
            raise ValueError(
                f"get_file: what came from {origin} is incomplete or not the file expected: its hash differs."
            )
        os.chmod(part, 0o666 & ~_umask())  # a temporary file is its owner's alone
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise


def _copy(response, out):
    size = response.headers.get("Content-Length", "").strip()
    size = int(size) if size.isdigit() and int(size) > 0 else None
    bar, done = Progbar(size, verbose=1 if sys.stdout is not None else 0), 0
    while block := response.read(_BLOCK):
        out.write(block)
        done += len(block)
        if size is None or done < size:
            bar.update(done, finalize=False)
    if size is not None and done != size:
        raise OSError(f"the connection ended after {done} of {size} bytes")
    bar.update(done, finalize=True)


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def validate_file(fpath, file_hash, algorithm="auto", chunk_size=65535) -> bool:
    """Does the file have this hash? `algorithm`: "sha256", "md5" or "auto": by the length of `file_hash`."""
    if algorithm not in ("auto", "sha256", "md5"):
        raise ValueError(f"get_file: `hash_algorithm` must be 'auto', 'sha256' or 'md5'. Received: {algorithm!r}.")
    if algorithm == "auto":
        algorithm = "sha256" if len(file_hash) == 64 else "md5"
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with open(fpath, "rb") as f:
        while block := f.read(chunk_size):
            digest.update(block)
    return digest.hexdigest() == str(file_hash).lower()


def _extract(path: Path, folder: Path, formats) -> bool:
    """Unpack plain files and folders of an archive into `folder`; False if it is none of the formats."""
    import tarfile
    import zipfile

    if formats is None:
        return False
    for kind in ("tar", "zip") if formats == "auto" else [formats] if isinstance(formats, str) else formats:
        if kind == "tar" and tarfile.is_tarfile(path):
            with tarfile.open(path) as archive:
                _extract_tar(archive, path, folder)
            return True
        if kind == "zip" and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                _extract_zip(archive, path, folder)
            return True
    return False


def _extract_tar(archive, path, folder):
    members = archive.getmembers()
    for member in members:  # look at all before writing any
        if not (member.isfile() or member.isdir()):
            raise ValueError(f"get_file: {path} has a member that is a link or a device: {member.name!r}.")
        _inside(path, folder, member.name)
    for member in members:
        place = _inside(path, folder, member.name)
        if member.isdir():
            place.mkdir(parents=True, exist_ok=True)
        else:
            _write(archive.extractfile(member), place)


def _extract_zip(archive, path, folder):
    members = archive.infolist()
    for member in members:
        if member.external_attr >> 28 == 0xA:
            raise ValueError(f"get_file: {path} has a member that is a link: {member.filename!r}.")
        _inside(path, folder, member.filename)
    for member in members:
        place = _inside(path, folder, member.filename)
        if member.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        else:
            _write(archive.open(member), place)


def _inside(path, folder, name) -> Path:
    """Where a member of the archive goes; links that stand in the folder already are followed before judging."""
    root = folder.resolve()
    place = (root / name).resolve()
    if not place.is_relative_to(root) or "\\" in name and os.name == "nt":
        raise ValueError(f"get_file: {path} has a member that would be written outside of its folder: {name!r}.")
    return place


def _write(source, place):
    place.parent.mkdir(parents=True, exist_ok=True)
    with source, open(place, "wb") as out:
        shutil.copyfileobj(source, out)
