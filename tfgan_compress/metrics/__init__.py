"""Metrics of generated faces: image quality, and identity as the recognizers see it."""

from tfgan_compress.metrics.identity import angle_groups, by_yaw, cosine, embed, rank1, rank1_hits
from tfgan_compress.metrics.image_quality import psnr, ssim

__all__ = ["angle_groups", "by_yaw", "cosine", "embed", "psnr", "rank1", "rank1_hits", "ssim"]
