/** From a photograph to a frontal face, as `tfgan_compress/frontalize/photo.py`. */

import { mirroredLandmarks } from './alignment.js';
import { decode, encode, toFloats, toPicture } from './codec.js';
import { IMAGE_INPUT } from './contract.js';
import { clamp, rint } from './numbers.js';
import { warp } from './warp.js';

const single = Math.fround;

/** A student by its contract; `run` takes inputs by name to a promise of the output. */
export class Frontalizer {
  /**
   * @param contract What `parseContract` returned.
   * @param {{run: function(Object): Promise<Float32Array | Int8Array>}} student
   */
  constructor(contract, student) {
    this.contract = contract;
    this.student = student;
  }

  /**
   * Turns one face of `photo` to the front.
   *
   * @param {import('./picture.js').Picture} photo
   * @param face What `Landmarker.find` returned.
   * @returns `{input, image, times}`: the aligned face, its frontal view, milliseconds a stage.
   */
  async frontalize(photo, face) {
    const start = performance.now();
    const prepared = prepare(this.contract, photo, face);
    const fed = performance.now();
    const output = await this.student.run(prepared.inputs);
    const ran = performance.now();
    const image = finish(this.contract, prepared, output);
    const times = { prepare: fed - start, run: ran - fed, finish: performance.now() - ran };
    return { input: prepared.aligned, image, times };
  }
}

/** Aligns a face and makes of it what the model takes: `{aligned, turned, inputs}`. */
export function prepare(contract, photo, face) {
  const matrix = contract.frame.align(face.landmarks);
  const aligned = warp(photo, matrix, contract.imageSize);
  return feed(contract, aligned, face.landmarks.map((p) => matrix.transform(p)), face.yaw);
}

/** Turns an aligned face to the right, cuts its patches, encodes all as the model asks. */
export function feed(contract, aligned, points, yaw) {
  // The student has only seen faces that look to the right.
  const turned = contract.mirrorNegativeYaw && yaw < 0;
  const image = turned ? aligned.mirrored() : aligned;
  const landmarks = turned ? mirroredLandmarks(points, contract.imageSize) : points;
  const pictures = { [IMAGE_INPUT]: image };
  for (const patch of contract.patches) pictures[patch.name] = cutPatch(image, landmarks, patch);
  const inputs = {};
  for (const spec of contract.inputs) {
    inputs[spec.name] = encode(toFloats(pictures[spec.name]), spec);
  }
  return { aligned, turned, inputs };
}

/** The frontal face of a student's output, turned back if its input was turned. */
export function finish({ output, imageSize }, { turned }, data) {
  const image = toPicture(decode(data, output), imageSize, imageSize);
  return turned ? image.mirrored() : image;
}

/** Cuts a patch centred on the mean of its landmarks; edges are repeated outside the image. */
function cutPatch(image, landmarks, { width, height, landmarks: indices }) {
  // In 32-bit floats, as NumPy takes the mean of such.
  const mean = (axis) =>
    single(indices.reduce((total, i) => single(total + landmarks[i][axis]), 0) / indices.length);
  const left = rint(mean('x') - width / 2);
  const top = rint(mean('y') - height / 2);
  return image.pick(
    width,
    height,
    (x) => clamp(left + x, 0, image.width - 1),
    (y) => clamp(top + y, 0, image.height - 1),
  );
}
