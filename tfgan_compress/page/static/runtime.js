/**
 * LiteRT.js: runs `.tflite` files on this device's CPU, in WebAssembly.
 *
 * Below its `Tensor`, which knows no int8 (2.5.3), its bindings take buffers of any type; the
 * int8 students need that, and one way for all is enough.
 */

const SIGNATURE = 0;
const FLOAT32 = 1;
const INT8 = 9;

/** Loads LiteRT.js from `folder`, in a classic worker. */
export async function loadRuntime(folder) {
  const { loadLiteRt } = await import(`${folder}/core.js`);
  // A worker has no script element that could tell where its WebAssembly lies.
  self.Module = { locateFile: (name) => `${folder}/wasm/${name}` };
  const liteRt = await loadLiteRt(`${folder}/wasm/`);
  return new Runtime(liteRt.liteRtWasm, liteRt.getDefaultEnvironment());
}

class Runtime {
  constructor(wasm, environment) {
    this.wasm = wasm;
    this.environment = environment;
  }

  /** Compiles the bytes of a `.tflite` file and runs it once, so that no later run is the first. */
  async compile(content) {
    const { wasm, environment } = this;
    const address = wasm._malloc(content.byteLength);
    wasm.HEAPU8.set(content, address);
    const model = wasm.loadModel(environment.liteRtEnvironment, address, content.byteLength);
    const compiled = await wasm.compileModel(environment.liteRtEnvironment, model, {
      environment,
      accelerator: 'wasm',
      cpuOptions: { numThreads: 1 },
      gpuOptions: {},
      webNNOptions: {},
    });
    const network = new Network(this, model, compiled, address);
    await network.execute();
    return network;
  }
}

/** A compiled model. Its input buffers are made once. */
class Network {
  constructor({ wasm, environment }, model, compiled, address) {
    Object.assign(this, { wasm, model, compiled, address });
    const signature = model.getSignature(SIGNATURE);
    this.inputNames = listed(signature.inputNames());
    signature.delete();
    this.buffers = this.inputNames.map((_, i) => {
      const type = model.getInputTensorType(SIGNATURE, i);
      const buffer = wasm.LiteRtTensorBuffer.createManaged(
        environment.liteRtEnvironment,
        wasm.LiteRtTensorBufferType.HOST_MEMORY,
        type,
        type.bytes(),
      );
      type.delete();
      return buffer;
    });
  }

  /** Runs the only input to the outputs, in the order of the file. */
  async run(input) {
    this.write(0, input);
    return this.execute();
  }

  /** Runs inputs by name to the only output. */
  async runNamed(inputs) {
    this.inputNames.forEach((name, i) => this.write(i, inputs[name]));
    const [output] = await this.execute();
    return output;
  }

  async execute() {
    const outputs = await this.compiled.run(SIGNATURE, this.buffers);
    return outputs.map((output) => this.read(output));
  }

  write(i, values) {
    const { wasm } = this;
    const buffer = this.buffers[i];
    if (values?.byteLength !== buffer.size()) {
      throw new RangeError(
        `${this.inputNames[i]} must have ${buffer.size()} bytes. Received: ${values?.byteLength}.`,
      );
    }
    const address = buffer.lock(wasm.LiteRtTensorBufferLockMode.WRITE);
    wasm.HEAPU8.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), address);
    buffer.unlock();
  }

  read(output) {
    const { wasm } = this;
    const type = output.tensorType();
    const { value: element } = type.elementType();
    type.delete();
    const address = output.lock(wasm.LiteRtTensorBufferLockMode.READ);
    const { buffer } = wasm.HEAPU8.slice(address, address + output.packedSize());
    output.unlock();
    output.delete();
    if (element === FLOAT32) return new Float32Array(buffer);
    if (element === INT8) return new Int8Array(buffer);
    throw new TypeError(`Outputs must be float32 or int8. Received: element type ${element}.`);
  }

  /** Frees what LiteRT.js holds of it. */
  delete() {
    for (const held of [...this.buffers, this.compiled, this.model]) held.delete();
    this.wasm._free(this.address);
  }
}

function listed(vector) {
  const values = Array.from({ length: vector.size() }, (_, i) => vector.get(i));
  vector.delete();
  return values;
}
