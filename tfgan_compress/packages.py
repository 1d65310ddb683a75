"""Archives of public registries, fetched once into a cache folder.

Each is pinned by its SHA-256; one that differs is refused. A folder is whole or absent.
"""

import dataclasses
import hashlib
import io
import shutil
import sys
import tarfile
import tempfile
import urllib.request
from pathlib import Path

NPM = "https://registry.npmjs.org"


@dataclasses.dataclass(frozen=True)
class Package:
    """An archive to unpack: its address, its SHA-256, and which of its files to keep.

    Attributes:
        url: Where it is.
        sha256: Of the whole archive.
        keep: What the names of files to keep begin with: one text, or a tuple of several.
    """

    url: str
    sha256: str
    keep: str | tuple[str, ...] = ""


def fetch(name, package, cache, *, as_tar=None):
    """Returns the folder that holds `package`, unpacked; downloads it if it is missing.

    Args:
        name: What its folder is called, followed by its hash.
        package: The `Package`.
        cache: Folder of folders.
        as_tar: Function from the archive's bytes to those of a tar file, possibly compressed,
            where it is not one.

    Raises:
        OSError: If it cannot be downloaded.
        ValueError: If it is not the one that is pinned, or holds none of the files to keep.
    """
    folder = Path(cache) / f"{name}-{package.sha256[:12]}"
    if folder.is_dir():
        return folder
    content = _download(package, folder)
    content = as_tar(content) if as_tar else content
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Unpacked beside and renamed: a folder is whole or absent.
    temporary = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        _unpack(content, package, temporary)
        temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary)
        raise
    return folder


def _download(package, folder):
    print(f"Fetching {package.url}", file=sys.stderr)
    try:
        with urllib.request.urlopen(package.url, timeout=120) as answer:
            content = answer.read()
    except OSError as error:
        raise OSError(
            f"{package.url} must be there to download, or lie unpacked in {folder}. {error}"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != package.sha256:
        raise ValueError(
            f"{package.url} must have the SHA-256 {package.sha256}. Received: {found}."
        )
    return content


def _unpack(content, package, folder):
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        kept = [m for m in archive if m.name.removeprefix("./").startswith(package.keep)]
        if not kept:
            raise ValueError(f"{package.url} must hold {package.keep}.")
        archive.extractall(folder, kept, filter="data")
