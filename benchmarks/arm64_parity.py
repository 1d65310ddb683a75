"""Do the shipped files compute on ARM64 what they compute here? Emulated: parity, not speed.

    python benchmarks/arm64_parity.py saved_models/tpgan_student/*/model.tflite

Debian's qemu runs an ARM64 Python with LiteRT's wheel for it. Outputs are compared through XNNPACK
and through LiteRT's built-in kernels. Through XNNPACK int8 must agree to the byte, and as many
operators must run in it there as here. Built-in int8 kernels round otherwise on each processor, and
floats are added in another order: neither has to agree.

The processor is one of a phone, Cortex-A76. qemu's `max` also has the matrix extension SME, for
which XNNPACK takes other kernels, and then int8 is wrong by up to 196 steps (LiteRT 2.3, qemu 7.2;
built-in kernels on the same processor: 6); `--cpu max,sme=off` is identical again. Whether qemu
errs or those kernels do is not known: it takes a processor with SME to tell.

The emulated system, about 150 MB, is fetched once from Debian and PyPI into `--cache`; it needs
Linux on x86-64 with dpkg. The first run takes two minutes, later ones twenty seconds a file.
"""

import argparse
import hashlib
import json
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

from tfgan_compress.files import atomic_path, write_json
from tfgan_compress.tflite import SIGNATURE, read_contract, undelegated

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

KERNELS = {"XNNPACK": "AUTO", "built-in": "BUILTIN_WITHOUT_DEFAULT_DELEGATES"}
"""Columns of the table, and LiteRT's names for them."""

# Runs under both Pythons, which share no package but NumPy and LiteRT.
RUNNER = f"""
import json, sys
import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
for job in json.load(open(sys.argv[1])):
    interpreter = Interpreter(
        model_path=job["model"], num_threads=1,
        experimental_op_resolver_type=OpResolverType[job["kernels"]],
    )
    interpreter.allocate_tensors()
    run = interpreter.get_signature_runner("{SIGNATURE}")
    inputs = dict(np.load(job["inputs"]))
    count = len(next(iter(inputs.values())))
    rows = [run(**{{k: v[i : i + 1] for k, v in inputs.items()}}) for i in range(count)]
    np.save(job["stem"] + ".npy", np.concatenate([row[job["output"]] for row in rows]))
    names = ("index", "inputs", "outputs")
    details = [
        {{"op_name": d["op_name"], **{{n: np.asarray(d[n]).tolist() for n in names}}}}
        for d in interpreter._get_ops_details()
    ]
    json.dump(details, open(job["stem"] + ".json", "w"))
"""


def main():
    """Prints the table; returns 1 if an integer file differs or XNNPACK leaves more of it there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, help=".tflite files with their contracts")
    parser.add_argument("--images", type=int, default=2, help="inputs per file (default: 2)")
    parser.add_argument("--cpu", default="cortex-a76", help="qemu's model (default: cortex-a76)")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tfgan_compress/arm64"
    parser.add_argument("--cache", type=Path, default=cache, help=f"default: {cache}")
    arguments = parser.parse_args()
    contracts = {path: read_contract(path) for path in arguments.files}
    emulated = emulated_python(arguments.cache, arguments.cpu)
    with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory() as there:
        outputs(contracts, [sys.executable], arguments.images, Path(here))
        outputs(contracts, emulated, arguments.images, Path(there))
        print(f"{'file':50} {'XNNPACK runs':>14} " + " ".join(f"{k:>14}" for k in KERNELS))
        good = [_report(i, path, Path(here), Path(there)) for i, path in enumerate(arguments.files)]
    return int(not all(good))


def _report(number, path, here, there):
    """Prints the row of one file; returns whether it may differ as it does."""
    left = [len(_left(folder / f"{number}-AUTO.json")) for folder in (here, there)]
    cells, worst = [], {}
    for kernels in KERNELS.values():
        one, other = (np.load(folder / f"{number}-{kernels}.npy") for folder in (here, there))
        exact = one.dtype.kind == "i"
        worst[kernels] = np.abs(one.astype(np.float64) - other).max()
        unit = " steps" if exact else ""
        cells.append("identical" if worst[kernels] == 0 else f"{worst[kernels]:.3g}{unit}")
    runs = "all" if left == [0, 0] else f"all but {left[0]}, {left[1]}"
    print(f"{path!s:50} {runs:>14} " + " ".join(f"{cell:>14}" for cell in cells), flush=True)
    return left[1] <= left[0] and not (exact and worst["AUTO"])


def _left(path):
    return undelegated(json.loads(path.read_text()))


def outputs(contracts, python, images, folder):
    """Lets `python` (a command) run every file with all `KERNELS` on the same random inputs.

    Args:
        contracts: `{path: contract}`.
        python: A command, its arguments to follow.
        images: Inputs per file.
        folder: Gets `<number of the file>-<kernels>.npy`, the outputs, and `.json`, the operators.
    """
    jobs = []
    for number, (path, contract) in enumerate(contracts.items()):
        given = folder / f"{number}.npz"
        np.savez(given, **inputs(contract, images))
        for kernels in KERNELS.values():
            stem = str(folder / f"{number}-{kernels}")
            jobs.append({
                "model": str(path.resolve()), "inputs": str(given), "stem": stem,
                "kernels": kernels, "output": contract["outputs"][0]["name"],
            })  # fmt: skip
    write_json(folder / "jobs.json", jobs)
    (folder / "run.py").write_text(RUNNER)
    command = [*python, str(folder / "run.py"), str(folder / "jobs.json")]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{python[0]} did not run the files: {done.stderr[-2000:]}")


def inputs(contract, images):
    """Returns `{name: (images, ...)}`, random tensors in the contract's own dtypes."""
    rng = np.random.default_rng(0)
    made = {}
    for tensor in contract["inputs"]:
        shape = (images, *tensor["shape"][1:])
        if tensor["dtype"] == "int8":
            made[tensor["name"]] = rng.integers(-128, 128, shape).astype(np.int8)
        else:
            made[tensor["name"]] = rng.uniform(-1, 1, shape).astype(np.float32)
    return made


def emulated_python(cache, cpu):
    """Returns the command that runs ARM64's Python on qemu's processor `cpu`.

    What it needs is fetched the first time.
    """
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
        str(cache / "emulator/usr/bin/qemu-aarch64-static"), "-cpu", cpu, "-L", str(root),
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
