/** Pictures of 8-bit RGB, row by row from the top, without a canvas. */

export class Picture {
  /**
   * @param {number} width
   * @param {number} height
   * @param {Uint8Array} bytes `height * width * 3`: red, green, blue of each pixel.
   */
  constructor(width, height, bytes) {
    if (!(width > 0 && height > 0 && bytes.length === width * height * 3)) {
      throw new RangeError(
        'An RGB picture must hold width * height * 3 bytes. ' +
          `Received: ${bytes.length} for ${width} x ${height}.`,
      );
    }
    this.width = width;
    this.height = height;
    this.bytes = bytes;
  }

  /** Takes the pixels of a canvas that nothing shines through. */
  static fromRgba(width, height, rgba) {
    const bytes = new Uint8Array(width * height * 3);
    for (let from = 0, to = 0; to < bytes.length; from += 4, to += 3) {
      bytes[to] = rgba[from];
      bytes[to + 1] = rgba[from + 1];
      bytes[to + 2] = rgba[from + 2];
    }
    return new Picture(width, height, bytes);
  }

  /** The pixels as a canvas takes them. */
  toRgba() {
    const rgba = new Uint8ClampedArray(this.width * this.height * 4).fill(255);
    for (let from = 0, to = 0; from < this.bytes.length; from += 3, to += 4) {
      rgba.set(this.bytes.subarray(from, from + 3), to);
    }
    return rgba;
  }

  /** The picture flipped left to right. */
  mirrored() {
    return this.pick(this.width, this.height, (x) => this.width - 1 - x, (y) => y);
  }

  /** The pixels from `left`, `top` up to but without `right`, `bottom`. */
  window(left, top, right, bottom) {
    const row = (right - left) * 3;
    const bytes = new Uint8Array((bottom - top) * row);
    for (let y = top; y < bottom; y++) {
      const from = (y * this.width + left) * 3;
      bytes.set(this.bytes.subarray(from, from + row), (y - top) * row);
    }
    return new Picture(right - left, bottom - top, bytes);
  }

  /** The picture whose pixel at x, y is this one's at `column(x)`, `row(y)`. */
  pick(width, height, column, row) {
    const columns = Int32Array.from({ length: width }, (_, x) => 3 * column(x));
    const bytes = new Uint8Array(width * height * 3);
    let to = 0;
    for (let y = 0; y < height; y++) {
      const line = row(y) * this.width * 3;
      for (let x = 0; x < width; x++) {
        const from = line + columns[x];
        bytes[to++] = this.bytes[from];
        bytes[to++] = this.bytes[from + 1];
        bytes[to++] = this.bytes[from + 2];
      }
    }
    return new Picture(width, height, bytes);
  }
}
