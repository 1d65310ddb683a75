/** What the page shows. Nothing here decides anything. */

const STAGES = {
  decode: 'Read the picture',
  find: 'Find faces and landmarks',
  prepare: 'Align, cut patches, encode',
  run: 'Run the model',
  finish: 'Decode the frontal view',
};
const SVG = 'http://www.w3.org/2000/svg';

export const element = (id) => document.getElementById(id);

/** Shows how far things are: `state` is loading, ready, busy, done, failed or, for good, dead. */
export function showState(state, text = '') {
  document.body.dataset.state = state;
  element('status').textContent = text;
  element('controls').disabled = ['loading', 'busy', 'dead'].includes(state);
  for (const id of ['live', 'faces']) element(id).disabled = state === 'busy';
}

/** Shows a problem, or none if it is null. */
export function showProblem(error) {
  const place = element('problem');
  place.hidden = error === null;
  place.textContent = error?.message ?? '';
  place.dataset.kind = error?.kind ?? '';
}

/** Fills the list of models. */
export function showModels({ version, students }) {
  element('version').textContent = version;
  const options = students.map(({ name, variant, bytes, folder }) => {
    const megabytes = (bytes / 1e6).toFixed(1);
    return new Option(`${name}, ${variant} (${megabytes} MB)`, folder);
  });
  element('model').replaceChildren(...options);
}

/** Shows the photo that has been drawn, or nothing; in both cases no faces yet. */
export function showPhoto(isDrawn) {
  element('result').hidden = !isDrawn;
  element('boxes').replaceChildren();
  for (const part of document.querySelectorAll('.face, #faces, #times')) part.hidden = true;
}

/** Shows where the faces are, and lets the visitor `choose` if there are several. */
export function showFaces(faces, choose) {
  const { width, height } = element('photo');
  const boxes = element('boxes');
  boxes.setAttribute('viewBox', `0 0 ${width} ${height}`);
  boxes.setAttribute('preserveAspectRatio', 'xMinYMin meet');
  const unit = Math.max(width, height) / 100;
  boxes.replaceChildren(
    ...faces.map((face, i) => mark(face, faces.length > 1 ? i + 1 : '', unit)),
  );
  const several = element('faces');
  several.hidden = faces.length < 2;
  several.querySelector('legend').textContent =
    `${faces.length} faces found, numbered from the largest. Turn which?`;
  element('numbers').replaceChildren(...faces.map((_, i) => radio(i, () => choose(i))));
}

/** Marks the face that is being turned. */
export function showChosen(chosen) {
  [...element('boxes').children].forEach((shown, i) => {
    shown.classList.toggle('chosen', i === chosen);
  });
  element('numbers').querySelectorAll('input')[chosen].checked = true;
}

function mark({ box, landmarks }, number, unit) {
  const group = svg('g', {});
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const label = svg('text', { x: box.left, y: box.top - unit, 'font-size': 5 * unit });
  label.textContent = number;
  group.append(
    svg('rect', { x: box.left, y: box.top, width, height }),
    label,
    ...landmarks.map((p) => svg('circle', { cx: p.x, cy: p.y, r: 0.8 * unit })),
  );
  return group;
}

function svg(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function radio(index, choose) {
  const input = document.createElement('input');
  Object.assign(input, { type: 'radio', name: 'face', value: index });
  input.addEventListener('change', choose);
  const label = document.createElement('label');
  label.append(input, `face ${index + 1}`);
  return label;
}

/** Shows the aligned face and its frontal view, drawn before, and milliseconds by stage. */
export function showFrontal(times) {
  const rows = Object.entries(STAGES).map(([stage, text]) => {
    const row = document.createElement('tr');
    const head = document.createElement('th');
    head.scope = 'row';
    head.textContent = text;
    row.append(head);
    row.insertCell().textContent = times[stage].toFixed(1);
    row.dataset.stage = stage;
    return row;
  });
  element('times').querySelector('tbody').replaceChildren(...rows);
  for (const part of document.querySelectorAll('.face, #times')) part.hidden = false;
}
