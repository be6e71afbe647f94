"""The command line: `python -m pyseq demo | run | info`."""

from __future__ import annotations

import argparse
import sys

from pyseq._version import __version__


def main(argv=None) -> int | None:
    """Run one command; returns the exit status, None for success."""
    argv = sys.argv[1:] if argv is None else list(argv)
    if argv[:1] == ["run"] and argv[1:2] not in (["-h"], ["--help"], []):
        from pyseq.cli.run import run  # all that follows is the program's, none of it is ours to parse

        return run(argv[1], argv[2:])

    parser = argparse.ArgumentParser(prog="python -m pyseq", description="Deep learning for ordinary CPUs.")
    parser.add_argument("--version", action="version", version=f"pyseq {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="demo | run | info")
    demo = commands.add_parser("demo", help="train a classifier of handwritten digits and show what it predicts")
    demo.add_argument("--epochs", type=_whole, default=20, help="rounds over the training data (default: 20)")
    demo.add_argument("--seed", type=_whole, default=1, help="of the weights and the shuffling (default: 1)")
    run_ = commands.add_parser("run", help="run a program with its tensorflow and keras imports answered by pyseq")
    run_.add_argument("script", help="the program")
    run_.add_argument("args", nargs="*", help="its arguments")
    info = commands.add_parser("info", help="print versions, instruction sets, threads and measured speed")
    info.add_argument("--json", action="store_true", help="as JSON")
    options = parser.parse_args(argv)
    if options.command == "demo":
        from pyseq.cli.demo import demo as command

        return command(epochs=options.epochs, seed=options.seed)
    from pyseq.cli.info import info as command

    return command(as_json=options.json)


def _whole(text: str) -> int:
    """An integer from 0 to 2^32 - 1."""
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"must be an integer from 0 to 2^32 - 1, not {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
