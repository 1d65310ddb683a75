/** Pictures to the numbers of a model and back; see `tfgan_compress/tflite.py`. */

import { clamp, rint } from './numbers.js';
import { Picture } from './picture.js';

const single = Math.fround;
const TO_FLOAT = Float32Array.from({ length: 256 }, (_, byte) => single(byte / 127.5) - 1);

/** A picture as floats in [-1, 1]. */
export const toFloats = (image) => Float32Array.from(image.bytes, (byte) => TO_FLOAT[byte]);

/** Floats in [-1, 1] as a picture, clipped and rounded. */
export function toPicture(values, width, height) {
  const bytes = Uint8Array.from(values, (value) =>
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
  return Int8Array.from(values, (value) =>
    clamp(rint(single(value / single(scale))) + zeroPoint, -128, 127),
  );
}

/** Takes what a tensor holds to floats. */
export function decode(data, spec) {
  checkSize(data, spec);
  if (!spec.quantization) return data;
  const { scale, zeroPoint } = spec.quantization;
  return Float32Array.from(data, (step) => (step - zeroPoint) * single(scale));
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
