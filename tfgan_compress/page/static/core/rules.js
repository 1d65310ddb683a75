/** Which sizes of pictures are looked at; the app's rules, `android_demo/core`. */

import { Problem } from './problem.js';

const LEAST_SIDE = 16;
const LONGEST_RATIO = 3;
/** A picture is halved until it is no longer than this: canvases of some phones hold no more. */
const LONGEST_SIDE = 4096;

/**
 * Checks the size of a picture and says by how much it has to be made smaller: 1, 2, 4, ...
 *
 * @throws {Problem} tooSmall or panorama.
 */
export function checkSize(width, height) {
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)];
  if (shorter < LEAST_SIDE) throw new Problem('tooSmall', { width, height, least: LEAST_SIDE });
  if (longer >= LONGEST_RATIO * shorter) throw new Problem('panorama', { width, height });
  let factor = 1;
  while (longer / factor > LONGEST_SIDE) factor *= 2;
  return factor;
}
