"""Compress image-to-image GANs: teacher, once-for-all supernet, search, student, TFLite, report.

Importing the package loads nothing heavy; import the room you need, e.g.
`from tfgan_compress.export import export`. `tfgan_compress.compress` tells the whole story.
"""

__version__ = "0.1.0"
