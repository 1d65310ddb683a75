package org.tfgancompress.demo.infer

import android.content.res.AssetManager
import java.io.IOException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.tfgancompress.core.FaceDetector
import org.tfgancompress.core.FaceMesh
import org.tfgancompress.core.Frontalized
import org.tfgancompress.core.Frontalizer
import org.tfgancompress.core.Json
import org.tfgancompress.core.Landmarker
import org.tfgancompress.core.LatencyStats
import org.tfgancompress.core.ModelContract
import org.tfgancompress.core.Problem
import org.tfgancompress.core.ProblemException
import org.tfgancompress.core.RgbImage
import org.tfgancompress.core.sha256

/** A shipped student: the folder of its file, and its contract. */
data class ShippedModel(val folder: String, val contract: ModelContract) {
    val title get() = "${contract.name}, ${contract.variant}"
}

/** What one model made of the same face, and how fast. */
data class Measured(val model: ShippedModel, val image: RgbImage, val latency: LatencyStats)

/**
 * Owns the networks. Everything that touches them runs on one dispatcher, one call after another.
 */
class Engine(private val assets: AssetManager) {
    private val owner = Dispatchers.Default.limitedParallelism(1)
    private val detector = lazy { loadDetector("face_detection_short_range") }
    private val mesh = lazy { loadDetector("face_mesh") }
    private val landmarker by lazy {
        Landmarker(FaceDetector(detector.value), FaceMesh(mesh.value))
    }
    private var loaded: Loaded? = null

    private class Loaded(
        val model: ShippedModel,
        val processor: Processor,
        val student: LiteRtStudent,
    )

    /** The shipped students, each with the file that its contract was written for. */
    suspend fun models(): List<ShippedModel> = withContext(owner) {
        assets.list(MODELS).orEmpty().sorted().map { name ->
            val folder = "$MODELS/$name"
            ShippedModel(folder, ModelContract.parse(asset("$folder/$CONTRACT").decodeToString()))
        }
    }

    /** What `read` reads, and how many milliseconds that took. */
    suspend fun read(read: () -> RgbImage): Pair<RgbImage, Double> = withContext(owner) {
        val start = System.nanoTime()
        val photo = read()
        photo to milliseconds(start)
    }

    /** The largest face of `photo`, from the front. */
    suspend fun frontalize(
        model: ShippedModel,
        processor: Processor,
        photo: RgbImage,
    ): Frontalized = withContext(owner) {
        val student = studentFor(model, processor)
        Frontalizer(model.contract, landmarker, student).frontalize(photo)
    }

    /** Runs `model` on the largest face of `photo`, often enough for a latency. */
    suspend fun measure(model: ShippedModel, processor: Processor, photo: RgbImage): Measured =
        withContext(owner) {
            val face = landmarker.find(photo).firstOrNull()
                ?: throw ProblemException(Problem.NoFace)
            val prepared = Frontalizer.prepare(model.contract, photo, face)
            val student = studentFor(model, processor)
            repeat(WARM_UP) { student.run(prepared.inputs) }
            val times = List(RUNS) {
                val start = System.nanoTime()
                student.run(prepared.inputs)
                milliseconds(start)
            }
            val image = Frontalizer.finish(model.contract, prepared, student.run(prepared.inputs))
            Measured(model, image, LatencyStats.of(times))
        }

    /** Closes all networks once what is running has ended. */
    fun close() {
        CoroutineScope(owner).launch {
            loaded?.student?.close()
            loaded = null
            listOf(detector, mesh).filter { it.isInitialized() }.forEach { it.value.close() }
        }
    }

    private fun milliseconds(start: Long) = (System.nanoTime() - start) / 1e6

    private fun studentFor(model: ShippedModel, processor: Processor): LiteRtStudent {
        loaded?.let { if (it.model == model && it.processor == processor) return it.student }
        loaded?.student?.close()
        loaded = null
        val path = "${model.folder}/$MODEL"
        model.contract.verify(asset(path))
        val student = LiteRtStudent(assets, path, model.contract, processor)
        loaded = Loaded(model, processor, student)
        return student
    }

    private fun loadDetector(name: String): LiteRtNetwork {
        val path = "$DETECTORS/$name.tflite"
        val hashes = Json.parse(asset("$DETECTORS/$HASHES").decodeToString()) as Map<*, *>
        val found = sha256(asset(path))
        val expected = hashes[name].toString()
        if (found != expected) throw ProblemException(Problem.WrongModel(name, expected, found))
        return LiteRtNetwork(assets, path)
    }

    private fun asset(path: String): ByteArray = try {
        assets.open(path).use { it.readBytes() }
    } catch (error: IOException) {
        throw ProblemException(Problem.BadContract("$path is missing."), error)
    }

    private companion object {
        const val MODELS = "models"
        const val DETECTORS = "detectors"
        const val MODEL = "model.tflite"
        const val CONTRACT = "model_contract.json"
        const val HASHES = "sha256.json"
        const val WARM_UP = 10
        const val RUNS = 50
    }
}
