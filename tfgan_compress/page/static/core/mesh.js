/**
 * MediaPipe's face mesh (Kartynnik et al. 2019): 468 points, from which five landmarks are taken.
 *
 * Good up to about 60 degrees of yaw; see `tfgan_compress/frontalize/mesh.py`.
 */

import { mean, point, singlePoint } from './affine.js';
import { UPRIGHT } from './alignment.js';
import { fill, sigmoid } from './numbers.js';
import { warp } from './warp.js';

export const INPUT_SIZE = 192;
const single = Math.fround;
const POINTS = 468;
const MARGIN = 1.5;
const FIRST_SIDE = 170;
const FIRST_CENTRE = point(64, 62);
const LEFT_EYE = [33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246];
const RIGHT_EYE = [263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466];
const GROUPS = [LEFT_EYE, RIGHT_EYE, [1], [61], [291]];

export class FaceMesh {
  constructor(network) {
    this.network = network;
  }

  /** The five landmarks of a face whose place is roughly known, and how sure the mesh is. */
  async locate(image, rough) {
    const upright = UPRIGHT.align(rough);
    const first = await this.crop(image, upright, FIRST_CENTRE, FIRST_SIDE);
    const framed = first.points.map((p) => upright.transform(p));
    const [xs, ys] = [framed.map((p) => p.x), framed.map((p) => p.y)];
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
    // In 32-bit floats, as in Python, where the framed points are such.
    const side = Math.max(single(right - left), single(bottom - top)) * MARGIN;
    const middle = point(single(left + right) / 2, single(top + bottom) / 2);
    const { points, presence } = await this.crop(image, upright, middle, side);
    return { landmarks: fivePoints(points), presence };
  }

  async crop(image, upright, middle, side) {
    const matrix = upright.crop(middle, side, INPUT_SIZE);
    const crop = warp(image, matrix, INPUT_SIZE);
    const input = fill(new Float32Array(crop.bytes.length), crop.bytes, (byte) => byte / 255);
    const [mesh, [presence]] = await this.network.run(input);
    return { points: decodeMesh(mesh, matrix), presence: sigmoid(presence) };
  }
}

/** The points of one run, `(x, y, depth)` each, in pixels of the photograph. */
export function decodeMesh(mesh, matrix) {
  if (mesh.length !== POINTS * 3) {
    throw new RangeError(
      `The mesh gives ${POINTS} points of 3 numbers. Received: ${mesh.length} numbers.`,
    );
  }
  return Array.from({ length: POINTS }, (_, i) =>
    matrix.untransform(point(mesh[3 * i], mesh[3 * i + 1])),
  );
}

/** The five landmarks of 468 points; an eye's are averaged. */
export const fivePoints = (points) =>
  GROUPS.map((group) => singlePoint(mean(group.map((i) => points[i]))));
