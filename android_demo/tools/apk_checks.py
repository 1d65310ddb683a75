"""Dexes what needs nothing but Android's framework, packs it into an APK, signs and verifies it.

That is `core` and the classes of the app that touch neither AndroidX nor LiteRT. The others are
left out, because without Compose's compiler plugin their bytecode would not be the app's, and so is
Kotlin's library. So the APK can be signed and verified, and cannot start.
"""

import shutil
import zipfile
from pathlib import Path

import app_checks
import fetch_toolchain
import toolchain

APP_CLASSES = "org/tfgancompress/demo"
OTHERS = (b"androidx/", b"com/google/ai/edge/", b"kotlinx/coroutines/")
PASSWORD = "throw-away"
R8 = "com.android.tools.r8"


def signed(tools):
    """Dexes, packs, aligns, signs, verifies; an APK with one byte changed has to be refused."""
    if not (tools.build / "app").is_dir():
        app_checks.types(tools)
    packages = fetch_toolchain.fetch("app")
    own = _framework_only(tools.build / "app")
    dex = _dex(tools, packages["bundletool"] / "package/bundletool.jar", own)
    apk = _packed(tools.build, packages, dex)
    jar = packages["apksigner"] / "usr/share/java/apksigner-31.0.2.jar"
    signer = toolchain.java([jar], "com.android.apksigner.ApkSignerTool")
    _sign(signer, apk)
    schemes = _verify(signer, apk)
    _refuse_changed(signer, apk)
    size = sum(path.stat().st_size for path in dex)
    return [
        f"core and {len(own)} classes of the app: {size} bytes of dex that name nothing missing",
        f"signed by {schemes}, verified; refused once a byte was changed",
    ]


def _framework_only(folder):
    """The app's classes that name no other library, nor a class of the app that does."""
    classes = _classes(folder, APP_CLASSES)
    left_out = set(OTHERS)
    while found := [name for name, code in classes.items() if any(w in code for w in left_out)]:
        left_out |= {name.encode() for name in found}
        for name in found:
            del classes[name]
    if not classes:
        raise ValueError("Some class of the app must need nothing but the framework.")
    return classes


def _classes(folder, package):
    return {
        path.relative_to(folder).with_suffix("").as_posix(): path.read_bytes()
        for path in sorted((folder / package).rglob("*.class"))
    }


def _dex(tools, r8, own):
    """Dexes all; fails on a name in it that neither it, Kotlin, Java nor the framework has."""
    program, framework = tools.build / "program.jar", tools.build / "framework.jar"
    _write_jar(program, _classes(tools.build / "core", "org") | own)
    _write_jar(framework, _java() | _classes(tools.build / "android", "android"))
    libraries = ["--lib", framework, "--lib", tools.stdlib]
    folder = tools.build / "dex"
    folder.mkdir()
    options = ["--release", "--min-api", toolchain.sdk("minSdk"), "--output", folder]
    command = toolchain.java([r8], f"{R8}.D8")
    toolchain.run([*command, *options, *libraries, program])
    dex = sorted(folder.glob("*.dex"))
    sources = [word for path in dex for word in ("--source", path)]
    trace = toolchain.java([r8], f"{R8}.tracereferences.TraceReferences")
    toolchain.run([*trace, "--check", *libraries, *sources])
    return dex


def _java():
    """Java 11's public classes, without code, as the JDK keeps them for `javac --release 11`."""
    jdk = Path(shutil.which("javac")).resolve().parents[1]
    classes = {}
    with zipfile.ZipFile(jdk / "lib" / "ct.sym") as symbols:
        for entry in symbols.namelist():
            # Folders are named after the releases they hold for, B being 11.
            releases, _, path = entry.partition("/java.base/")
            if "B" in releases and path.startswith("java/") and path.endswith(".sig"):
                classes[path.removesuffix(".sig")] = symbols.read(entry)
    return classes


def _write_jar(path, classes):
    with zipfile.ZipFile(path, "w") as jar:
        for name, code in classes.items():
            jar.writestr(f"{name}.class", code)


def _packed(build, packages, dex):
    """Adds the bytecode to what aapt2 linked, and aligns what lies uncompressed."""
    raw, apk = build / "raw.apk", build / "framework-only.apk"
    shutil.copyfile(build / "base.apk", raw)
    with zipfile.ZipFile(raw, "a", zipfile.ZIP_DEFLATED) as package:
        for path in dex:
            package.write(path, path.name)
    zipalign = packages["zipalign"] / "usr/lib/android-sdk/build-tools/debian/zipalign"
    environment = toolchain.libraries(packages)
    toolchain.run([zipalign, "-p", "4", raw, apk], env=environment)
    toolchain.run([zipalign, "-c", "-p", "4", apk], env=environment)
    return apk


def _sign(signer, apk):
    """Signs with a key that is made here and thrown away with the folder."""
    store = apk.with_name("key.p12")
    toolchain.run(
        ["keytool", "-genkeypair", "-keystore", store, "-storepass", PASSWORD, "-alias", "key",
         "-keyalg", "EC", "-dname", "CN=throw-away", "-validity", "1"]
    )  # fmt: skip
    toolchain.run([*signer, "sign", "--ks", store, "--ks-pass", f"pass:{PASSWORD}", apk])


def _verify(signer, apk):
    # From 28 on only scheme 3 would be looked at; an older phone looks at scheme 2.
    printed = toolchain.run([*signer, "verify", "--verbose", "--min-sdk-version", "24", apk])
    schemes = [f"v{n}" for n in (2, 3) if f"(APK Signature Scheme v{n}): true" in printed]
    if schemes != ["v2", "v3"]:
        raise ValueError(f"The APK must be signed by schemes v2 and v3. It printed:\n{printed}")
    return " and ".join(schemes)


def _refuse_changed(signer, apk):
    content = bytearray(apk.read_bytes())
    content[len(content) // 2] ^= 1
    changed = apk.with_name("changed.apk")
    changed.write_bytes(content)
    try:
        _verify(signer, changed)
    except ValueError as error:
        if "DOES NOT VERIFY" not in str(error):
            raise
    else:
        raise ValueError("apksigner must refuse an APK of which a byte was changed.")


CHECKS = {"what needs but the framework is dexed, signed, verified": signed}
