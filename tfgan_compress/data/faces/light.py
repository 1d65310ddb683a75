"""Lights, the shadows they throw and the light they leave on a face.

Shadows and ambient occlusion are worked out per vertex of the neutral head, once per light, and
interpolated: every pose and expression shares them. Skin lets light bleed past the terminator,
red first (wrapped diffuse); gloss is GGX. No bounced light.
"""

from dataclasses import dataclass

import numpy as np

from tfgan_compress.data.faces.head import BODY
from tfgan_compress.data.faces.raster import rasterize, signed_areas

SHADOW_SIZE, OCCLUSION_SIZE = 256, 128
SHADOW_SPAN = 2.0
"""Half the width of a shadow map, in units."""
SKY = ((0, 15), (-60, 10), (60, 10), (0, 60), (-35, 40), (35, 40), (0, -25), (-110, 20), (110, 20),
       (180, 40))  # fmt: skip
"""Directions (azimuth, elevation) that ambient light comes from."""
SKIN_WRAP = np.array((0.2, 0.12, 0.09), np.float32)


@dataclass(frozen=True)
class Light:
    """Light on a scene, fixed to the head.

    Attributes:
        sources: `((azimuth, elevation, (red, green, blue)), ...)`: degrees, azimuth positive on
            the right of a frontal picture; linear colour.
        ambient: Linear RGB of the light from everywhere.
    """

    sources: tuple
    ambient: tuple


def multipie_lights():
    """Multi-PIE's 20 illuminations: the room alone, then the room with one of 19 flashes.

    Flashes stand at head height every 15 degrees, five above, and one below as the last.
    """
    directions = [(azimuth, 5) for azimuth in range(-90, 91, 15)]
    directions += [(azimuth, 30) for azimuth in (-60, -30, 0, 30, 60)] + [(0, -15)]
    room = Light(sources=((0, 70, (0.45, 0.44, 0.42)),), ambient=(0.6, 0.6, 0.6))
    flashes = [
        Light(sources=((a, e, (1.05, 1.04, 1.02)),), ambient=(0.26, 0.26, 0.26))
        for a, e in directions
    ]
    return (room, *flashes)


def direction(azimuth, elevation):
    """Unit vector `(3,)` towards a light."""
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.array((np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)), np.float32)


def visibility(mesh, towards, *, size=SHADOW_SIZE, radius=2, bias=0.02):
    """How much of a distant light in direction `towards: (3,)` reaches each vertex, `(n,)` 0..1."""
    right = np.cross((0, 1, 0.01), towards)
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(towards, right), towards]).astype(np.float32)
    middle = mesh.centre * (0, 1, 1) + np.array((0, -0.3, -0.6))
    middle = middle.astype(np.float32)

    def project(points):
        turned = (points - middle) @ axes.T
        return size / 2 * (1 + turned[:, :2] * (1, -1) / SHADOW_SPAN), -turned[:, 2]

    places, depth = project(mesh.points)
    places = places.astype(np.float32)
    # Half the triangles of a closed surface are enough.
    lit = (signed_areas(places, mesh.triangles) < 0) | (mesh.parts != BODY)
    shadow = rasterize(places, depth, mesh.triangles[lit], size)[2]
    places, depth = project(mesh.points + 0.025 * mesh.normals)
    column, row = places.astype(np.int32).T
    total, weight = np.zeros(len(depth), np.float32), 0.0
    for dy in range(-radius, radius + 1):
        for dx in range(-radius, radius + 1):
            part = 1 / (1 + dx * dx + dy * dy)
            y, x = np.clip(row + dy, 0, size - 1), np.clip(column + dx, 0, size - 1)
            total += np.float32(part) * (depth - bias <= shadow[y, x])
            weight += part
    return total / np.float32(weight)


def occlusion(mesh):
    """How open each vertex lies to the surroundings, `(n,)` in 0.25..1."""
    total, weight = np.zeros((2, len(mesh.points)), np.float32)
    for azimuth, elevation in SKY:
        towards = direction(azimuth, elevation)
        facing = np.clip(mesh.normals @ towards, 0, 1)
        seen = visibility(mesh, towards, size=OCCLUSION_SIZE, radius=1, bias=0.03)
        total += facing * seen
        weight += facing
    return np.clip(0.25 + 0.75 * total / (weight + 1e-3), 0, 1).astype(np.float32)


def shade(pixels, light, reached):
    """Returns the linear RGB `(n, 3)` that `pixels` send to the camera.

    Args:
        pixels: A `scene.Pixels`.
        light: A `Light`.
        reached: `(sources, n)` visibility of each source.
    """
    normals, albedo = pixels.normals, pixels.albedo
    skin = ((pixels.parts == BODY) * (1 - pixels.hairiness)).astype(np.float32)[:, None]
    wrap = SKIN_WRAP * skin
    sky = (0.65 + 0.35 * normals[:, 1]) * pixels.openness
    result = albedo * sky[:, None] * np.asarray(light.ambient, np.float32)
    for (azimuth, elevation, colour), seen in zip(light.sources, reached, strict=True):
        towards = direction(azimuth, elevation)
        cosine = normals @ towards
        # Creases keep some of the direct light out as well: it is cheaper than bounces.
        seen = seen * (0.45 + 0.55 * pixels.openness)
        diffuse = np.clip((cosine[:, None] + wrap) / (1 + wrap) ** 2, 0, None)
        gloss = _gloss(pixels, towards, np.clip(cosine, 0, 1)) * seen
        result += (albedo * diffuse * seen[:, None] + gloss[:, None]) * np.asarray(
            colour, np.float32
        )
    return result


def _gloss(pixels, towards, cosine):
    """GGX specular term times pi, `(n,)`."""
    half = pixels.to_camera + towards
    half /= np.sqrt(_dot(half, half))[:, None] + 1e-9
    normal_half = np.clip(_dot(pixels.normals, half), 0, 1)
    view_half = np.clip(_dot(pixels.to_camera, half), 0, 1)
    normal_view = np.clip(_dot(pixels.normals, pixels.to_camera), 0.05, 1)
    squared = pixels.roughness * pixels.roughness
    squared = squared * squared
    spread = squared / (normal_half**2 * (squared - 1) + 1) ** 2
    k = (pixels.roughness + 1) ** 2 / 8
    masking = 0.25 / ((normal_view * (1 - k) + k) * (cosine * (1 - k) + k))
    fresnel = pixels.specular
    grazing = (1 - view_half) * (1 - view_half)
    grazing = grazing * grazing * (1 - view_half)
    fresnel = fresnel + (1 - fresnel) * grazing * (fresnel > 0.001) * 0.6
    return np.clip(spread * masking * fresnel, 0, 8) * cosine


def _dot(a, b):
    return np.einsum("nk,nk->n", a, b)
