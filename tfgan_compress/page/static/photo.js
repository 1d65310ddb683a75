/** Reads picture files and camera frames as upright RGBA, as `tfgan_compress/data/photos.py`. */

import { Problem } from './core/problem.js';
import { checkSize } from './core/rules.js';

/**
 * Draws a file onto `canvas`, upright, transparency over white, colour profiles left aside.
 *
 * @param {Blob} file
 * @returns `{width, height, rgba}`.
 * @throws {Problem} brokenPicture, tooSmall, panorama.
 */
export async function drawFile(file, canvas) {
  const name = file.name ?? 'The file';
  if (file.size === 0) throw new Problem('brokenPicture', { name, reason: 'it is empty' });
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, {
      imageOrientation: 'from-image',
      colorSpaceConversion: 'none',
    });
  } catch {
    const reason = 'it is damaged, or of a kind that this browser does not know; try JPEG or PNG';
    throw new Problem('brokenPicture', { name, reason });
  }
  try {
    return draw(bitmap, bitmap.width, bitmap.height, canvas);
  } finally {
    bitmap.close();
  }
}

/** Draws what `video` shows onto `canvas`, mirrored as one sees oneself if `mirror` is set. */
export function drawFrame(video, canvas, { mirror }) {
  return draw(video, video.videoWidth, video.videoHeight, canvas, mirror);
}

/** Draws `{width, height, rgba}` onto `canvas`. */
export function drawPixels({ width, height, rgba }, canvas) {
  Object.assign(canvas, { width, height });
  canvas.getContext('2d').putImageData(new ImageData(rgba, width, height), 0, 0);
}

function draw(source, fullWidth, fullHeight, canvas, mirror = false) {
  const factor = checkSize(fullWidth, fullHeight);
  const [width, height] = [fullWidth, fullHeight].map((side) => Math.ceil(side / factor));
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.imageSmoothingQuality = 'high';
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  if (mirror) context.setTransform(-1, 0, 0, 1, width, 0);
  context.drawImage(source, 0, 0, width, height);
  context.resetTransform();
  return { width, height, rgba: context.getImageData(0, 0, width, height).data };
}
