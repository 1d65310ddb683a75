/** Where a face lies: five landmarks, the similarity that aligns them, the yaw they show. */

import { Affine, mean, minus, point, singlePoint } from './affine.js';
import { clamp } from './numbers.js';

/** Order of the landmarks; left and right are the viewer's. */
export const LANDMARKS = ['left_eye', 'right_eye', 'nose', 'left_mouth', 'right_mouth'];
const PARTNERS = [1, 0, 2, 4, 3];
const EYE_SPREAD = 45.6;
const NOSE_REACH = 31.2;

/** Landmarks do not show a face: eyes and mouth coincide, or it is upside down. */
export class NotAFaceError extends Error {}

/** TP-GAN's frame (Huang et al. 2017); see `tfgan_compress/geometry.py`. */
export class Frame {
  /**
   * @param eyeCentre The point between the eyes.
   * @param {number} eyeToMouth Pixels from there down to the mouth.
   */
  constructor(eyeCentre, eyeToMouth) {
    this.eyeCentre = eyeCentre;
    this.eyeToMouth = eyeToMouth;
  }

  /**
   * The similarity from the photograph to this frame, in 32-bit floats.
   *
   * @param landmarks Five points.
   * @throws {NotAFaceError}
   */
  align(landmarks) {
    const eyes = mean(landmarks.slice(0, 2));
    const down = minus(mean(landmarks.slice(3)), eyes);
    const angle = roll(landmarks, Math.hypot(down.x, down.y));
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    const drop = -sine * down.x + cosine * down.y;
    if (!(drop >= 1)) {
      throw new NotAFaceError(
        'The mouth must lie at least one pixel below the eyes once they are level. ' +
          `Received: ${drop.toFixed(2)} pixels.`,
      );
    }
    const grow = this.eyeToMouth / drop;
    const [a, b, c] = [cosine * grow, sine * grow, -sine * grow];
    const left = this.eyeCentre.x - (a * eyes.x + b * eyes.y);
    const top = this.eyeCentre.y - (c * eyes.x + a * eyes.y);
    return new Affine(a, b, left, c, a, top).single();
  }
}

/** The frame of 128 pixels in which faces are looked at more closely. */
export const UPRIGHT = new Frame(point(64, 40), 48);

/** Angle of the eye line in radians, fading to 0 towards profile, where it says nothing. */
function roll([leftEye, rightEye], eyeToMouth) {
  const across = minus(rightEye, leftEye);
  if (across.x <= 0) return 0;
  const spread = Math.hypot(across.x, across.y) / Math.max(eyeToMouth, 1e-6);
  return Math.atan2(across.y, across.x) * clamp((spread - 0.15) / 0.35, 0, 1);
}

/** Yaw in degrees, to about 10; positive when the nose points to the right of the picture. */
export function estimateYaw(landmarks) {
  const matrix = UPRIGHT.align(landmarks);
  const [left, right, tip] = landmarks.slice(0, 3).map((p) => matrix.transform(p).x);
  const eyes = (right - left) / EYE_SPREAD;
  const nose = (tip - (left + right) / 2) / NOSE_REACH;
  return (Math.atan2(nose, Math.max(eyes, 0)) * 180) / Math.PI;
}

/** The landmarks in the mirror image of a picture of `width` pixels; left becomes right. */
export function mirroredLandmarks(landmarks, width) {
  return PARTNERS.map((i) => singlePoint(point(width - 1 - landmarks[i].x, landmarks[i].y)));
}
