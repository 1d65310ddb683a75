import keras
import numpy as np
import pytest

from tests.training import nets
from tfgan_compress.training.sampling import SubnetSampler


def draw(sampler, times=1):
    """Widths of every subnet of `times` steps, one dict each."""
    return [
        {group: int(np.sum(keras.ops.convert_to_numpy(mask))) for group, mask in subnet().items()}
        for _ in range(times)
        for subnet in sampler.subnets()
    ]


def test_uniform_rule_draws_another_subnet_each_step_from_the_space():
    drawn = draw(SubnetSampler(nets.SPACE, seed=0), 8)
    assert len({tuple(keep.values()) for keep in drawn}) > 6
    for group, knob in nets.SPACE.knobs.items():
        assert {keep[group] for keep in drawn} == set(nets.SPACE.choices[knob])


def test_seed_decides_the_subnets():
    one, same, other = (draw(SubnetSampler(nets.SPACE, seed=s), 3) for s in (1, 1, 2))
    assert one == same
    assert one != other


def test_sandwich_rule_takes_the_widest_the_narrowest_and_two_at_random():
    widest, narrowest, *random = draw(SubnetSampler(nets.SPACE, rule="sandwich", seed=0))
    assert widest == nets.CHANNELS
    assert narrowest == nets.NARROW
    assert len(random) == 2
    assert random[0] != random[1]


def test_masks_lead():
    (subnet,) = SubnetSampler(nets.SPACE, seed=0).subnets()
    for mask in subnet().values():
        values = keras.ops.convert_to_numpy(mask)
        assert (np.diff(values) <= 0).all()
        assert set(values) <= {0.0, 1.0}


def test_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="'uniform' or 'sandwich'"):
        SubnetSampler(nets.SPACE, rule="random")
