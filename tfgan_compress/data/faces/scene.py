"""Draws a person. The picture is aligned by projecting its exact landmarks, never by resampling.

A `Scene` holds what views of one person share: the baked texture, ambient occlusion, the meshes of
the expressions, the shadows of the lights. Lights are fixed to the head and the camera goes round
it, so none of these depends on the pose.
"""

import functools
from dataclasses import dataclass

import numpy as np

from tfgan_compress.data.faces import light as lighting
from tfgan_compress.data.faces.atlas import build_atlas
from tfgan_compress.data.faces.camera import background, develop
from tfgan_compress.data.faces.head import BODY, GLASSES, HAIR, LEFT_EYE, RIGHT_EYE, load_head
from tfgan_compress.data.faces.material import (
    ALBEDO,
    BUMP,
    HAIRINESS,
    ROUGHNESS,
    SPECULAR,
    bake_texture,
    pixel_material,
)
from tfgan_compress.data.faces.mesh import build_mesh, landmark_vertices
from tfgan_compress.data.faces.raster import rasterize, signed_areas, vertex_normals
from tfgan_compress.geometry import alignment_matrix, transform_points

SUPERSAMPLE = 2
CAMERA_DISTANCE = 14.0
"""In units of the head's scale: about 1.4 m, near enough for a face to widen a little."""
TEXELS_PER_PIXEL_ROW = 75 / 64
"""Texels per unit and pixel of image size: one texel a subpixel (eyes to mouth are 0.58 units)."""
SIZES = (32, 512)


@dataclass
class Pixels:
    """The n subpixels that show the head, for one pose.

    Attributes:
        shown: `(size, size)` bool, where they lie.
        vertices, weights: `(n, 3)`: the triangle under each, and its barycentric weights.
        normals, to_camera: `(n, 3)`; `parts`, `openness`, `specular`, `roughness`, `hairiness`:
            `(n,)`; `albedo: (n, 3)`.
        landmarks: `(5, 2)`, in the final picture.
    """

    shown: np.ndarray
    vertices: np.ndarray
    weights: np.ndarray
    normals: np.ndarray
    to_camera: np.ndarray
    parts: np.ndarray
    openness: np.ndarray
    albedo: np.ndarray
    specular: np.ndarray
    roughness: np.ndarray
    hairiness: np.ndarray
    landmarks: np.ndarray

    def interpolate(self, values):
        """Brings `values: (vertices,)` to the pixels."""
        return _mix(values[:, None], self.vertices, self.weights)[:, 0]


def render(identity, views, *, image_size=128):
    """Draws views of one person.

    Returns:
        A list of `{"image": (size, size, 3) uint8, "landmarks": (5, 2) float32, "yaw", "pitch",
        "light", "age"}`, in the order of `views`.
    """
    scene = Scene(identity, image_size)
    return [scene.draw(view) for view in views]


class Scene:
    """One person, ready to be drawn from any side in any light.

    Args:
        identity: An `Identity`.
        image_size: Side of the square pictures, 32..512.
    """

    def __init__(self, identity, image_size):
        if not SIZES[0] <= image_size <= SIZES[1]:
            raise ValueError(
                f"image_size must lie in {SIZES[0]}..{SIZES[1]}. Received: {image_size}."
            )
        self.identity, self.image_size = identity, image_size
        self.texture = bake_texture(identity, build_atlas(TEXELS_PER_PIXEL_ROW * image_size))
        self._meshes, self._shadows, self._poses = {}, {}, {}
        self.neutral = self._mesh(())
        self.openness = self._open_eyes(lighting.occlusion(self.neutral))

    def draw(self, view):
        """Returns the record of one view; see `render`."""
        pixels = self._pixels(view)
        light = view.lighting()
        reached = [pixels.interpolate(self._shadow(a, e)) for a, e, _ in light.sources]
        size = self.image_size * SUPERSAMPLE
        picture = np.array(background(view.background, size), np.float32)
        picture[pixels.shown] = lighting.shade(pixels, light, reached)
        shape = (self.image_size, SUPERSAMPLE, self.image_size, SUPERSAMPLE, 3)
        return {
            "image": develop(picture.reshape(shape).mean((1, 3)), view.camera),
            "landmarks": pixels.landmarks,
            "yaw": view.yaw,
            "pitch": view.pitch,
            "light": view.light_id,
            "age": self.identity.age,
        }

    def _mesh(self, expression):
        if expression not in self._meshes:
            self._meshes[expression] = build_mesh(self.identity, expression)
        return self._meshes[expression]

    def _shadow(self, azimuth, elevation):
        key = (azimuth, elevation)
        if key not in self._shadows:
            towards = lighting.direction(azimuth, elevation)
            self._shadows[key] = self._open_eyes(lighting.visibility(self.neutral, towards))
        return self._shadows[key]

    def _open_eyes(self, values):
        """Gives the eyes the light of their lids: an eyeball's own vertices lie hidden inside."""
        for part, lids in zip((RIGHT_EYE, LEFT_EYE), landmark_vertices()[0], strict=True):
            values[load_head().vertices_of(part)] = values[lids].mean()
        return values

    def _pixels(self, view):
        """The pixels of a view; those of the last pose are kept, for the next light."""
        pose = (view.yaw, view.pitch, view.roll, view.expression, view.crop)
        if pose not in self._poses:
            self._poses = {pose: self._project(view)}
        return self._poses[pose]

    def _project(self, view):
        mesh, size = self._mesh(view.expression), self.image_size * SUPERSAMPLE
        rotation = rotation_matrix(view.yaw, view.pitch)
        places, depth = _plane(mesh.points, mesh, rotation, view.roll)
        landmarks = _plane(mesh.landmarks, mesh, rotation, view.roll)[0]
        matrix = _crop_matrix(view.crop, self.image_size) @ _square(
            alignment_matrix(landmarks, self.image_size)
        )
        # The centre of the first pixel is (0, 0) in pictures, (0.5, 0.5) to the rasterizer.
        places = (transform_points(matrix[:2], places) + 0.5) * SUPERSAMPLE
        facing = (signed_areas(places, mesh.triangles) < 0) | np.isin(mesh.parts, (HAIR, GLASSES))
        triangles, parts = mesh.triangles[facing], mesh.parts[facing]
        triangle, weights, _ = rasterize(places, depth, triangles, size)
        shown = triangle >= 0
        camera = mesh.centre + rotation.T @ (0, 0, CAMERA_DISTANCE * mesh.scale)
        return self._surface(
            mesh,
            shown,
            triangles[triangle[shown]],
            weights[shown],
            parts[triangle[shown]],
            camera.astype(np.float32),
            transform_points(matrix[:2], landmarks).astype(np.float32),
        )

    def _surface(self, mesh, shown, vertices, weights, parts, camera, landmarks):
        """Gathers what shading needs at each pixel."""
        worn = np.zeros((len(mesh.points) - len(_rest_normals()), 3), np.float32)
        rest_normals = np.concatenate([_rest_normals(), worn])
        shared = [mesh.points, mesh.normals, mesh.rest, rest_normals, self.openness[:, None]]
        mixed = _mix(np.concatenate(shared, 1), vertices, weights)
        points, normals = mixed[:, :3], mixed[:, 3:6]
        for part, centre in mesh.eye_centres.items():
            normals[parts == part] = points[parts == part] - centre
        to_camera = _unit(camera - points)
        hanging = (parts == HAIR) | (parts == GLASSES)
        normals[hanging] *= np.sign((normals[hanging] * to_camera[hanging]).sum(1, keepdims=True))
        material = pixel_material(
            self.identity,
            self.texture,
            rest=mixed[:, 6:9],
            rest_normals=mixed[:, 9:12],
            parts=parts,
        )
        return Pixels(
            shown=shown,
            vertices=vertices,
            weights=weights,
            normals=_unit(_unit(normals) + material[:, BUMP]),
            to_camera=to_camera,
            parts=parts,
            openness=mixed[:, 12],
            albedo=material[:, ALBEDO],
            specular=material[:, SPECULAR],
            roughness=material[:, ROUGHNESS],
            hairiness=material[:, HAIRINESS],
            landmarks=landmarks,
        )


def rotation_matrix(yaw, pitch):
    """`(3, 3)`, from head to camera axes; see `View` for the signs."""
    (cy, cp), (sy, sp) = np.cos(np.radians((yaw, pitch))), np.sin(np.radians((yaw, pitch)))
    turn = np.array(((cy, 0, sy), (0, 1, 0), (-sy, 0, cy)))
    nod = np.array(((1, 0, 0), (0, cp, -sp), (0, sp, cp)))
    return (nod @ turn).astype(np.float32)


def _plane(points, mesh, rotation, roll):
    """Perspective projection to `(n, 2)` with y down, 100 to a unit, and the depth `(n,)`."""
    turned = (points - mesh.centre) @ rotation.T
    distance = np.float32(CAMERA_DISTANCE * mesh.scale)
    flat = (
        turned[:, :2] * np.array((100, -100), np.float32) * (distance / (distance - turned[:, 2:]))
    )
    c, s = np.cos(np.radians(roll)), np.sin(np.radians(roll))
    return flat @ np.array(((c, s), (-s, c)), np.float32), -turned[:, 2]


def _crop_matrix(crop, image_size):
    """`(3, 3)`: what an inexact crop does to an aligned picture, about its centre."""
    middle, unit = (image_size - 1) / 2, image_size / 128
    c, s = np.cos(np.radians(crop.roll)) * crop.scale, np.sin(np.radians(crop.roll)) * crop.scale
    linear = np.array(((c, -s), (s, c)))
    shift = np.array((crop.dx, crop.dy)) * unit + middle - linear @ (middle, middle)
    return _square(np.column_stack([linear, shift]))


def _square(affine):
    return np.vstack([affine, (0, 0, 1)])


def _unit(vectors):
    length = np.sqrt(np.einsum("nk,nk->n", vectors, vectors))
    return vectors / (length + 1e-9)[:, None]


def _mix(values, vertices, weights):
    """Interpolates `values: (vertices, k)` over the triangles `vertices: (n, 3)`."""
    mixed = values[vertices[:, 0]] * weights[:, :1]
    for k in (1, 2):
        mixed += values[vertices[:, k]] * weights[:, k : k + 1]
    return mixed


@functools.cache
def _rest_normals():
    """Normals of the base mesh."""
    head = load_head()
    return vertex_normals(head.rest, head.triangles[head.parts == BODY])
