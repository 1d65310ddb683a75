"""Copies a finished run's models to saved_models/ and writes their cards.

    python scripts/ship_models.py runs/demo demo --command "tfgan-compress demo"

makes saved_models/demo_teacher (weights of generator and discriminator in float16) and
saved_models/demo_student (weights and, with their contracts, the .tflite files that passed).
"""

import argparse
import shutil
from pathlib import Path

from tfgan_compress.files import read_json
from tfgan_compress.report import write_model_card
from tfgan_compress.shipped import find_model
from tfgan_compress.training.architectures import find_architecture

SHIPPED = Path(__file__).resolve().parent.parent / "saved_models"


def main():
    """Copies and describes the two models of a run."""
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    parser.add_argument("run", type=Path, help="directory of a finished run")
    parser.add_argument("name", help="shipped as NAME_teacher and NAME_student")
    parser.add_argument("--command", required=True, help="what makes the models again")
    parser.add_argument("--about", default="", help="a sentence or two for both cards")
    parser.add_argument("--real-data", action="store_true", help="the teacher saw real people")
    arguments = parser.parse_args()
    content = read_json(arguments.run / "report.json")
    start = content["recipe"]["teacher_weights"]
    network = find_architecture(content["recipe"].get("architecture", "tpgan")).title
    sources = {
        "teacher": find_model(start) if start else arguments.run / "teacher",
        "student": arguments.run / "student",
    }
    for role, source in sources.items():
        folder = SHIPPED / f"{arguments.name}_{role}"
        for part in ("generator", "discriminator") if role == "teacher" else ("generator",):
            _copy(source / part, folder / part)
        if role == "student":
            for variant, file in content["exports"].items():
                if all(gate["passed"] for gate in file["gates"].values()):
                    _copy(arguments.run / "export" / variant, folder / variant)
        write_model_card(
            folder,
            content,
            role,
            title=f"{arguments.name}: {network} {role}",
            command=arguments.command,
            real_data=arguments.real_data,
            about=arguments.about,
        )
        print(folder)


def _copy(source, target):
    if source.resolve() != target.resolve():
        shutil.copytree(source, target, dirs_exist_ok=True)


if __name__ == "__main__":
    main()
