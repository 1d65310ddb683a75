/** Rounding as NumPy and C do it; JavaScript's `Math.round` takes halves up. */

/** The nearest whole number; a half goes to the even one. */
export function rint(value) {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Fills `target` with `make` of each of `values`; much faster than `from` of typed arrays. */
export function fill(target, values, make) {
  for (let i = 0; i < values.length; i++) target[i] = make(values[i]);
  return target;
}

/** `value` held between `low` and `high`. */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** The logistic function, in 64-bit floats. */
export const sigmoid = (logit) => 1 / (1 + Math.exp(-clamp(logit, -50, 50)));
