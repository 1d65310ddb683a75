/** Asks the worker that owns the models. */

/** What the worker refused: `kind` names the problem, `message` is to be shown. */
export class Refusal extends Error {
  constructor({ kind, message }) {
    super(message);
    this.kind = kind;
  }
}

export class EngineClient {
  constructor() {
    this.waiting = new Map();
    this.count = 0;
    this.worker = new Worker('worker.js');
    this.worker.onmessage = ({ data }) => this.settle(data.id, data);
    this.worker.onerror = (event) => {
      const problem = { kind: 'unexpected', message: `The models cannot be run: ${event.message}` };
      for (const id of [...this.waiting.keys()]) this.settle(id, { problem });
    };
  }

  /** Calls a method of `Engine`; throws `Refusal`. */
  call(method, argument, transfer = []) {
    const id = this.count++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, method, argument }, transfer);
    });
  }

  settle(id, { result, problem }) {
    const { resolve, reject } = this.waiting.get(id);
    this.waiting.delete(id);
    if (problem) reject(new Refusal(problem));
    else resolve(result);
  }
}
