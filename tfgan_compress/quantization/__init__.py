"""Quantization to int8 that holds: equalisation, calibration, twins to train, sensitivity."""

PERCENTILE = 99.8
"""Where int8 activations are clipped: a few outliers would make the steps of all others coarse."""
