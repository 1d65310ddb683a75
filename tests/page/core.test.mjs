/** What the page computes is what Python computes. Run with `node --test tests/page/`. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { Affine, point } from '../../tfgan_compress/page/static/core/affine.js';
import * as alignment from '../../tfgan_compress/page/static/core/alignment.js';
import * as codec from '../../tfgan_compress/page/static/core/codec.js';
import { parseContract, verify } from '../../tfgan_compress/page/static/core/contract.js';
import * as detector from '../../tfgan_compress/page/static/core/detector.js';
import { feed } from '../../tfgan_compress/page/static/core/frontalizer.js';
import { profileLandmarks } from '../../tfgan_compress/page/static/core/landmarker.js';
import { decodeMesh, fivePoints } from '../../tfgan_compress/page/static/core/mesh.js';
import { Picture } from '../../tfgan_compress/page/static/core/picture.js';
import { checkSize } from '../../tfgan_compress/page/static/core/rules.js';
import { shrink, warp } from '../../tfgan_compress/page/static/core/warp.js';
import * as golden from './golden.mjs';

test('pictures are warped to the same bytes', () => {
  const { cases } = golden.read('warp');
  for (const { image, matrix, warped } of cases) {
    const expected = golden.picture(warped);
    const found = warp(golden.picture(image), golden.affine(matrix), expected.width);
    golden.assertSamePicture(found, expected);
  }
});

test('pictures are halved to the same bytes', () => {
  for (const { image, longest, small, grow } of golden.read('warp').shrunk) {
    const found = shrink(golden.picture(image), longest);
    golden.assertSamePicture(found.small, golden.picture(small));
    assert.equal(found.grow, grow);
  }
});

test('faces are aligned to the same bits', () => {
  for (const face of golden.read('alignment').cases) {
    const part = face.size / 128;
    const frame = new alignment.Frame(point(64 * part, 40 * part), 48 * part);
    const landmarks = golden.points(face.landmarks);
    const matrix = frame.align(landmarks);
    assert.deepEqual(matrix, golden.affine(face.matrix));
    const moved = landmarks.map((p) => matrix.transform(p));
    assert.deepEqual(moved, golden.points(face.moved));
    const mirrored = alignment.mirroredLandmarks(moved, face.size);
    assert.deepEqual(mirrored, golden.points(face.mirrored));
    golden.assertClose(alignment.estimateYaw(landmarks), face.yaw);
  }
});

test('keypoints become the same landmarks', () => {
  for (const { keypoints, landmarks } of golden.read('alignment').keypoints) {
    golden.assertClose(profileLandmarks(golden.points(keypoints)), golden.points(landmarks));
  }
});

test('crops of the upright frame are the same to the bit', () => {
  const { upright, crop } = golden.read('alignment');
  assert.deepEqual(golden.affine(upright).crop(point(64, 62), 215, 128), golden.affine(crop));
});

test('a face upside down is refused', () => {
  const landmarks = golden.points([[20, 50], [44, 50], [32, 40], [24, 20], [40, 20]]);
  assert.throws(() => alignment.UPRIGHT.align(landmarks), alignment.NotAFaceError);
});

function blazeFaceOutputs({ chosen, regressors, logits }) {
  const values = [new Float32Array(896 * 16), new Float32Array(896).fill(-9)];
  chosen.forEach((anchor, i) => {
    values[0].set(regressors[i], anchor * 16);
    values[1][anchor] = logits[i];
  });
  return values;
}

test('what BlazeFace says is read in the same way', () => {
  const vectors = golden.read('blazeface');
  const outputs = blazeFaceOutputs(vectors);
  const found = detector.decodeFaces(...outputs, golden.affine(vectors.matrix), 0.3);
  golden.assertClose(found, vectors.detections.map(golden.detection));
});

test('what overlaps becomes the same face', () => {
  const { crowd, kept } = golden.read('blazeface');
  golden.assertClose(detector.suppress(crowd.map(golden.detection)), kept.map(golden.detection));
});

test('pictures are tiled in the same way', () => {
  for (const { size, tiles } of golden.read('blazeface').tiles) {
    const found = detector.tiles(...size).map(({ left, top, side }) => [left, top, side]);
    assert.deepEqual(found, tiles);
  }
});

test('a box without area is a face of its own', () => {
  const box = { left: 5, top: 5, right: 5, bottom: 5 };
  const flat = { box, keypoints: Array(6).fill(point(0, 0)), score: 0.9 };
  assert.equal(detector.suppress([flat, { ...flat }]).length, 2);
});

test('outputs of another network are refused', () => {
  const matrix = new Affine(1, 0, 0, 0, 1, 0);
  assert.throws(
    () => detector.decodeFaces(new Float32Array(3), new Float32Array(896), matrix, 0.5),
    /BlazeFace gives 896 x 16 numbers/,
  );
  assert.throws(() => decodeMesh(new Float32Array(3), matrix), /468 points/);
});

test('five landmarks are taken from the mesh in the same way', () => {
  const { mesh, matrix, landmarks } = golden.read('mesh');
  const found = fivePoints(decodeMesh(Float32Array.from(mesh.flat()), golden.affine(matrix)));
  golden.assertClose(found, golden.points(landmarks));
});

test('a student is fed the same bytes, whichever way the face looks', () => {
  const contract = parseContract(golden.read('contract'));
  const { image, cases } = golden.read('patches');
  for (const { landmarks, yaw, inputs } of cases) {
    const fed = feed(contract, golden.picture(image), golden.points(landmarks), yaw);
    assert.equal(fed.turned, yaw < 0);
    for (const [name, expected] of Object.entries(inputs)) {
      assert.deepEqual(new Uint8Array(fed.inputs[name].buffer), golden.bytes(expected), name);
    }
  }
});

test('numbers are quantized and rounded to the same bytes', () => {
  const { values, tensors, pixels, floats, bytes } = golden.read('codec');
  for (const { scale, zero_point: zeroPoint, stored, real } of tensors) {
    const spec = { name: 'x', shape: [values.length], quantization: { scale, zeroPoint } };
    const found = codec.encode(Float32Array.from(values), spec);
    assert.deepEqual([...found], stored);
    assert.deepEqual([...codec.decode(found, spec)], real);
  }
  const picture = codec.toPicture(Float32Array.from(pixels), pixels.length / 3, 1);
  assert.deepEqual(picture.bytes, golden.bytes(bytes));
  const all = new Picture(85, 1, Uint8Array.from({ length: 255 }, (_, byte) => byte));
  assert.deepEqual([...codec.toFloats(all)], floats);
});

test('the shipped contract is read', () => {
  const contract = parseContract(golden.read('contract'));
  assert.equal(contract.name, 'demo_student/int8');
  assert.deepEqual(contract.frame, new alignment.Frame(point(32, 20), 24));
  assert.deepEqual(contract.patches.find(({ name }) => name === 'mouth').landmarks, [3, 4]);
});

test('what the page cannot feed is refused with the rule', () => {
  const refused = (change, text) => {
    const contract = golden.read('contract');
    change(contract);
    assert.throws(() => parseContract(contract), { kind: 'badContract', message: text });
  };
  refused((c) => (c.task = 'edges'), /task must be face-frontalization\. Received: edges/);
  refused((c) => (c.inputs[0].dtype = 'uint8'), /must be float32 or int8\. Received: uint8/);
  refused((c) => (c.inputs[0].color_order = 'BGR'), /must be RGB, NHWC\. Received: BGR/);
  refused((c) => (c.inputs[1].shape[1] = 20), /The model must take/);
  refused((c) => (c.image_size = 'large'), /image_size must be a whole number.*large/);
  refused((c) => (c.alignment.eye_centre = [1]), /eye_centre must be two numbers/);
  refused((c) => delete c.patches, /patches must be an object/);
  assert.throws(() => parseContract(null), /must be an object/);
});

test('a model whose hash does not match its contract is refused', async () => {
  const content = Uint8Array.from([1, 2, 3]);
  const hash = '039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81';
  await verify('tiny', content, hash);
  await assert.rejects(verify('tiny', content, 'f00d'), {
    kind: 'wrongModel',
    message: new RegExp(`SHA-256 is ${hash}; the contract says f00d`),
  });
});

test('panoramas and tiny pictures are refused, large ones are made smaller', () => {
  assert.throws(() => checkSize(900, 300), { kind: 'panorama' });
  assert.throws(() => checkSize(15, 20), { kind: 'tooSmall' });
  assert.deepEqual([checkSize(899, 300), checkSize(4096, 3000), checkSize(9000, 6000)], [1, 1, 4]);
});

test('a picture must hold its bytes', () => {
  assert.throws(() => new Picture(2, 2, new Uint8Array(11)), /width \* height \* 3/);
  const rgba = Uint8ClampedArray.from([1, 2, 3, 255, 4, 5, 6, 255]);
  assert.deepEqual(Picture.fromRgba(2, 1, rgba).toRgba(), rgba);
  assert.deepEqual([...Picture.fromRgba(2, 1, rgba).mirrored().bytes], [4, 5, 6, 1, 2, 3]);
});
