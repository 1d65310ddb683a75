/**
 * The thread that owns LiteRT.js, so that the page stays awake.
 *
 * Not a module: LiteRT.js loads a classic script, which a module's worker refuses.
 */

const engine = import('./engine.js').then(({ Engine }) => new Engine());

async function answer({ id, method, argument }) {
  try {
    postMessage({ id, result: await (await engine)[method](argument) });
  } catch (error) {
    const { kind = 'unexpected', message = String(error), details } = error;
    console.error(error);
    postMessage({ id, problem: { kind, message, details } });
  }
}

// One question after the other: there is one photograph and one student.
let last = Promise.resolve();
self.onmessage = ({ data }) => {
  last = last.then(() => answer(data));
};
