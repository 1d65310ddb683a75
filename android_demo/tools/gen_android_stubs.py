"""Turns Android's public API (AOSP's `current.txt`, API 34) into Java stubs to type-check against.

Only the classes that some sources import are made, with their supertypes, inner classes, and the
classes that their members mention; members that mention others are left out. Nullness is kept.
All classes are abstract and empty: nothing here can run.
"""

import re
from pathlib import Path

_CLASS = re.compile(
    r"(?P<words>(?:[\w-]+ )*?)(?P<kind>class|interface|enum|@interface) (?P<name>[\w.]+)"
    r"(?P<parameters><.*?>+)?(?: extends (?P<extends>.+?))?(?: implements (?P<implements>.+?))?$"
)
_ANNOTATION = re.compile(r"@(?!interface)[\w.]+(?:\((?:[^()\"]|\"[^\"]*\"|\([^()]*\))*\))? ?")
_NULLNESS = {"@NonNull ": "@androidx.annotation.NonNull ",
             "@Nullable ": "@androidx.annotation.Nullable "}  # fmt: skip
_NAME = re.compile(r"\b[a-z]\w*(?:\.\w+)+")
_PLAIN = ("java.", "javax.crypto", "javax.net", "androidx.annotation.")


def generate(api, sources, folder):
    """Writes stubs for what `sources` import.

    Args:
        api: Path of `current.txt`.
        sources: Kotlin and Java files.
        folder: Where the stubs go.

    Returns:
        The files written.
    """
    classes = _parse(Path(api).read_text(encoding="utf-8"))
    wanted = set()
    for source in sources:
        wanted |= set(re.findall(r"^import (android\.[\w.]+)", source.read_text(), re.M))
    unknown = sorted(name for name in wanted if name not in classes)
    if unknown:
        raise ValueError(f"Android's API 34 must have what is imported. Missing: {unknown}.")
    chosen = _closure(classes, wanted)
    written = _annotations(folder)
    for name in sorted(chosen):
        if classes[name]["outer"] is None:
            path = folder / (name.replace(".", "/") + ".java")
            path.parent.mkdir(parents=True, exist_ok=True)
            package = name.rpartition(".")[0]
            body = _java(classes, chosen, name)
            path.write_text(f"package {package};\n\n{body}", encoding="utf-8")
            written.append(path)
    return written


def _parse(text):
    """Returns `{full name: class}` of the whole API."""
    classes, package, current = {}, "", None
    for line in text.splitlines():
        if line.startswith("package "):
            package = line.split()[1]
        elif line.startswith("  ") and line.endswith("{"):
            match = _CLASS.match(_without_annotations(line.strip().removesuffix(" {")))
            current = match.groupdict() | {"members": [], "inner": []}
            name = f"{package}.{current['name']}"
            outer = name.rpartition(".")[0]
            current["outer"] = outer if outer in classes else None
            if current["outer"]:
                classes[outer]["inner"].append(name)
            classes[name] = current
        elif line.startswith("    "):
            current["members"].append(_without_annotations(line.strip().split("; //")[0] + ";"))
    return classes


def _without_annotations(line):
    for short, full in _NULLNESS.items():
        line = line.replace(short, full.replace("@", "\0"))
    return _ANNOTATION.sub("", line).replace("\0", "@").replace(";;", ";")


def _closure(classes, wanted):
    """`wanted`, what their members mention, and the supertypes, inner and outer classes of all."""
    chosen = _family(classes, wanted)
    mentioned = {
        name for c in chosen for member in classes[c]["members"] for name in _NAME.findall(member)
    }
    return chosen | _family(classes, mentioned & classes.keys())


def _family(classes, names):
    found, todo = set(), list(names)
    while todo:
        name = todo.pop()
        if name in found or name not in classes:
            continue
        found.add(name)
        entry = classes[name]
        todo += entry["inner"] + ([entry["outer"]] if entry["outer"] else [])
        todo += _NAME.findall(f"{entry['extends']} {entry['implements']}")
    return found


def _java(classes, chosen, name):
    entry = classes[name]
    kind = entry["kind"]
    words = "public static " if entry["outer"] else "public "
    words += "abstract " if kind == "class" else ""
    simple = entry["name"].rpartition(".")[2]
    header = f"{words}{kind} {simple}{entry['parameters'] or ''}"
    stubbed = (entry["extends"] or "").split("<")[0] in chosen
    if kind == "class" and entry["extends"]:
        header += f" extends {entry['extends']}"
    interfaces = _split(entry["implements"] if kind != "interface" else entry["extends"])
    interfaces = [i for i in interfaces if _known(i, chosen)]
    if interfaces and kind != "@interface":
        header += " extends " if kind == "interface" else " implements "
        header += ", ".join(interfaces)
    body = [_constants(entry)] if kind == "enum" else []
    if kind == "class":
        up = _super(entry, stubbed)
        body.append(f"protected {simple}(stubs.Nothing nothing) {{ super({up}); }}")
    for member in entry["members"]:
        if kind != "@interface" and _known(member, chosen):
            body += _member(member, kind, simple, _super(entry, stubbed))
    body += [_java(classes, chosen, inner) for inner in entry["inner"] if inner in chosen]
    return header + " {\n" + "\n".join(body) + "\n}\n"


def _member(member, kind, simple, up):
    what, _, rest = member.partition(" ")
    if what == "field":
        if " final " in rest and "=" not in rest:
            rest = rest.replace(" final ", " ")
            if kind == "interface":
                return []
        return [rest]
    if what == "ctor":
        rest = re.sub(r" [\w.]+\(", f" {simple}(", rest, count=1)
        return [f"{_named(rest).removesuffix(';')} {{ super({up}); }}"]
    if what == "method":
        if kind == "enum" and re.search(r" (values|valueOf)\(", rest):
            return []
        rest = _named(rest.replace(" final ", " ").replace(" synchronized ", " "))
        bodiless = " abstract " in rest or (
            kind == "interface" and not re.search(r"\b(default|static)\b", rest)
        )
        return [rest if bodiless else f"{rest.removesuffix(';')} {{ throw new Error(); }}"]
    return []


def _super(entry, stubbed):
    """What a constructor hands to that of the superclass."""
    if stubbed:
        return "(stubs.Nothing) null"
    streams = ("java.io.FileInputStream", "java.io.FileOutputStream")
    return "(java.io.FileDescriptor) null" if entry["extends"] in streams else ""


def _named(signature):
    """Gives the parameters names."""
    head, _, tail = signature.partition("(")
    inside, _, end = tail.rpartition(")")
    named = [f"{kind} p{i}" for i, kind in enumerate(_split(inside))]
    return f"{head}({', '.join(named)}){end}"


def _split(listing):
    """Splits at commas (or blanks between types) outside angle brackets."""
    parts, depth, start = [], 0, 0
    text = listing or ""
    separators = "," if "," in text or "(" in text or "@" in text else " "
    for i, letter in enumerate(text + separators):
        depth += (letter == "<") - (letter == ">")
        if letter == separators and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    return [part for part in parts if part]


def _known(text, chosen):
    text = re.sub(r'= ".*"', "", text)
    return all(n in chosen or n.startswith(_PLAIN) for n in _NAME.findall(text))


def _constants(entry):
    lines = [m for m in entry["members"] if m.startswith("enum_constant")]
    return ", ".join(line.rstrip(";").split()[-1] for line in lines) + ";"


def _annotations(folder):
    written = []
    for name in ("NonNull", "Nullable"):
        path = folder / "androidx/annotation" / f"{name}.java"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"package androidx.annotation;\n\npublic @interface {name} {{}}\n")
        written.append(path)
    path = folder / "stubs" / "Nothing.java"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("package stubs;\n\npublic class Nothing {}\n")
    return [*written, path]
