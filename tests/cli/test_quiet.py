import subprocess
import sys

SCRIPT = """
import os, sys
from tfgan_compress.cli.quiet import quiet
with quiet():
    os.write(2, b"I0000 00:00:1.2 3 port.cc:153] oneDNN custom operations are on.\\n")
    os.write(2, b"E0000 00:00:1.2 3 port.cc:153] trouble\\n")
    print("from Python", file=sys.stderr)
os.write(2, b"I0000 00:00:00 after\\n")
"""


def test_only_chatter_of_libraries_is_dropped():
    result = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert result.returncode == 0
    assert sorted(result.stderr.splitlines()) == [
        "E0000 00:00:1.2 3 port.cc:153] trouble",
        "I0000 00:00:00 after",
        "from Python",
    ]
