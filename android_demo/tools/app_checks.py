"""Checks of the app itself; filled below."""

CHECKS = {}
