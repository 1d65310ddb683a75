/**
 * BlazeFace short range (Bazarevsky et al. 2019), as `tfgan_compress/frontalize/blazeface.py`.
 *
 * A network is `{run(input)}`: NHWC floats to a promise of the outputs in the order of the file. A
 * detection is `{box: {left, top, right, bottom}, keypoints, score}` in pixels; its keypoints are
 * left eye, right eye, nose tip, middle of the mouth, left ear, right ear.
 */

import { Affine, grownPoint, plus, point, sum } from './affine.js';
import { toFloats } from './codec.js';
import { sigmoid } from './numbers.js';
import { shrink, warp } from './warp.js';

export const INPUT_SIZE = 128;
const LARGEST = 2560;
const SMALLEST_TILE = 160;
const SCORE = 0.6;
const OVERLAP = 0.3;
const VALUES = 16;
const ANCHORS = [
  { cells: 16, repeats: 2 },
  { cells: 8, repeats: 6 },
].flatMap(({ cells, repeats }) =>
  Array.from({ length: cells * cells * repeats }, (_, i) => {
    const cell = Math.floor(i / repeats);
    return point(((cell % cells) + 0.5) / cells, (Math.floor(cell / cells) + 0.5) / cells);
  }),
);

export class FaceDetector {
  constructor(network) {
    this.network = network;
  }

  /** The faces in `image`, best first. */
  async detect(image) {
    const { small, grow } = shrink(image, LARGEST);
    const found = [];
    for (const { left, top, side } of tiles(small.width, small.height)) {
      const scale = INPUT_SIZE / side;
      const place = (corner) => (0.5 - corner) * scale - 0.5;
      const matrix = new Affine(scale, 0, place(left), 0, scale, place(top));
      found.push(...(await this.detectCrop(small, matrix, SCORE)));
    }
    return suppress(found).map((detection) => grown(detection, grow));
  }

  /** The faces that reach `score` in one 128x128 crop, in pixels of `image`. */
  async detectCrop(image, matrix, score) {
    const crop = warp(image, matrix, INPUT_SIZE);
    const [regressors, logits] = await this.network.run(toFloats(crop));
    return decodeFaces(regressors, logits, matrix, score);
  }
}

/** The detections of one run: 16 numbers and one logit for each of 896 anchors. */
export function decodeFaces(regressors, logits, matrix, score) {
  if (regressors.length !== ANCHORS.length * VALUES || logits.length !== ANCHORS.length) {
    throw new RangeError(
      `BlazeFace gives ${ANCHORS.length} x ${VALUES} numbers and as many logits. ` +
        `Received: ${regressors.length} and ${logits.length}.`,
    );
  }
  const found = [];
  ANCHORS.forEach((anchor, i) => {
    const sure = sigmoid(logits[i]);
    if (sure < score) return;
    found.push(decodeOne(regressors.subarray(i * VALUES, (i + 1) * VALUES), anchor, matrix, sure));
  });
  return found;
}

function decodeOne(values, anchor, matrix, score) {
  // Centre, size, six points: all but the size are relative to the anchor.
  const pairs = Array.from({ length: VALUES / 2 }, (_, i) => {
    const pair = point(values[2 * i] / INPUT_SIZE, values[2 * i + 1] / INPUT_SIZE);
    return i === 1 ? pair : plus(pair, anchor);
  });
  const placed = (p) =>
    matrix.untransform(point(p.x * INPUT_SIZE - 0.5, p.y * INPUT_SIZE - 0.5));
  const [centre, size, ...points] = pairs;
  const middle = placed(centre);
  const half = (length) => (length * INPUT_SIZE) / matrix.scale / 2;
  const box = {
    left: middle.x - half(size.x),
    top: middle.y - half(size.y),
    right: middle.x + half(size.x),
    bottom: middle.y + half(size.y),
  };
  return { box, keypoints: points.map(placed), score };
}

/** Keeps the best of those that overlap, averaged over all of them by score. */
export function suppress(detections) {
  let rest = [...detections].sort((first, second) => second.score - first.score);
  const kept = [];
  while (rest.length > 0) {
    const [best] = rest;
    // A box without area overlaps nothing, not even itself.
    const isSame = (other) => other === best || overlap(best.box, other.box) > OVERLAP;
    const same = rest.filter(isSame);
    rest = rest.filter((other) => !isSame(other));
    // Only boxes of about the same size see the same face in the same detail.
    const alike = same.filter(({ box }) => {
      const ratio = Math.max(width(box), 1e-6) / Math.max(width(best.box), 1e-6);
      return ratio > 0.7 && ratio < 1.4;
    });
    kept.push({ ...average(alike, alike.map(({ score }) => score)), score: best.score });
  }
  return kept;
}

/** The weighted mean of boxes, keypoints and scores. */
export function average(detections, weights) {
  const total = sum(weights);
  const mean = (value) => sum(detections.map((d, i) => value(d) * weights[i])) / total;
  return {
    box: {
      left: mean(({ box }) => box.left),
      top: mean(({ box }) => box.top),
      right: mean(({ box }) => box.right),
      bottom: mean(({ box }) => box.bottom),
    },
    keypoints: detections[0].keypoints.map((_, i) =>
      point(mean((d) => d.keypoints[i].x), mean((d) => d.keypoints[i].y)),
    ),
    score: mean(({ score }) => score),
  };
}

export const width = (box) => box.right - box.left;

export const centre = (box) => point((box.left + box.right) / 2, (box.top + box.bottom) / 2);

/** The box in a picture `factor` times as large. */
export function grownBox(box, factor) {
  const low = grownPoint(point(box.left, box.top), factor);
  const high = grownPoint(point(box.right, box.bottom), factor);
  return { left: low.x, top: low.y, right: high.x, bottom: high.y };
}

const grown = ({ box, keypoints, score }, factor) => ({
  box: grownBox(box, factor),
  keypoints: keypoints.map((p) => grownPoint(p, factor)),
  score,
});

/** Intersection over the smaller area: a box inside another is the same face. */
function overlap(first, second) {
  const across = Math.min(first.right, second.right) - Math.max(first.left, second.left);
  const down = Math.min(first.bottom, second.bottom) - Math.max(first.top, second.top);
  const area = (box) => Math.max(width(box), 1e-6) * Math.max(box.bottom - box.top, 1e-6);
  return (Math.max(across, 0) * Math.max(down, 0)) / Math.min(area(first), area(second));
}

/** Square tiles: the whole picture, halves, quarters, overlapping. */
export function tiles(across, down) {
  const longest = Math.max(across, down);
  const found = [{ left: (across - longest) / 2, top: (down - longest) / 2, side: longest }];
  for (const side of [longest / 2, longest / 4]) {
    if (side < SMALLEST_TILE) break;
    for (const top of steps(down, side)) {
      for (const left of steps(across, side)) found.push({ left, top, side });
    }
  }
  return found;
}

/** Evenly spaced from 0 to where the last tile ends with the picture. */
function steps(length, side) {
  const count = Math.max(1, Math.ceil((length - side) / (side / 2)) + 1);
  const last = Math.max(length - side, 0);
  if (count === 1) return [0];
  return Array.from({ length: count }, (_, i) =>
    i === count - 1 ? last : i * (last / (count - 1)),
  );
}
