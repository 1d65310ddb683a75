/** What can go wrong with what the user gives; each has its own text. */

const TEXTS = {
  noFace: () => 'No face found. Take a picture that shows it larger and upright.',
  panorama: ({ width, height }) =>
    'A picture must be less than three times as long as it is wide; crop it to the face. ' +
    `This one has ${width} x ${height} pixels.`,
  tooSmall: ({ width, height, least }) =>
    `A picture must be at least ${least} pixels high and wide. ` +
    `This one has ${width} x ${height}.`,
  brokenPicture: ({ name, reason }) => `${name} is no picture that can be read: ${reason}.`,
  wrongModel: ({ name, expected, found }) =>
    `${name} is not the file that its contract was written for: export both anew. ` +
    `Its SHA-256 is ${found}; the contract says ${expected}.`,
  badContract: ({ name, reason }) => `The contract of ${name} cannot be used. ${reason}`,
  notFetched: ({ name, reason }) =>
    `${name} could not be loaded: ${reason}. Is the server running?`,
  noWebAssembly: () =>
    'This browser does not run WebAssembly, which the models need. Use a current Chrome, Edge, ' +
    'Firefox or Safari, with WebAssembly allowed.',
  insecure: () =>
    'Models are only checked, and cameras only opened, on pages from https or from localhost.',
  runtime: ({ reason }) => `LiteRT.js does not run here: ${reason}`,
  noCamera: ({ reason }) => `The camera cannot be used: ${reason}.`,
};

/** A problem to be shown: `kind` is its name, `details` what its text needs. */
export class Problem extends Error {
  constructor(kind, details = {}) {
    super(TEXTS[kind](details));
    this.kind = kind;
    this.details = details;
  }
}
