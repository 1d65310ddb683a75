/** What Python computed (`android_demo/tools/export_golden.py`), in the page's own types. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { Affine, point } from '../../tfgan_compress/page/static/core/affine.js';
import { Picture } from '../../tfgan_compress/page/static/core/picture.js';

const FOLDER = new URL('../../android_demo/core/src/test/resources/golden/', import.meta.url);
/** Libraries round the last bit of cosines and exponentials differently. */
const CLOSE = 1e-6;

export const read = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));

export const bytes = (base64) => new Uint8Array(Buffer.from(base64, 'base64'));

export const picture = ({ width, height, rgb }) => new Picture(width, height, bytes(rgb));

export const points = (pairs) => pairs.map(([x, y]) => point(x, y));

export const affine = ([first, second]) => new Affine(...first, ...second);

export const detection = ({ box: [left, top, right, bottom], keypoints, score }) => ({
  box: { left, top, right, bottom },
  keypoints: points(keypoints),
  score,
});

/** All numbers within an object, in the order of its fields. */
const numbers = (value) =>
  typeof value === 'object' ? Object.values(value).flatMap(numbers) : [value];

/** Fails unless both hold the same numbers, to a few in the seventh digit. */
export function assertClose(found, expected) {
  const [ours, theirs] = [numbers(found), numbers(expected)];
  assert.equal(ours.length, theirs.length);
  ours.forEach((value, i) => {
    const limit = CLOSE * Math.max(100, Math.abs(theirs[i]));
    assert.ok(Math.abs(value - theirs[i]) <= limit, `${value} must be ${theirs[i]} (number ${i})`);
  });
}

export function assertSamePicture(found, expected) {
  assert.deepEqual([found.width, found.height], [expected.width, expected.height]);
  const wrong = found.bytes.filter((byte, i) => byte !== expected.bytes[i]).length;
  assert.equal(wrong, 0, `${wrong} of ${expected.bytes.length} bytes differ`);
}
