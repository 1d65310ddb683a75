"""Quantization to int8 that holds: equalisation, calibration, twins to train, sensitivity."""
