package com.google.ai.edge.litert

import android.content.res.AssetManager

class LiteRtException(message: String) : Exception(message)

enum class Accelerator { NONE, CPU, GPU, NPU }

abstract class JniHandle : AutoCloseable {
    external override fun close()
}

class TensorBuffer : JniHandle() {
    external fun writeFloat(data: FloatArray)

    external fun writeInt8(data: ByteArray)

    external fun readFloat(): FloatArray

    external fun readInt8(): ByteArray
}

class CompiledModel private constructor() : JniHandle() {
    class Options(vararg val accelerators: Accelerator)

    external fun createInputBuffer(inputName: String, signature: String? = null): TensorBuffer

    external fun createOutputBuffer(outputName: String, signature: String? = null): TensorBuffer

    external fun createInputBuffers(signatureIndex: Int = 0): List<TensorBuffer>

    external fun createOutputBuffers(signatureIndex: Int = 0): List<TensorBuffer>

    external fun run(
        inputs: List<TensorBuffer>,
        outputs: List<TensorBuffer>,
        signatureIndex: Int = 0,
    )

    external fun run(
        inputs: Map<String, TensorBuffer>,
        outputs: Map<String, TensorBuffer>,
        signature: String? = null,
    )

    companion object {
        external fun create(
            assetManager: AssetManager,
            assetName: String,
            options: Options,
        ): CompiledModel
    }
}
