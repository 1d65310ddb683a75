/** Owns all models: the networks that find faces, and one student at a time. */

import { parseContract, verify } from './core/contract.js';
import { FaceDetector } from './core/detector.js';
import { Frontalizer } from './core/frontalizer.js';
import { Landmarker } from './core/landmarker.js';
import { FaceMesh } from './core/mesh.js';
import { Picture } from './core/picture.js';
import { Problem } from './core/problem.js';
import { loadRuntime } from './runtime.js';

const DETECTOR = 'face_detection_short_range';
const MESH = 'face_mesh';

export class Engine {
  /** Loads LiteRT.js and the networks that find faces; `hashes` are theirs by name. */
  async start({ hashes }) {
    try {
      this.runtime = await loadRuntime('/litert');
    } catch (error) {
      throw new Problem('runtime', { reason: error.message ?? String(error) });
    }
    const load = async (name) =>
      this.compile(name, await fetchBytes(`/detectors/${name}.tflite`), hashes[name]);
    const detector = new FaceDetector(await load(DETECTOR));
    this.landmarker = new Landmarker(detector, new FaceMesh(await load(MESH)));
  }

  /** Loads the student in `folder` in place of the one before. */
  async open({ folder }) {
    this.network?.delete();
    this.network = this.frontalizer = null;
    const json = JSON.parse(
      new TextDecoder().decode(await fetchBytes(`${folder}/model_contract.json`)),
    );
    const contract = parseContract(json);
    const content = await fetchBytes(`${folder}/model.tflite`);
    this.network = await this.compile(contract.name, content, contract.sha256);
    const run = (inputs) => this.network.runNamed(inputs);
    this.frontalizer = new Frontalizer(contract, { run });
    return { name: contract.name };
  }

  /** Finds the faces of a photograph, and keeps it. */
  async find({ width, height, rgba }) {
    this.photo = Picture.fromRgba(width, height, rgba);
    const start = performance.now();
    const faces = await this.landmarker.find(this.photo);
    if (faces.length === 0) throw new Problem('noFace');
    return { faces, times: { find: performance.now() - start } };
  }

  /** Turns one face of the photograph to the front. */
  async frontalize({ face }) {
    const { input, image, times } = await this.frontalizer.frontalize(this.photo, face);
    return { input: shown(input), image: shown(image), times };
  }

  async compile(name, content, sha256) {
    await verify(name, content, sha256);
    return this.runtime.compile(content);
  }
}

const shown = (picture) => ({
  width: picture.width,
  height: picture.height,
  rgba: picture.toRgba(),
});

async function fetchBytes(url) {
  try {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    throw new Problem('notFetched', { name: url, reason: error.message });
  }
}
