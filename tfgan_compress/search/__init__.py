"""Search for channel widths under a MACs budget: the space, the study, its result, its picture."""
