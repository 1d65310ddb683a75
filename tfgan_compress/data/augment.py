"""Makes training pictures as varied as photographs: camera, light, and landmarks that are off.

What the camera does (blur, low resolution, noise, JPEG) falls on the input alone. What the light
does (exposure, contrast, white balance, gray) falls on input and target alike: the target is the
same person in the same light, and a network cannot know a colour that the input does not show.
"""

import dataclasses

import cv2
import numpy as np

from tfgan_compress import geometry
from tfgan_compress.data import alignment


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """Strengths of `augment(record, rng)`; 0 switches an effect off. Lengths are for 128 pixels.

    Attributes:
        shift: Standard deviation of the crop's shift, in pixels.
        zoom: Standard deviation of the crop's relative scale.
        roll: Standard deviation of its rotation, in degrees.
        landmark_noise: Standard deviation of each landmark's error, in pixels.
        exposure: Standard deviation of the brightness, in stops.
        contrast: Standard deviation of log gamma.
        white_balance: Standard deviation of each channel's log gain.
        gray: Probability of a gray picture.
        blur: Probability of blur or low resolution.
        noise: Greatest standard deviation of the sensor's noise, in 8-bit steps.
        jpeg: Probability of JPEG compression.
    """

    shift: float = 1.5
    zoom: float = 0.03
    roll: float = 2.0
    landmark_noise: float = 0.8
    exposure: float = 0.25
    contrast: float = 0.15
    white_balance: float = 0.04
    gray: float = 0.1
    blur: float = 0.3
    noise: float = 8.0
    jpeg: float = 0.3

    def __call__(self, record, rng):
        """Returns a copy of `record` (uint8 pictures) with chance effects drawn from `rng`.

        A record marked `rendered` comes back as it is: the renderer's camera has done all this,
        and twice is more than photographs show.
        """
        if record.get("rendered", False):
            return record
        image, landmarks = self._jitter(record["input"], record["landmarks"], rng)
        image, target = self._light([image, record["target"]], rng)
        image = self._camera(image, rng)
        return {**record, "input": image, "target": target, "landmarks": landmarks}

    def _jitter(self, image, landmarks, rng):
        size = image.shape[0]
        scale = size / 128
        angle = np.radians(rng.normal(0, self.roll))
        factor = np.exp(rng.normal(0, self.zoom))
        shift = rng.normal(0, self.shift, 2) * scale
        noise = rng.normal(0, self.landmark_noise, (5, 2)) * scale
        if self.roll or self.zoom or self.shift:
            linear = factor * np.array(
                [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
            )
            centre = np.full(2, (size - 1) / 2)
            matrix = np.column_stack([linear, centre + shift - linear @ centre])
            image = alignment.warp(image, matrix, size)
            landmarks = geometry.transform_points(matrix, landmarks)
        return image, (landmarks + noise).astype(np.float32)

    def _light(self, pictures, rng):
        gain = 2 ** rng.normal(0, self.exposure) * np.exp(rng.normal(0, self.white_balance, 3))
        gamma = np.exp(rng.normal(0, self.contrast))
        levels = np.arange(256)[:, None] / 255
        # One table of 256 values a channel is far cheaper than arithmetic on the pixels.
        table = np.clip(255 * (levels * np.clip(gain, 0.3, 2.2)) ** gamma, 0, 255)
        table = table.astype(np.uint8)[None]
        pictures = [cv2.LUT(np.ascontiguousarray(picture), table) for picture in pictures]
        if rng.random() < self.gray:
            pictures = [
                cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
                for picture in pictures
            ]
        return pictures

    def _camera(self, image, rng):
        size = image.shape[0]
        if rng.random() < self.blur:
            if rng.random() < 0.5:
                image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.6) * size / 128)
            else:
                small = max(8, round(size * rng.uniform(0.3, 0.8)))
                image = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)
                image = cv2.resize(image, (size, size), interpolation=cv2.INTER_LINEAR)
        if self.noise:
            noise = rng.standard_normal(image.shape, np.float32) * rng.uniform(0, self.noise)
            image = np.clip(image + noise, 0, 255).astype(np.uint8)
        if rng.random() < self.jpeg:
            quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))]
            image = cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR)
        return image
