"""Quantization to int8 that holds: equalisation, calibration, twins to train, sensitivity."""

PERCENTILES = (99.8, 99.9, 99.95, 100.0)
"""Where int8 activations may be clipped: a few outliers make the steps of all others coarse.

Which is best differs from one student to the next by more than 10 dB."""
