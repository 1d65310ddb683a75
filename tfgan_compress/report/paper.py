"""What Wei et al. 2021, "Efficient Compression of Face Frontalization GAN Model", report.

The figures are theirs, on Multi-PIE and CAS-PEAL-R1, judged by their 29-layer Light CNN, and as
printed: some ratios and two averages do not follow from their figures, and Table 4 gives another
reduction of MACs than Table 3. (c) marks a compressed model, as there.
"""

SOURCE = "wei2021"

RANK1_BY_ANGLE = {
    "TP-GAN": {90: 64.64, 75: 77.43, 60: 87.72, 45: 95.38, 30: 98.06, 15: 98.68, "Avg": 86.99},
    "CR-GAN": {90: 71.60, 75: 92.50, 60: 97.00, 45: 98.60, 30: 99.30, 15: 99.40, "Avg": 93.07},
    "TP-GAN(c)": {90: 60.73, 75: 72.32, 60: 83.65, 45: 92.19, 30: 96.01, 15: 97.24, "Avg": 83.69},
    "CR-GAN(c)": {90: 67.84, 75: 88.21, 60: 93.37, 45: 95.28, 30: 97.15, 15: 98.75, "Avg": 90.10},
}
"""Table 1, on Multi-PIE: percent by yaw."""

RANK1_BY_POSE = {
    "TP-GAN": {
        -15: {0: 98.86, 15: 98.94, 30: 98.89, 45: 97.62, "Avg": 98.58},
        0: {15: 100.0, 30: 99.94, 45: 98.71, "Avg": 99.55},
        15: {0: 97.68, 15: 97.73, 30: 97.45, 45: 95.83, "Avg": 97.17},
    },
    "CR-GAN": {
        -15: {0: 83.98, 15: 83.91, 30: 83.71, 45: 80.38, "Avg": 82.86},
        0: {15: 97.61, 30: 95.80, 45: 89.73, "Avg": 94.38},
        15: {0: 89.74, 15: 89.44, 30: 87.95, 45: 83.90, "Avg": 87.76},
    },
    "TP-GAN(c)": {
        -15: {0: 97.73, 15: 96.94, 30: 97.47, 45: 96.52, "Avg": 97.16},
        0: {15: 99.57, 30: 99.43, 45: 97.18, "Avg": 98.93},
        15: {0: 95.93, 15: 95.42, 30: 94.17, 45: 93.28, "Avg": 94.70},
    },
    "CR-GAN(c)": {
        -15: {0: 80.73, 15: 80.26, 30: 80.43, 45: 79.92, "Avg": 80.34},
        0: {15: 95.25, 30: 93.74, 45: 87.10, "Avg": 92.03},
        15: {0: 87.32, 15: 87.07, 30: 85.28, 45: 80.15, "Avg": 84.96},
    },
}
"""Table 2, on CAS-PEAL-R1: percent by pitch and yaw."""

_X = "\N{MULTIPLICATION SIGN}"
COSTS = {
    "TP-GAN": ("14.3 M", "78.3 G"),
    "TP-GAN(c)": (f"0.52 M (27.3{_X})", f"4.03 G (19.4{_X})"),
    "PIM": ("12.7 M", "57.9 G"),
    "PIM(c)": (f"0.84 M (15.1{_X})", f"5.17 G (11.2{_X})"),
    "CR-GAN": ("10.5 M", "32.4 G"),
    "CR-GAN(c)": (f"1.81 M (5.8{_X})", f"4.43 G (7.3{_X})"),
}
"""Table 3: parameters and MACs."""

DEVICES = "GeForce RTX 3060 Ti; Core i5-10400"
SPEED = {
    "TP-GAN(c)": (f"17.8{_X}", f"2.3{_X}", f"7 ms (2.7{_X})", f"130 ms (3.2{_X})"),
    "CR-GAN(c)": (f"11.7{_X}", f"1.4{_X}", f"10 ms (1.5{_X})", f"670 ms (2.5{_X})"),
}
"""Table 4: reductions of MACs and memory, latency on GPU and CPU."""
