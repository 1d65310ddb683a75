/** The page: from a photo or the camera to the face seen from the front. */

import { Camera } from './camera.js';
import { EngineClient } from './client.js';
import { Problem } from './core/problem.js';
import { drawFile, drawFrame, drawPixels } from './photo.js';
import { element, showFaces, showModels, showNoResult, showProblem } from './view.js';
import { showState, showTimes } from './view.js';

const SOURCES = { mesh: 'the mesh', keypoints: 'the keypoints' };
const camera = new Camera(element('video'));
const current = { model: null, faces: [], chosen: 0, times: {} };
let engine;

/** Does one thing at a time; what goes wrong is shown. */
async function act(text, work) {
  showState('busy', text);
  showProblem(null);
  try {
    showState('done', await work());
  } catch (error) {
    if (!error.kind) console.error(error);
    showProblem(error);
    showState('failed');
  }
}

async function start() {
  showState('loading', 'Loading the models…');
  try {
    if (typeof WebAssembly !== 'object') throw new Problem('noWebAssembly');
    const listing = await (await fetch('models.json')).json();
    showModels(listing);
    engine = new EngineClient();
    await engine.call('start', { hashes: listing.detectors });
  } catch (error) {
    showProblem(error);
    // Without the networks that find faces nothing can be done: the controls stay off.
    showState('loading');
    document.body.dataset.state = 'failed';
    return;
  }
  await act('Loading the model…', changeModel);
}

/** Turns the face that is shown with the model chosen now. */
async function changeModel() {
  current.model = null;
  if (current.faces.length > 0) return turn(current.chosen);
  await openModel();
  return 'Ready.';
}

async function openModel() {
  const { name } = await engine.call('open', { folder: element('model').value });
  current.model = name;
}

/** Takes the picture that `read` draws: finds its faces, turns the largest. */
async function take(read) {
  current.faces = [];
  showNoResult();
  const begun = performance.now();
  const photo = await read(element('photo'));
  const decode = performance.now() - begun;
  const { faces, times } = await engine.call('find', photo, [photo.rgba.buffer]);
  current.times = { decode, ...times };
  current.faces = faces;
  return turn(0);
}

/** Turns one of the faces found and returns what to say of it. */
async function turn(chosen) {
  const { faces } = current;
  current.chosen = chosen;
  showFaces(faces, chosen, (i) => act('Turning the face…', () => turn(i)));
  // A model that was refused is asked for again, so that its problem is shown again.
  if (!current.model) await openModel();
  const { input, image, times } = await engine.call('frontalize', { face: faces[chosen] });
  drawPixels(input, element('input'));
  drawPixels(image, element('frontal'));
  showTimes({ ...current.times, ...times });
  const { yaw, source } = faces[chosen];
  const [size, side] = [Math.abs(yaw).toFixed(0), yaw < 0 ? 'left' : 'right'];
  return `Turned by ${size} degrees to the ${side}; landmarks from ${SOURCES[source]}; ${current.model}.`;
}

function takeFile(file) {
  if (file && !element('controls').disabled) {
    act('Looking for faces…', () => take((canvas) => drawFile(file, canvas)));
  }
}

function closeCamera() {
  camera.stop();
  element('live').hidden = true;
}

element('file').addEventListener('change', ({ target }) => {
  takeFile(target.files[0]);
  // So that the same file may be chosen once more.
  target.value = '';
});
element('model').addEventListener('change', () => act('Loading the model…', changeModel));
element('camera').addEventListener('click', () =>
  act('Waiting for the camera…', async () => {
    await camera.start();
    element('live').hidden = false;
    element('take').focus();
    return '';
  }),
);
element('take').addEventListener('click', () =>
  act('Looking for faces…', () =>
    take((canvas) => {
      const photo = drawFrame(camera.video, canvas, { mirror: camera.mirror });
      closeCamera();
      return photo;
    }),
  ),
);
element('stop').addEventListener('click', closeCamera);
for (const type of ['dragover', 'dragleave', 'drop']) {
  document.addEventListener(type, (event) => {
    event.preventDefault();
    document.body.classList.toggle('dragging', type === 'dragover');
    if (type === 'drop') takeFile(event.dataTransfer.files[0]);
  });
}
start();
