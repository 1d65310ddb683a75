package org.tfgancompress.core

import java.io.DataInputStream
import java.io.DataOutputStream
import java.io.File
import java.nio.ByteBuffer

/**
 * Runs the whole way from a photograph to a frontal face with networks that run elsewhere.
 *
 * `tools/end_to_end.py` talks to it over standard input and output: it sends a photograph, answers
 * each request with what the network gives, and gets the result. All numbers are big-endian.
 */
fun main(arguments: Array<String>) {
    val file = File(arguments.single())
    val contract = ModelContract.parse(file.readText())
    contract.verify(file.resolveSibling("model.tflite").readBytes())
    val pipe = Pipe(DataInputStream(System.`in`), DataOutputStream(System.out.buffered()))
    val landmarker = Landmarker(
        FaceDetector { pipe.network("face_detection_short_range", it) },
        FaceMesh { pipe.network("face_mesh", it) },
    )
    val frontalizer = Frontalizer(contract, landmarker, { pipe.student(contract, it) })
    while (true) {
        val photo = pipe.photo() ?: break
        try {
            pipe.result(frontalizer.frontalize(photo))
        } catch (error: ProblemException) {
            pipe.problem(error.problem)
        }
    }
}

private class Pipe(private val input: DataInputStream, private val output: DataOutputStream) {
    /** The next photograph; a width of 0 ends the talk. */
    fun photo(): RgbImage? {
        val (width, height) = input.readInt() to input.readInt()
        return if (width == 0) null else RgbImage(width, height, block())
    }

    fun network(name: String, picture: FloatArray): List<FloatArray> {
        request("run", name, mapOf("input" to TensorData.Floats(picture)))
        return List(input.readInt()) { floats(block()) }
    }

    fun student(contract: ModelContract, inputs: Map<String, TensorData>): TensorData {
        request("run", "student", inputs)
        check(input.readInt() == 1) { "A student has one output." }
        val block = block()
        val stored = contract.output.quantization != null
        return if (stored) TensorData.Int8(block) else TensorData.Floats(floats(block))
    }

    fun result(result: Frontalized) {
        output.writeUTF("result")
        for (point in result.face.landmarks.points) {
            output.writeDouble(point.x)
            output.writeDouble(point.y)
        }
        output.writeDouble(result.face.yaw)
        output.writeUTF(result.notice?.message.orEmpty())
        send(result.input.bytes)
        send(result.image.bytes)
        output.flush()
    }

    fun problem(problem: Problem) {
        output.writeUTF("problem")
        output.writeUTF(problem.message)
        output.flush()
    }

    private fun request(kind: String, name: String, tensors: Map<String, TensorData>) {
        output.writeUTF(kind)
        output.writeUTF(name)
        output.writeInt(tensors.size)
        for ((tensor, data) in tensors) {
            output.writeUTF(tensor)
            when (data) {
                is TensorData.Int8 -> send(data.values)
                is TensorData.Floats -> {
                    val block = ByteBuffer.allocate(4 * data.size)
                    block.asFloatBuffer().put(data.values)
                    send(block.array())
                }
            }
        }
        output.flush()
    }

    private fun send(block: ByteArray) {
        output.writeInt(block.size)
        output.write(block)
    }

    private fun block() = ByteArray(input.readInt()).also(input::readFully)

    private fun floats(block: ByteArray) =
        FloatArray(block.size / 4).also { ByteBuffer.wrap(block).asFloatBuffer().get(it) }
}
