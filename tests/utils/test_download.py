"""get_file: what is in the cache, what is downloaded (from a server of this test), what is unpacked and what is refused."""

import hashlib
import http.server
import io
import os
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from pyseq.utils import download, get_file

CONTENT = bytes(range(256)) * 1000
SHA256, MD5 = hashlib.sha256(CONTENT).hexdigest(), hashlib.md5(CONTENT).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    files = {}
    cut = False  # hang up before the end

    def do_GET(self):
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/data.bin")
            self.end_headers()
        elif self.path in self.files:
            content = self.files[self.path]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[:-10] if self.cut else content)
        else:
            self.send_error(404)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("no_proxy", "*")
    Handler.files, Handler.cut = {"/data.bin": CONTENT}, False
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()
        thread.join()


def folder_of(path):
    return sorted(p.name for p in Path(path).parent.iterdir())


@pytest.mark.parametrize("hashes", [{}, {"file_hash": SHA256}, {"file_hash": MD5}, {"md5_hash": MD5}])
def test_downloads_once_and_says_so(server, capsys, hashes, tmp_path):
    path = get_file(origin=f"{server}/data.bin", **hashes)
    assert path == str(tmp_path / "keras" / "datasets" / "data.bin")
    assert Path(path).read_bytes() == CONTENT
    assert folder_of(path) == ["data.bin"]
    out = capsys.readouterr().out
    assert out.startswith(f"Downloading data from {server}/data.bin\n")
    assert f"{len(CONTENT)}/{len(CONTENT)} [==============================]" in out
    Handler.files = {}
    assert get_file(origin=f"{server}/data.bin", **hashes) == path
    assert capsys.readouterr().out == ""


def test_follows_redirects_and_honours_places(server, tmp_path):
    path = get_file("x/y.bin", f"{server}/moved", cache_dir=tmp_path / "other", cache_subdir="sub")
    assert path == str(tmp_path / "other" / "sub" / "x" / "y.bin")
    assert Path(path).read_bytes() == CONTENT
    assert get_file(tmp_path / "absolute.bin", f"{server}/data.bin") == str(tmp_path / "absolute.bin")


def test_no_redirect_from_https_to_http():
    opener = download._opener()
    handler = next(h for h in opener.handlers if hasattr(h, "redirect_request"))
    request = type("Request", (), {"type": "https"})()
    with pytest.raises(OSError, match="redirected from HTTPS"):
        handler.redirect_request(request, None, 302, "Found", {}, "http://example.org/x")


def test_cached_file_with_another_hash_is_downloaded_again(server, tmp_path, capsys):
    path = tmp_path / "keras" / "datasets" / "data.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"old")
    get_file(origin=f"{server}/data.bin")
    assert path.read_bytes() == b"old"
    get_file(origin=f"{server}/data.bin", file_hash=SHA256)
    assert path.read_bytes() == CONTENT
    assert "does not have the expected hash" in capsys.readouterr().out


def test_wrong_hash_leaves_nothing(server, tmp_path):
    with pytest.raises(ValueError, match="its hash differs"):
        get_file(origin=f"{server}/data.bin", file_hash="0" * 64)
    assert list((tmp_path / "keras" / "datasets").iterdir()) == []


@pytest.mark.parametrize("broken", ["missing", "cut"])
def test_failed_download_says_where_to_put_the_file(server, tmp_path, broken):
    Handler.cut = broken == "cut"
    name = "data.bin" if broken == "cut" else "missing.bin"
    with pytest.raises(OSError, match="put the file there by hand, as ") as error:
        get_file(origin=f"{server}/{name}")
    assert str(tmp_path / "keras" / "datasets" / name) in str(error.value)
    assert list((tmp_path / "keras" / "datasets").iterdir()) == []


def test_arguments():
    with pytest.raises(ValueError, match="get_file: `origin` must"):
        get_file("x")
    with pytest.raises(ValueError, match="get_file: `fname` must"):
        get_file(origin="https://example.org/")
    with pytest.raises(ValueError, match="`hash_algorithm` must"):
        download.validate_file(__file__, "0", "crc")


def tar(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if content is None:
                info.type = tarfile.DIRTYPE
            elif isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
            else:
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content) if isinstance(content, bytes) else None)
    return out.getvalue()


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            if isinstance(content, str):
                info.external_attr = 0o120777 << 16
            archive.writestr(info, content)
    return out.getvalue()


@pytest.mark.parametrize("pack", [tar, zipped])
def test_unpacks(server, pack):
    Handler.files["/a.archive"] = pack([("top/deep/file.txt", b"text"), ("top/other", b"")])
    path = Path(get_file(origin=f"{server}/a.archive", extract=True))
    assert (path.parent / "top" / "deep" / "file.txt").read_bytes() == b"text"
    assert (path.parent / "top" / "other").exists()


def test_untar(server):
    Handler.files["/flowers.tar.gz"] = tar([("flowers", None), ("flowers/rose.txt", b"red")])
    path = get_file("flowers", f"{server}/flowers.tar.gz", untar=True)
    assert os.path.basename(path) == "flowers"
    assert (Path(path) / "rose.txt").read_bytes() == b"red"


@pytest.mark.parametrize(
    ("pack", "name", "content"),
    [
        (tar, "../escaped.txt", b"x"),
        (tar, "/tmp/../../escaped.txt", b"x"),
        (tar, "link", "/etc"),
        (tar, "a/../../../escaped.txt", b"x"),
        (zipped, "../escaped.txt", b"x"),
        (zipped, "link", "/etc"),
    ],
)
def test_refuses_to_leave_the_folder(server, tmp_path, pack, name, content):
    Handler.files["/bad.archive"] = pack([("good.txt", b"fine"), (name, content)])
    with pytest.raises(ValueError, match=r"outside of its folder|is a link"):
        get_file(origin=f"{server}/bad.archive", extract=True)
    assert not (tmp_path / "keras" / "datasets" / "good.txt").exists()
    assert not list(tmp_path.rglob("escaped.txt"))


def test_refuses_to_write_through_a_link_in_the_cache(server, tmp_path):
    folder = tmp_path / "keras" / "datasets"
    folder.mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (folder / "top").symlink_to(tmp_path / "outside")
    Handler.files["/bad.tar.gz"] = tar([("top/file.txt", b"x")])
    with pytest.raises(ValueError, match="outside of its folder"):
        get_file(origin=f"{server}/bad.tar.gz", extract=True)
