"""Prints as JSON what the nets of this folder tell of the torch backend; run as a script."""

import json
import sys

import keras

from tests import norm_facts
from tests.training import captured_nets, crgan_nets, pim_nets, three_steps


def main(folder):
    found = {"backend": keras.backend.backend(), **norm_facts.facts()}
    for module in (three_steps, crgan_nets, pim_nets, captured_nets):
        name = module.__name__.rpartition(".")[2]
        found[name] = module.facts(f"{folder}/{name}")
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
