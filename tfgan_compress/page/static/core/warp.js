/**
 * The pixels of `tfgan_compress/data/alignment.py`, to the byte: pictures that shrink are halved by
 * area, then blurred by weights of 1/256, then sampled at 1/32 of a pixel. All sums are whole
 * numbers and halves round up.
 */

import { point, sum } from './affine.js';
import { clamp, rint } from './numbers.js';
import { Picture } from './picture.js';

const STEPS = 32;
const WEIGHT_BITS = 8;

/** Applies the similarity `matrix`; edges are repeated, shrinking does not alias. */
export function warp(image, matrix, size) {
  let scale = matrix.scale;
  const [left, top, right, bottom] = readWindow(image, matrix, size, 4 / Math.min(scale, 1) + 2);
  let source = image.window(left, top, right, bottom);
  let place = matrix.cut(left, top);
  while (scale <= 0.25) {
    source = halve(source);
    place = place.halved();
    scale *= 2;
  }
  if (scale < 1) source = blur(source, 0.5 * Math.sqrt(1 / (scale * scale) - 1) + 1e-3);
  return sample(source, place, size);
}

/** Halves `image` until its longer side is at most `longest`; also says by how much in all. */
export function shrink(image, longest) {
  let [small, grow] = [image, 1];
  while (Math.max(small.width, small.height) > longest) {
    small = halve(small);
    grow *= 2;
  }
  return { small, grow };
}

/** What the warp will read: left, top, right, bottom. */
function readWindow(image, matrix, size, margin) {
  const corners = [point(0, 0), point(size, 0), point(0, size), point(size, size)].map((corner) =>
    matrix.untransform(corner),
  );
  const range = (places, length) => {
    const low = clamp(Math.floor(Math.min(...places) - margin), 0, length - 1);
    return [low, clamp(Math.ceil(Math.max(...places) + margin), low + 1, length)];
  };
  const [left, right] = range(corners.map((corner) => corner.x), image.width);
  const [top, bottom] = range(corners.map((corner) => corner.y), image.height);
  return [left, top, right, bottom];
}

/** Averages 2x2 pixels; an odd last row or column is repeated. */
function halve({ width, height, bytes }) {
  const half = new Picture(
    (width + 1) >> 1,
    (height + 1) >> 1,
    new Uint8Array(((width + 1) >> 1) * ((height + 1) >> 1) * 3),
  );
  let to = 0;
  for (let y = 0; y < half.height; y++) {
    const above = 2 * y * width * 3;
    const below = Math.min(2 * y + 1, height - 1) * width * 3;
    for (let x = 0; x < half.width; x++) {
      const here = 2 * x * 3;
      const beside = Math.min(2 * x + 1, width - 1) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const total =
          bytes[above + here + channel] +
          bytes[above + beside + channel] +
          bytes[below + here + channel] +
          bytes[below + beside + channel];
        half.bytes[to++] = (total + 2) >> 2;
      }
    }
  }
  return half;
}

/** Gaussian weights of 1/256, rounding errors carried from the rim to the middle. */
export function blurWeights(sigma) {
  const count = rint(6 * sigma + 1) | 1;
  const half = count >> 1;
  const bell = Array.from({ length: count }, (_, i) =>
    Math.exp((-0.5 / (sigma * sigma)) * (i - half) * (i - half)),
  );
  const total = sum(bell);
  const weights = new Int32Array(count);
  let error = 0;
  for (let i = 0; i < half; i++) {
    const exact = (bell[i] / total) * (1 << WEIGHT_BITS) + error;
    weights[i] = weights[count - 1 - i] = rint(exact);
    error = exact - weights[i];
  }
  weights[half] = (1 << WEIGHT_BITS) - sum(weights);
  return weights;
}

function blur(image, sigma) {
  const weights = blurWeights(sigma);
  const half = weights.length >> 1;
  if (half === 0) return image;
  const { width, height } = image;
  const row = width * 3;
  const across = new Int32Array(height * row);
  const columns = Int32Array.from({ length: width + 2 * half }, (_, i) => reflect(i - half, width));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        let total = 0;
        for (let i = 0; i < weights.length; i++) {
          total += weights[i] * image.bytes[y * row + columns[x + i] * 3 + channel];
        }
        across[y * row + x * 3 + channel] = total;
      }
    }
  }
  return blurDown(across, weights, width, height);
}

function blurDown(across, weights, width, height) {
  const half = weights.length >> 1;
  const row = width * 3;
  const rows = Int32Array.from({ length: height + 2 * half }, (_, i) => reflect(i - half, height));
  const bytes = new Uint8Array(across.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < row; x++) {
      let total = 1 << (2 * WEIGHT_BITS - 1);
      for (let i = 0; i < weights.length; i++) total += weights[i] * across[rows[y + i] * row + x];
      bytes[y * row + x] = total >> (2 * WEIGHT_BITS);
    }
  }
  return new Picture(width, height, bytes);
}

/** Index of a pixel outside, mirrored about the outermost one. */
function reflect(index, length) {
  if (length === 1) return 0;
  let at = index;
  while (at < 0 || at >= length) at = at < 0 ? -at : 2 * (length - 1) - at;
  return at;
}

function sample(image, matrix, size) {
  const bytes = new Uint8Array(size * size * 3);
  const { width, height } = image;
  // A position in 32nds of a pixel, held inside.
  const steps = (place, length) => clamp(rint(place * STEPS), 0, (length - 1) * STEPS);
  let to = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const source = matrix.untransform(point(x, y));
      const [column, row] = [steps(source.x, width), steps(source.y, height)];
      const [left, above] = [Math.floor(column / STEPS), Math.floor(row / STEPS)];
      const [u, v] = [column % STEPS, row % STEPS];
      const right = Math.min(left + 1, width - 1);
      const below = Math.min(above + 1, height - 1);
      for (let channel = 0; channel < 3; channel++) {
        const at = (i, j) => image.bytes[(j * width + i) * 3 + channel];
        const total =
          (STEPS - v) * ((STEPS - u) * at(left, above) + u * at(right, above)) +
          v * ((STEPS - u) * at(left, below) + u * at(right, below));
        bytes[to++] = (total + (STEPS * STEPS) / 2) / (STEPS * STEPS);
      }
    }
  }
  return new Picture(size, size, bytes);
}
