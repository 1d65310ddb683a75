"""Frontalizes the faces of real photographs with an exported student."""
