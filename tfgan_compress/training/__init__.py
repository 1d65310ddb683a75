"""Training: the one trainer, its stages, subnet sampling, recalibration and scoring."""
