"""Frontalizes the faces of real photographs with an exported student."""

from tfgan_compress.frontalize.landmarker import Face, Landmarker
from tfgan_compress.frontalize.photo import Frontalized, Frontalizer, frontalize
from tfgan_compress.frontalize.student import default_model, load_student

__all__ = [
    "Face",
    "Frontalized",
    "Frontalizer",
    "Landmarker",
    "default_model",
    "frontalize",
    "load_student",
]
