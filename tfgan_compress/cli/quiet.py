"""Keeps the chatter of TensorFlow's C++ libraries out of a command's output.

They write to file descriptor 2 before any logging level is read, so the level alone does not help.
"""

import contextlib
import faulthandler
import logging
import os
import re
import sys
import threading

CHATTER = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog|[IW]\d{4} \d\d:\d\d:\d"
    rb"|To enable the following instructions:|INFO: Created TensorFlow Lite|fully_quantize: "
)


@contextlib.contextmanager
def quiet():
    """Filters this process's descriptor 2; Python's own `sys.stderr` goes past the filter."""
    # TensorFlow reads this once, when it is imported.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("absl").setLevel(logging.ERROR)
    python_stderr, original = sys.stderr, os.dup(2)
    sys.stderr = open(original, "w", buffering=1, encoding="utf-8", closefd=False)
    # A crash in C++ would take the filter along, unread lines included: say at least where it was.
    faulthandler.enable(sys.stderr)
    reader, writer = os.pipe()
    os.dup2(writer, 2)
    os.close(writer)
    thread = threading.Thread(target=_forward, args=(reader, original), daemon=True)
    thread.start()
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(original, 2)
        # A worker that outlives the command may still hold the pipe open.
        thread.join(timeout=0.5)
        faulthandler.disable()
        sys.stderr = python_stderr


def _forward(reader, original):
    with open(reader, "rb") as lines:
        for line in lines:
            if not CHATTER.match(line):
                os.write(original, line)
