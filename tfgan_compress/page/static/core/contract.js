/** What `model_contract.json` says of the `.tflite` file beside it, checked before it is used. */

import { point } from './affine.js';
import { Frame, LANDMARKS } from './alignment.js';
import { Problem } from './problem.js';

const TASK = 'face-frontalization';
export const IMAGE_INPUT = 'input';

/**
 * Reads a contract and checks that this page can feed its model.
 *
 * @param {object} json The parsed file.
 * @returns `{name, imageSize, inputs, output, patches, frame, mirrorNegativeYaw, sha256}`; a
 *   tensor is `{name, shape, quantization: {scale, zeroPoint} | null}`.
 * @throws {Problem} badContract, naming the rule broken.
 */
export function parseContract(json) {
  const name = `${json?.name}/${json?.variant}`;
  try {
    return { name, ...readContract(fields(json, 'The contract')) };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new Problem('badContract', { name, reason: error.message });
  }
}

/**
 * Checks that bytes are those of a SHA-256.
 *
 * @throws {Problem} wrongModel; insecure where the browser computes no hashes.
 */
export async function verify(name, content, expected) {
  if (!globalThis.crypto?.subtle) throw new Problem('insecure');
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (found !== expected) throw new Problem('wrongModel', { name, expected, found });
}

class RuleError extends Error {}

function rule(holds, text) {
  if (!holds) throw new RuleError(text);
}

/** Fields of a JSON object by name, each with its type checked. */
function fields(values, place) {
  const isObject = values !== null && typeof values === 'object' && !Array.isArray(values);
  rule(isObject, `${place} must be an object. Received: ${JSON.stringify(values)}.`);
  const typed = (name, kind, fits) => {
    const value = values[name];
    rule(fits(value), `${place}: ${name} must be ${kind}. Received: ${JSON.stringify(value)}.`);
    return value;
  };
  return {
    names: Object.keys(values),
    text: (name) => typed(name, 'text', (value) => typeof value === 'string'),
    number: (name) => typed(name, 'a number', Number.isFinite),
    whole: (name) => typed(name, 'a whole number', Number.isInteger),
    truth: (name) => typed(name, 'true or false', (value) => typeof value === 'boolean'),
    list: (name) => typed(name, 'a list', Array.isArray),
    child: (name) => fields(values[name], `${place}: ${name}`),
  };
}

function readContract(contract) {
  const task = contract.text('task');
  rule(task === TASK, `task must be ${TASK}. Received: ${task}.`);
  const imageSize = contract.whole('image_size');
  const inputs = contract.list('inputs').map((tensor) => readTensor(fields(tensor, 'inputs')));
  const outputs = contract.list('outputs').map((tensor) => readTensor(fields(tensor, 'outputs')));
  rule(outputs.length === 1, `outputs must be one. Received: ${outputs.length}.`);
  const patches = readPatches(contract.child('patches'));
  checkShapes(imageSize, inputs, outputs[0], patches);
  const alignment = contract.child('alignment');
  const landmarks = alignment.list('landmarks');
  rule(
    String(landmarks) === String(LANDMARKS),
    `alignment.landmarks must be ${LANDMARKS}. Received: ${landmarks}.`,
  );
  const centre = alignment.list('eye_centre');
  rule(
    centre.length === 2 && centre.every(Number.isFinite),
    `alignment.eye_centre must be two numbers. Received: [${centre}].`,
  );
  return {
    imageSize,
    inputs,
    output: outputs[0],
    patches,
    frame: new Frame(point(...centre), alignment.number('eye_to_mouth')),
    mirrorNegativeYaw: alignment.truth('mirror_negative_yaw'),
    sha256: contract.text('sha256'),
  };
}

function readTensor(tensor) {
  const name = tensor.text('name');
  const shape = tensor.list('shape');
  rule(
    shape.length === 4 && shape[0] === 1 && shape[3] === 3,
    `${name} must have the shape [1, height, width, 3]. Received: [${shape}].`,
  );
  const range = tensor.list('value_range');
  rule(String(range) === '-1,1', `${name} must lie in [-1, 1]. Received: [${range}].`);
  const [order, layout] = [tensor.text('color_order'), tensor.text('layout')];
  rule(
    order === 'RGB' && layout === 'NHWC',
    `${name} must be RGB, NHWC. Received: ${order}, ${layout}.`,
  );
  return { name, shape, quantization: readQuantization(name, tensor) };
}

function readQuantization(name, tensor) {
  const type = tensor.text('dtype');
  if (type === 'float32') return null;
  rule(type === 'int8', `${name} must be float32 or int8. Received: ${type}. Export it anew.`);
  const scale = tensor.number('scale');
  rule(scale > 0, `${name}: scale must be positive. Received: ${scale}.`);
  return { scale, zeroPoint: tensor.whole('zero_point') };
}

function readPatches(patches) {
  return patches.names.map((name) => {
    const patch = patches.child(name);
    const landmarks = patch.list('landmarks');
    const indices = landmarks.map((landmark) => LANDMARKS.indexOf(landmark));
    rule(
      indices.length > 0 && !indices.includes(-1),
      `patches.${name}: landmarks must be of ${LANDMARKS}. Received: [${landmarks}].`,
    );
    return { name, height: patch.whole('height'), width: patch.whole('width'), landmarks: indices };
  });
}

function checkShapes(size, inputs, output, patches) {
  const listed = (tensors) =>
    tensors.map(({ name, shape }) => `${name} [${shape}]`).sort().join(', ');
  const expected = listed([
    { name: IMAGE_INPUT, shape: [1, size, size, 3] },
    ...patches.map(({ name, height, width }) => ({ name, shape: [1, height, width, 3] })),
  ]);
  const found = listed(inputs);
  rule(
    found === expected && String(output.shape) === String([1, size, size, 3]),
    `The model must take ${expected} and give [1,${size},${size},3]. ` +
      `Received: ${found} and [${output.shape}].`,
  );
}
