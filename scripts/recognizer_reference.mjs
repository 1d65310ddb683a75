// Runs the published recognizers in TensorFlow.js, as the npm packages bundle it, on given chips.
//
//     node recognizer_reference.mjs PACKAGES_DIR CHIPS.json EMBEDDINGS.json
//
// Called by convert_recognizers.py. CHIPS.json: {name: flat pixels of one chip}; the pixels are what
// the network itself takes (0..255 RGB for resnet29, mean-free BGR for faceres).
import fs from "node:fs";

const [packages, chipsPath, embeddingsPath] = process.argv.slice(2);

// The bundles expect a browser; this much of one is enough for the CPU backend.
globalThis.window = {
  document: { createElement: () => ({ getContext: () => null }) },
  addEventListener() {},
};
globalThis.document = globalThis.window.document;

const read = (path) => {
  const bytes = fs.readFileSync(path);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
};

async function resnet29(pixels) {
  const faceapi = await import(`${packages}/face-api/dist/face-api.esm.js`);
  await faceapi.tf.setBackend("cpu");
  const stem = `${packages}/face-api/model/face_recognition_model`;
  const manifest = JSON.parse(fs.readFileSync(`${stem}-weights_manifest.json`));
  const network = new faceapi.FaceRecognitionNet();
  network.loadFromWeightMap(
    faceapi.tf.io.decodeWeights(read(`${stem}.bin`), manifest[0].weights),
  );
  const chip = faceapi.tf.tensor(pixels, [150, 150, 3]);
  return network.forwardInput(new faceapi.NetInput([chip])).dataSync();
}

async function faceres(pixels) {
  const tf = await import(`${packages}/human/dist/tfjs.esm.js`);
  await tf.setBackend("cpu");
  const graph = JSON.parse(fs.readFileSync(`${packages}/human/models/faceres.json`));
  const network = await tf.loadGraphModel({
    load: async () => ({
      modelTopology: graph.modelTopology,
      weightSpecs: graph.weightsManifest[0].weights,
      weightData: read(`${packages}/human/models/faceres.bin`),
    }),
  });
  const chip = tf.tensor(pixels, [1, 224, 224, 3]);
  return network.execute(chip, "global_pooling/Mean").dataSync();
}

const chips = JSON.parse(fs.readFileSync(chipsPath));
const embeddings = {
  resnet29: Array.from(await resnet29(chips.resnet29)),
  faceres: Array.from(await faceres(chips.faceres)),
};
fs.writeFileSync(embeddingsPath, JSON.stringify(embeddings));
