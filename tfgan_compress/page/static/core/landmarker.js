/**
 * Finds the faces of a photograph and their landmarks, from frontal to profile.
 *
 * The numbers and the order of steps are those of `tfgan_compress/frontalize/landmarker.py`. A face
 * is `{landmarks, yaw, box, score, source}`: five points, degrees, and which network saw them.
 */

import { distance, mean, minus, plus, point, singlePoint, sum, times } from './affine.js';
import { NotAFaceError, UPRIGHT, estimateYaw } from './alignment.js';
import * as blazeface from './detector.js';
import { shrink } from './warp.js';

const single = Math.fround;
const LARGEST = 5120;
const MESH_YAW = 60;
const MESH_PRESENCE = 0.5;
const MESH_DISTANCE = 16;
const CROP_CENTRE = point(64, 62);
const CROP_SIDES = [185, 215, 245];
const LEAST_SCORE = 0.5;
const SURE = 0.7;
const SMALLEST_FACE = 12;
const FRONTAL_SPREAD = 0.95;
const EYE_BIAS = 0.2;
const MOUTH_HALF_WIDTH = 17.5;
const MOUTH_DEPTH = 10.5;
const MOUTH_RISE = 2.6;
const EYE_DROP = 1.8;

export class Landmarker {
  /**
   * @param {blazeface.FaceDetector} detector
   * @param {import('./mesh.js').FaceMesh} mesh
   */
  constructor(detector, mesh) {
    this.detector = detector;
    this.mesh = mesh;
  }

  /** All faces of `image`, largest first. */
  async find(image) {
    const { small, grow } = shrink(image, LARGEST);
    const refined = [];
    for (const detection of await this.detector.detect(small)) {
      const sure = await this.refine(small, detection);
      if (sure) refined.push(sure);
    }
    const faces = [];
    for (const detection of blazeface.suppress(refined)) {
      faces.push(grown(await this.face(small, detection), grow));
    }
    return faces.sort((first, second) => blazeface.width(second.box) - blazeface.width(first.box));
  }

  /** Looks again, closer and upright; null if most of the looks see no face. */
  async refine(image, detection) {
    const upright = alignOrNull(rough(detection.keypoints));
    if (!upright || UPRIGHT.eyeToMouth / upright.scale < SMALLEST_FACE) return null;
    const seen = [];
    for (const side of CROP_SIDES) {
      const matrix = upright.crop(CROP_CENTRE, side, blazeface.INPUT_SIZE);
      const straight = await this.best(image, matrix, detection);
      const flipped = await this.best(image, matrix.mirrored(blazeface.INPUT_SIZE), detection);
      if (straight) seen.push(straight);
      if (flipped) seen.push(unflipped(flipped));
    }
    if (seen.length <= CROP_SIDES.length) return null;
    const middle = blazeface.average(seen, seen.map(() => 1));
    return middle.score < SURE ? null : middle;
  }

  /** The best face of one crop, if it is the one looked for. */
  async best(image, matrix, { box }) {
    const found = await this.detector.detectCrop(image, matrix, LEAST_SCORE);
    const near = found.filter(
      (other) =>
        distance(blazeface.centre(other.box), blazeface.centre(box)) < blazeface.width(box) / 2,
    );
    return near.reduce((best, d) => (best && best.score >= d.score ? best : d), null);
  }

  async face(image, { keypoints, box, score }) {
    const points = profileLandmarks(keypoints);
    const yaw = estimateYaw(points);
    if (Math.abs(yaw) <= MESH_YAW) {
      const { landmarks, presence } = await this.mesh.locate(image, rough(keypoints));
      if (presence >= MESH_PRESENCE && agree(landmarks, keypoints)) {
        return { landmarks, yaw: estimateYaw(landmarks), box, score, source: 'mesh' };
      }
    }
    return { landmarks: points.map(singlePoint), yaw, box, score, source: 'keypoints' };
  }
}

/** Landmarks from BlazeFace's keypoints, which give but the middle of the lips. */
export function profileLandmarks(keypoints) {
  const eyed = withTrueEyes(rough(keypoints));
  const matrix = UPRIGHT.align(eyed);
  const yaw = (estimateYaw(eyed) * Math.PI) / 180;
  const side = MOUTH_HALF_WIDTH * Math.cos(yaw);
  const depth = MOUTH_DEPTH * Math.sin(yaw);
  const turned = Math.abs(Math.sin(yaw));
  const moves = [
    point(0, -EYE_DROP * turned),
    point(0, -EYE_DROP * turned),
    point(0, 0),
    point(-side - depth, MOUTH_RISE * turned),
    point(side - depth, MOUTH_RISE * turned),
  ];
  return eyed.map((p, i) =>
    matrix.untransform(singlePoint(plus(matrix.transform(p), moves[i]))),
  );
}

/** At profile the hidden eye's keypoint stays beside the other; in truth they coincide. */
function withTrueEyes([leftEye, rightEye, ...others]) {
  const middle = mean([leftEye, rightEye]);
  const half = times(minus(rightEye, leftEye), 0.5);
  const down = Math.max(distance(others[1], middle), 1e-6);
  const spread = (2 * Math.hypot(half.x, half.y)) / down;
  const open = Math.max((spread - EYE_BIAS) / (FRONTAL_SPREAD - EYE_BIAS), 0);
  const moved = times(times(half, open), FRONTAL_SPREAD / Math.max(spread, 1e-6));
  return [minus(middle, moved), plus(middle, moved), ...others];
}

/** Keypoints as landmarks, with the middle of the mouth for both corners. */
const rough = (keypoints) => [0, 1, 2, 3, 3].map((i) => keypoints[i]);

function agree(landmarks, keypoints) {
  const matrix = alignOrNull(landmarks);
  if (!matrix) return false;
  const means = [...landmarks.slice(0, 3), singlePoint(mean(landmarks.slice(3)))];
  const apart = means.map((fine, i) =>
    distance(matrix.transform(fine), matrix.transform(keypoints[i])),
  );
  return sum(apart) / apart.length < MESH_DISTANCE;
}

function alignOrNull(landmarks) {
  try {
    return UPRIGHT.align(landmarks);
  } catch (error) {
    if (error instanceof NotAFaceError) return null;
    throw error;
  }
}

const unflipped = (detection) => ({
  ...detection,
  keypoints: [1, 0, 2, 3, 5, 4].map((i) => detection.keypoints[i]),
});

/** The face in a picture `factor` times as large; landmarks stay 32-bit floats. */
function grown(face, factor) {
  const grow = (value) => single(single(single(value + 0.5) * factor) - 0.5);
  return {
    ...face,
    landmarks: face.landmarks.map((p) => point(grow(p.x), grow(p.y))),
    box: blazeface.grownBox(face.box, factor),
  };
}
