/** Pictures to the numbers of a model and back; see `tfgan_compress/tflite.py`. */

import { clamp, fill, rint } from './numbers.js';
import { Picture } from './picture.js';

const single = Math.fround;
const TO_FLOAT = Float32Array.from({ length: 256 }, (_, byte) => single(byte / 127.5) - 1);

/** A picture as floats in [-1, 1]. */
export const toFloats = ({ bytes }) =>
  fill(new Float32Array(bytes.length), bytes, (byte) => TO_FLOAT[byte]);

/** Floats in [-1, 1] as a picture, clipped and rounded. */
export function toPicture(values, width, height) {
  const bytes = fill(new Uint8Array(values.length), values, (value) =>
    clamp(rint(single(single(value + 1) * 127.5)), 0, 255),
  );
  return new Picture(width, height, bytes);
}

/**
 * Takes floats to what a tensor holds.
 *
 * @param {Float32Array} values
 * @param spec A `TensorSpec` of the contract.
 * @returns {Float32Array | Int8Array}
 */
export function encode(values, spec) {
  checkSize(values, spec);
  if (!spec.quantization) return values;
  const { scale, zeroPoint } = spec.quantization;
  return fill(new Int8Array(values.length), values, (value) =>
    clamp(rint(single(value / single(scale))) + zeroPoint, -128, 127),
  );
}

/** Takes what a tensor holds to floats. */
export function decode(data, spec) {
  checkSize(data, spec);
  if (!spec.quantization) return data;
  const { scale, zeroPoint } = spec.quantization;
  return fill(new Float32Array(data.length), data, (step) => (step - zeroPoint) * single(scale));
}

function checkSize(values, spec) {
  const size = spec.shape.reduce((product, side) => product * side, 1);
  if (values.length !== size) {
    throw new RangeError(
      `${spec.name} must have ${size} numbers, the shape ${spec.shape}. ` +
        `Received: ${values.length}.`,
    );
  }
}
