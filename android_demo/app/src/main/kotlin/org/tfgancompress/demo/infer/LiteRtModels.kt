package org.tfgancompress.demo.infer

import android.content.res.AssetManager
import com.google.ai.edge.litert.Accelerator
import com.google.ai.edge.litert.CompiledModel
import com.google.ai.edge.litert.LiteRtException
import com.google.ai.edge.litert.TensorBuffer
import org.tfgancompress.core.ModelContract
import org.tfgancompress.core.Network
import org.tfgancompress.core.Problem
import org.tfgancompress.core.ProblemException
import org.tfgancompress.core.Student
import org.tfgancompress.core.TensorData

/** Where the student is asked to run. */
enum class Processor(internal val accelerator: Accelerator) {
    CPU(Accelerator.CPU),
    GPU(Accelerator.GPU),
}

private const val SIGNATURE = "serve"

/** Does `work`; what LiteRT refuses becomes a [Problem.Refused]. */
private fun <T> onProcessor(processor: Processor, work: () -> T): T = try {
    work()
} catch (error: LiteRtException) {
    throw ProblemException(Problem.Refused(processor.name, error.message.orEmpty()), error)
}

/** Loads a model strictly: with `Options(GPU, CPU)` LiteRT would fall back without a word. */
private fun load(assets: AssetManager, path: String, processor: Processor): CompiledModel =
    onProcessor(processor) {
        CompiledModel.create(assets, path, CompiledModel.Options(processor.accelerator))
    }

/**
 * A student, ready to run; its buffers are made once. Not for several threads at once.
 *
 * The first run compiles kernels, so one is made here whose time nobody counts.
 */
class LiteRtStudent(
    assets: AssetManager,
    path: String,
    private val contract: ModelContract,
    private val processor: Processor,
) : Student,
    AutoCloseable {
    private val model = load(assets, path, processor)
    private val inputs: Map<String, TensorBuffer>
    private val outputs: Map<String, TensorBuffer>

    init {
        inputs = contract.inputs.associate {
            it.name to model.createInputBuffer(it.name, SIGNATURE)
        }
        outputs = mapOf(
            contract.output.name to model.createOutputBuffer(contract.output.name, SIGNATURE),
        )
        run(
            contract.inputs.associate {
                val floats = it.quantization == null
                it.name to
                    if (floats) {
                        TensorData.Floats(FloatArray(it.size))
                    } else {
                        TensorData.Int8(ByteArray(it.size))
                    }
            },
        )
    }

    /** Writes, runs and reads back: a GPU is done only when its result has been read. */
    override fun run(inputs: Map<String, TensorData>): TensorData = onProcessor(processor) {
        for ((name, buffer) in this.inputs) {
            when (val data = inputs.getValue(name)) {
                is TensorData.Floats -> buffer.writeFloat(data.values)
                is TensorData.Int8 -> buffer.writeInt8(data.values)
            }
        }
        model.run(this.inputs, outputs, SIGNATURE)
        val output = outputs.getValue(contract.output.name)
        if (contract.output.quantization == null) {
            TensorData.Floats(output.readFloat())
        } else {
            TensorData.Int8(output.readInt8())
        }
    }

    override fun close() {
        (inputs.values + outputs.values).forEach(TensorBuffer::close)
        model.close()
    }
}

/** BlazeFace or the face mesh: one picture in, outputs in the order of the file, on the CPU. */
class LiteRtNetwork(assets: AssetManager, path: String) :
    Network,
    AutoCloseable {
    private val model = load(assets, path, Processor.CPU)
    private val inputs = model.createInputBuffers()
    private val outputs = model.createOutputBuffers()

    override fun run(input: FloatArray): List<FloatArray> = onProcessor(Processor.CPU) {
        inputs.single().writeFloat(input)
        model.run(inputs, outputs)
        outputs.map { it.readFloat() }
    }

    override fun close() {
        (inputs + outputs).forEach(TensorBuffer::close)
        model.close()
    }
}
