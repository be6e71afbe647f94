"""How large the wheel is: built from a copy of the sources, with every instruction set of this machine's family."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

BAR_MB = 5  # of issue 2
ROOT = Path(__file__).parent.parent


def test_wheel(report, tmp_path):
    built = os.environ.get("PYSEQ_WHEEL")  # one that is there already
    if not built:
        command = [sys.executable, "-m", "build", "--outdir", tmp_path, ROOT]  # by way of an sdist: leaves ROOT alone
        subprocess.run(command, check=True, capture_output=True)
        (built,) = tmp_path.glob("*.whl")
    mb = Path(built).stat().st_size / 1e6
    with zipfile.ZipFile(built) as wheel:
        files = wheel.infolist()
    report.row({"file": "the wheel", "MB": mb, "unpacked MB": sum(f.file_size for f in files) / 1e6,
                "bar": "ok" if mb < BAR_MB else f"over {BAR_MB}"})  # fmt: skip
    for f in sorted(files, key=lambda f: -f.compress_size)[:6]:
        report.row(
            {"file": f.filename.split(".cpython")[0], "MB": f.compress_size / 1e6, "unpacked MB": f.file_size / 1e6}
        )
