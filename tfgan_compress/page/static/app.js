/** The page: from a photo or the camera to the face seen from the front. */

import { Camera } from './camera.js';
import { EngineClient } from './client.js';
import { Problem } from './core/problem.js';
import { drawFile, drawFrame, drawPixels } from './photo.js';
import { element, showChosen, showFaces, showFrontal } from './view.js';
import { showModels, showPhoto, showProblem, showState } from './view.js';

const SOURCES = { mesh: 'the mesh', keypoints: 'the keypoints' };
const camera = new Camera(element('video'));
const current = { model: null, faces: [], chosen: 0, times: {} };
let engine;

/** Does one thing at a time; what goes wrong is shown. */
async function act(text, work) {
  const focused = document.activeElement;
  showState('busy', text);
  showProblem(null);
  try {
    showState('done', await work());
  } catch (error) {
    if (!error.kind) console.error(error);
    showProblem(error);
    showState('failed');
  }
  refocus(focused);
}

/** Gives back the focus that was lost while controls were off. */
function refocus(focused) {
  if (focused === document.body || document.activeElement !== document.body) return;
  const isShown = focused.getClientRects().length > 0;
  (isShown ? focused : element('camera')).focus();
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
    // Without the networks that find faces nothing can be done.
    showState('dead');
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
  showPhoto(false);
  const begun = performance.now();
  const photo = await read(element('photo'));
  const decode = performance.now() - begun;
  showPhoto(true);
  const { faces, times } = await engine.call('find', photo, [photo.rgba.buffer]);
  current.times = { decode, ...times };
  current.faces = faces;
  showFaces(faces, (i) => act('Turning the face…', () => turn(i)));
  return turn(0);
}

/** Turns one of the faces found and returns what to say of it. */
async function turn(chosen) {
  const { faces } = current;
  current.chosen = chosen;
  showChosen(chosen);
  // A model that was refused is asked for again, so that its problem is shown again.
  if (!current.model) await openModel();
  const { input, image, times } = await engine.call('frontalize', { face: faces[chosen] });
  drawPixels(input, element('input'));
  drawPixels(image, element('frontal'));
  showFrontal({ ...current.times, ...times });
  const { yaw, source } = faces[chosen];
  const look = `${Math.abs(yaw).toFixed(0)} degrees to the ${yaw < 0 ? 'left' : 'right'}`;
  return `The face looks ${look}; landmarks from ${SOURCES[source]}; ${current.model}.`;
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
    return 'Look into the camera.';
  }).then(() => element('take').focus()),
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
element('stop').addEventListener('click', () => {
  closeCamera();
  element('camera').focus();
});
for (const type of ['dragover', 'dragleave', 'drop']) {
  document.addEventListener(type, (event) => {
    event.preventDefault();
    document.body.classList.toggle('dragging', type === 'dragover');
    if (type === 'drop') takeFile(event.dataTransfer.files[0]);
  });
}
start();
