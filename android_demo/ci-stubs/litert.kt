package com.google.ai.edge.litert

import android.content.res.AssetManager

class LiteRtException(message: String) : Exception(message)

enum class Accelerator { NONE, CPU, GPU, NPU }

abstract class JniHandle : AutoCloseable {
    override fun close(): Unit = TODO()
}

class TensorBuffer : JniHandle() {
    fun writeFloat(data: FloatArray): Unit = TODO("$data")

    fun writeInt8(data: ByteArray): Unit = TODO("$data")

    fun readFloat(): FloatArray = TODO()

    fun readInt8(): ByteArray = TODO()
}

class CompiledModel private constructor() : JniHandle() {
    class Options(vararg val accelerators: Accelerator)

    fun createInputBuffer(inputName: String, signature: String? = null): TensorBuffer =
        TODO("$inputName $signature")

    fun createOutputBuffer(outputName: String, signature: String? = null): TensorBuffer =
        TODO("$outputName $signature")

    fun createInputBuffers(signatureIndex: Int = 0): List<TensorBuffer> = TODO("$signatureIndex")

    fun createOutputBuffers(signatureIndex: Int = 0): List<TensorBuffer> = TODO("$signatureIndex")

    fun run(
        inputs: List<TensorBuffer>,
        outputs: List<TensorBuffer>,
        signatureIndex: Int = 0,
    ): Unit = TODO("$inputs $outputs $signatureIndex")

    fun run(
        inputs: Map<String, TensorBuffer>,
        outputs: Map<String, TensorBuffer>,
        signature: String? = null,
    ): Unit = TODO("$inputs $outputs $signature")

    companion object {
        fun create(
            assetManager: AssetManager,
            assetName: String,
            options: Options,
        ): CompiledModel = TODO("$assetManager $assetName $options")
    }
}
