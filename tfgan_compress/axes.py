"""What the last dimension of a tensor holds: channel groups, plain counts, flattened maps.

An *axis* is a tuple in the order of the channels: a plain `int` counts channels that are never
removed, a `str` is a channel group, a `Spread` is a map that was flattened, an `Unknown` is what a
convolution makes until a gate downstream names it.
"""

import dataclasses

import numpy as np

Axis = tuple


@dataclasses.dataclass(frozen=True)
class Spread:
    """A flattened map: `axis` once per position."""

    positions: int
    axis: Axis


class Unknown:
    """Channels of a convolution until a gate downstream names them."""

    def __init__(self, width):
        self.width = width
        self.axis: Axis | None = None


def groups(axis):
    """Returns the set of groups that occur in `axis`."""
    found = {item for item in axis if isinstance(item, str)}
    return found.union(*(groups(item.axis) for item in axis if isinstance(item, Spread)))


def width(axis, channels):
    """Number of channels of `axis` when the groups have the widths `channels`."""
    return sum(_item_width(item, channels) for item in axis)


def indices(axis, chosen, channels):
    """Returns where the chosen channels lie on `axis`, an int array in the order of `chosen`.

    Args:
        axis: An `Axis`.
        chosen: `{group: indices}`.
        channels: `{group: width}` of the whole axis.
    """
    found, offset = [np.zeros(0, int)], 0
    for item in axis:
        if isinstance(item, Spread):
            inner = width(item.axis, channels)
            steps = np.arange(item.positions)[:, None] * inner
            found.append(offset + (steps + indices(item.axis, chosen, channels)).ravel())
        elif isinstance(item, int):
            found.append(offset + np.arange(item))
        else:
            found.append(offset + np.asarray(chosen[item], int))
        offset += _item_width(item, channels)
    return np.concatenate(found)


def places(axis, channels):
    """Returns `{group: (positions on the axis, channel at each position)}`, two int arrays."""
    found = {}
    for group in groups(axis):
        # A group occurs whole each time, so its channels count up and start over.
        everything = {g: np.arange(channels[g]) for g in groups(axis)}
        others = everything | {group: np.zeros(0, int)}
        mine = np.setdiff1d(
            indices(axis, everything, channels), indices(axis, others, channels), True
        )
        found[group] = (mine, np.arange(len(mine)) % max(channels[group], 1))
    return found


def match(one, other, channels):
    """Makes two axes equal by naming unknown channels; raises where they differ."""
    left, right = list(_flat(one)), list(_flat(other))
    while left and right:
        a, b = left.pop(0), right.pop(0)
        if isinstance(b, Unknown) and (not isinstance(a, Unknown) or a.width < b.width):
            a, b, left, right = b, a, right, left
        if isinstance(a, Unknown):
            if a is not b:
                a.axis = _take(a.width, [b, *right], right, channels)
        elif isinstance(a, Spread) and isinstance(b, Spread) and a.positions == b.positions:
            match(a.axis, b.axis, channels)
        elif isinstance(a, int) and isinstance(b, int):
            left[:0], right[:0] = [a - b] * (a > b), [b - a] * (b > a)
        elif a != b:
            raise ValueError(_differ(one, other))
    if any(_item_width(item, channels) for item in left + right):
        raise ValueError(_differ(one, other))


def _take(count, items, rest, channels):
    """Returns the first `count` channels of `items` and leaves the others in `rest`."""
    taken = []
    while count > 0 and items:
        item = items.pop(0)
        wide = _item_width(item, channels)
        if wide > count and isinstance(item, int):
            items.insert(0, wide - count)
            item = wide = count
        taken.append(item)
        count -= wide
    if count:
        raise ValueError(_differ(taken, f"{count} more or fewer channels"))
    rest[:] = items
    return tuple(taken)


def _flat(axis):
    """Yields the items of `axis`, named where they are known by now."""
    for item in axis:
        if isinstance(item, Unknown) and item.axis is not None:
            yield from _flat(item.axis)
        else:
            yield item


def resolve(axis):
    """Returns `axis` without unknowns, neighbouring counts added up."""
    resolved = []
    for item in _flat(axis):
        if isinstance(item, Spread):
            inner = resolve(item.axis)
            plain = not groups(inner)
            item = item.positions * sum(inner) if plain else Spread(item.positions, inner)
        elif isinstance(item, Unknown):
            item = item.width
        if isinstance(item, int) and resolved and isinstance(resolved[-1], int):
            resolved[-1] += item
        else:
            resolved.append(item)
    return tuple(resolved)


def unknowns(axis):
    """Yields the channels of `axis` that nothing has named."""
    for item in _flat(axis):
        if isinstance(item, Unknown):
            yield item
        elif isinstance(item, Spread):
            yield from unknowns(item.axis)


def reshape(axis, shape, target):
    """The axis of a map that is flattened or rebuilt; shapes are without the batch."""
    if shape[-1] == target[-1]:
        return axis
    items = tuple(_flat(axis))
    if len(target) == 1:
        return (Spread(int(np.prod(shape[:-1])), items),)
    positions = int(np.prod(target[:-1]))
    if len(shape) == 1 and len(items) == 1:
        (item,) = items
        if isinstance(item, Spread) and item.positions == positions:
            return item.axis
        if isinstance(item, Unknown):
            inner = (Unknown(target[-1]),)
            item.axis = (Spread(positions, inner),)
            return inner
    if all(isinstance(item, int) for item in items):
        return (target[-1],)
    raise ValueError(f"cannot reshape channels {resolve(axis)} from {shape} to {target}.")


def _differ(one, other):
    shown = [resolve(a) if isinstance(a, (tuple, list)) else a for a in (one, other)]
    return f"channels that meet must belong to the same groups. Received: {shown[0]}, {shown[1]}."


def _item_width(item, channels):
    if isinstance(item, Spread):
        return item.positions * width(item.axis, channels)
    if isinstance(item, Unknown):
        return item.width
    return item if isinstance(item, int) else channels[item]
