/**
 * Points in pixels and similarities between pictures; the centre of the top-left pixel is (0, 0).
 *
 * Each operation stands in the order of `tfgan_compress/geometry.py`, so that the bits agree.
 */

const single = Math.fround;

/** A point; a plain object, so that it passes between threads. */
export const point = (x, y) => ({ x, y });

export const plus = (p, q) => point(p.x + q.x, p.y + q.y);
export const minus = (p, q) => point(p.x - q.x, p.y - q.y);
export const times = (p, factor) => point(p.x * factor, p.y * factor);
export const distance = (p, q) => Math.hypot(p.x - q.x, p.y - q.y);

/** The nearest point that 32-bit floats can hold. */
export const singlePoint = (p) => point(single(p.x), single(p.y));

/** The place of `p` in a picture `factor` times as large. */
export const grownPoint = (p, factor) =>
  point((p.x + 0.5) * factor - 0.5, (p.y + 0.5) * factor - 0.5);

/** The sum of numbers, from the first to the last. */
export const sum = (values) => values.reduce((total, value) => total + value, 0);

/** The mean of points. */
export const mean = (points) =>
  point(sum(points.map((p) => p.x)) / points.length, sum(points.map((p) => p.y)) / points.length);

/** `x' = a x + b y + left`, `y' = c x + d y + top`. */
export class Affine {
  constructor(a, b, left, c, d, top) {
    Object.assign(this, { a, b, left, c, d, top });
  }

  get determinant() {
    return this.a * this.d - this.b * this.c;
  }

  /** How many target pixels one source pixel becomes. */
  get scale() {
    return Math.sqrt(Math.abs(this.determinant));
  }

  /** Takes a point to the target, in 32-bit floats; the numbers of `this` have to be such. */
  transform(p) {
    const [x, y] = [single(p.x), single(p.y)];
    const row = (u, v, w) => single(single(single(u * x) + single(v * y)) + w);
    return point(row(this.a, this.b, this.left), row(this.c, this.d, this.top));
  }

  /** Takes a point of the target back to the source. */
  untransform(p) {
    const [x, y] = [p.x - this.left, p.y - this.top];
    const determinant = this.determinant;
    return point(
      (this.d * x - this.b * y) / determinant,
      (this.a * y - this.c * x) / determinant,
    );
  }

  /** The nearest similarity that 32-bit floats can hold. */
  single() {
    const { a, b, left, c, d, top } = this;
    return new Affine(...[a, b, left, c, d, top].map(single));
  }

  /** The same for a source of which `x` columns and `y` rows were cut off. */
  cut(x, y) {
    const { a, b, left, c, d, top } = this;
    return new Affine(a, b, a * x + b * y + left, c, d, c * x + d * y + top);
  }

  /** The same for a source of half the size. */
  halved() {
    const { a, b, left, c, d, top } = this;
    return new Affine(a * 2, b * 2, left + (a + b) / 2, c * 2, d * 2, top + (c + d) / 2);
  }

  /** The same followed by a mirror of a target that is `size` pixels wide. */
  mirrored(size) {
    const { a, b, left, c, d, top } = this;
    return new Affine(-a, -b, -left + (size - 1), c, d, top);
  }

  /**
   * The same followed by cutting out a square.
   *
   * @param centre Its middle and `side` its side, in the target.
   * @param size Its side in pixels of the cut.
   */
  crop(centre, side, size) {
    const scale = size / side;
    const middle = (size - 1) / 2;
    return new Affine(
      this.a * scale,
      this.b * scale,
      this.left * scale + (middle - centre.x * scale),
      this.c * scale,
      this.d * scale,
      this.top * scale + (middle - centre.y * scale),
    );
  }
}
