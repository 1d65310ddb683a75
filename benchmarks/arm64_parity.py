"""Do the shipped files compute on ARM64 what they compute here? Emulated: parity, not speed.

    python benchmarks/arm64_parity.py saved_models/demo_student/*/model.tflite

Debian's qemu runs an ARM64 Python with LiteRT's wheel for it; files, inputs and outputs are
compared byte by byte. int8 must agree exactly. The emulated system, about 150 MB, is fetched once
from Debian and PyPI into `--cache`; it needs Linux on x86-64 with dpkg. The first run takes two
minutes, later ones twenty seconds a file.
"""

import argparse
import hashlib
import lzma
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

from tfgan_compress.files import atomic_path
from tfgan_compress.tflite import SIGNATURE, read_contract

MIRROR = "http://deb.debian.org/debian"
RELEASE = "bookworm"
EMULATOR = ("amd64", ("qemu-user-static",))
PYTHON = "python3.11"
SYSTEM = (
    "arm64",
    (
        "libc6", "libgcc-s1", "libstdc++6", "zlib1g", "libexpat1", "libffi8", "libssl3",
        "libbz2-1.0", "liblzma5", "libuuid1", "libcrypt1", f"{PYTHON}-minimal",
        f"lib{PYTHON}-minimal", f"lib{PYTHON}-stdlib",
    ),
)  # fmt: skip
WHEELS = ("ai-edge-litert", "numpy", "flatbuffers", "typing-extensions")
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_27_aarch64", "manylinux2014_aarch64")

# What XNNPACK's cpuinfo reads of a processor; without it, LiteRT's delegate fails under qemu.
PROCESSOR = """processor\t: 0
BogoMIPS\t: 100.00
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: 0xd08
CPU revision\t: 3
"""
FAKED = {
    "proc/cpuinfo": PROCESSOR,
    "sys/devices/system/cpu/possible": "0\n",
    "sys/devices/system/cpu/present": "0\n",
}

RUNNER = f"""
import sys
import numpy as np
from ai_edge_litert.interpreter import Interpreter
model, inputs, outputs = sys.argv[1:]
interpreter = Interpreter(model_path=model, num_threads=1)
interpreter.allocate_tensors()
run = interpreter.get_signature_runner("{SIGNATURE}")
rows = [run(**row) for row in np.load(inputs, allow_pickle=True)]
np.savez(outputs, **{{name: np.concatenate([row[name] for row in rows]) for name in rows[0]}})
"""


def main():
    """Compares every file given; returns 1 if an integer file differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, help=".tflite files with their contracts")
    parser.add_argument("--images", type=int, default=4, help="inputs per file (default: 4)")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tfgan_compress/arm64"
    parser.add_argument("--cache", type=Path, default=cache, help=f"default: {cache}")
    arguments = parser.parse_args()
    emulated = emulated_python(arguments.cache)
    failed = False
    for path in arguments.files:
        here, there = (
            outputs(path, python, arguments.images) for python in ([sys.executable], emulated)
        )
        exact = here.dtype.kind == "i"
        worst = int(np.abs(here.astype(int) - there).max()) if exact else np.abs(here - there).max()
        failed |= exact and worst != 0
        verdict = "identical" if (here == there).all() else f"largest difference {worst:.3g}"
        print(f"{path}: {here.dtype} {here.shape}, {verdict}", flush=True)
    return int(failed)


def outputs(path, python, images):
    """Returns what `python` (a command) makes of random inputs, the same for each."""
    contract = read_contract(path)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        np.save(
            folder / "inputs.npy", np.array(inputs(contract, images), object), allow_pickle=True
        )
        (folder / "run.py").write_text(RUNNER)
        arguments = [folder / "run.py", path.resolve(), folder / "inputs.npy", folder / "out.npz"]
        done = subprocess.run([*python, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{path} did not run with {python[-1]}: {done.stderr[-2000:]}")
        return np.load(folder / "out.npz")[contract["outputs"][0]["name"]]


def inputs(contract, images):
    """Returns `images` dicts of random input tensors in the contract's own dtypes."""
    rng = np.random.default_rng(0)
    return [
        {
            tensor["name"]: rng.integers(-128, 128, tensor["shape"]).astype(np.int8)
            if tensor["dtype"] == "int8"
            else rng.uniform(-1, 1, tensor["shape"]).astype(np.float32)
            for tensor in contract["inputs"]
        }
        for _ in range(images)
    ]


def emulated_python(cache):
    """Returns the command that runs ARM64's Python; fetches what it needs the first time."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64") or not shutil.which(
        "dpkg-deb"
    ):
        raise SystemExit("The emulation needs Linux on x86-64 with Debian's dpkg-deb.")
    if not (cache / "complete").exists():
        shutil.rmtree(cache, ignore_errors=True)
        for (architecture, packages), name in ((EMULATOR, "emulator"), (SYSTEM, "root")):
            fetch_packages(architecture, packages, cache / name)
        fetch_wheels(cache / "root" / "wheels")
        for name, text in FAKED.items():
            (cache / "root" / name).parent.mkdir(parents=True, exist_ok=True)
            (cache / "root" / name).write_text(text)
        (cache / "complete").touch()
    root = cache / "root"
    return [
        str(cache / "emulator/usr/bin/qemu-aarch64-static"), "-L", str(root),
        "-E", f"PYTHONHOME={root / 'usr'}", "-E", f"PYTHONPATH={root / 'wheels'}",
        str(root / "usr/bin" / PYTHON),
    ]  # fmt: skip


def fetch_packages(architecture, packages, target):
    """Unpacks Debian packages into `target`; their checksums are those of Debian's index."""
    index = f"{MIRROR}/dists/{RELEASE}/main/binary-{architecture}/Packages.xz"
    found = {}
    for entry in lzma.decompress(_fetched(index)).decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in entry.splitlines() if ": " in line)
        found[fields.get("Package")] = fields
    target.mkdir(parents=True, exist_ok=True)
    for package in packages:
        print(f"fetching {package} ({architecture})", file=sys.stderr)
        content = _fetched(f"{MIRROR}/{found[package]['Filename']}")
        if hashlib.sha256(content).hexdigest() != found[package]["SHA256"]:
            raise RuntimeError(f"{package} is not what Debian's index says it is: try again.")
        with atomic_path(target / "package.deb") as temporary:
            temporary.write_bytes(content)
        subprocess.run(["dpkg-deb", "-x", target / "package.deb", target], check=True)
        (target / "package.deb").unlink()


def fetch_wheels(target):
    """Unpacks the ARM64 wheels of the versions installed here."""
    platforms = [f"--platform={name}" for name in PLATFORMS]
    with tempfile.TemporaryDirectory() as folder:
        for name in WHEELS:
            print(f"fetching {name}", file=sys.stderr)
            subprocess.run(
                [
                    sys.executable, "-m", "pip", "download", "-q", "--no-deps", *platforms,
                    "--python-version=3.11", "--only-binary=:all:", "-d", folder,
                    f"{name}=={version(name)}",
                ],
                check=True,
            )  # fmt: skip
        for wheel in Path(folder).glob("*.whl"):
            zipfile.ZipFile(wheel).extractall(target)


def _fetched(address):
    with urllib.request.urlopen(address) as answer:
        return answer.read()


if __name__ == "__main__":
    sys.exit(main())
