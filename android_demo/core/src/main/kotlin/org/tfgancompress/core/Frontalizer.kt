package org.tfgancompress.core

/** A student: its inputs by name to its output. */
fun interface Student {
    fun run(inputs: Map<String, TensorData>): TensorData
}

/** The parts of the way from a photograph to a frontal face, each timed on its own. */
enum class Stage { DECODE, FIND, PREPARE, RUN, FINISH }

/** What a student is fed for one face. */
class Prepared(val aligned: RgbImage, val turned: Boolean, val inputs: Map<String, TensorData>)

/**
 * A frontalized face.
 *
 * @property input the aligned face, and `image` its frontal view.
 * @property notice what the user should know beside it, or null.
 * @property milliseconds how long each stage took.
 */
class Frontalized(
    val face: Face,
    val input: RgbImage,
    val image: RgbImage,
    val notice: Problem?,
    val milliseconds: Map<Stage, Double>,
) {
    /** The same with the time of one more stage. */
    fun timed(stage: Stage, time: Double) =
        Frontalized(face, input, image, notice, milliseconds + (stage to time))
}

/**
 * From a photograph to a frontal face, as `tfgan_compress.frontalize.photo`.
 *
 * @param now a clock in nanoseconds.
 */
class Frontalizer(
    private val contract: ModelContract,
    private val faces: FaceFinder,
    private val student: Student,
    private val now: () -> Long = System::nanoTime,
) {
    /**
     * The largest face of `photo`, turned to the front.
     *
     * @throws ProblemException with [Problem.NoFace] if none is found.
     */
    fun frontalize(photo: RgbImage): Frontalized {
        val times = mutableMapOf<Stage, Double>()
        fun <T> timed(stage: Stage, work: () -> T): T {
            val start = now()
            return work().also { times[stage] = (now() - start) / 1e6 }
        }
        val found = timed(Stage.FIND) { faces.find(photo) }
        val face = found.firstOrNull() ?: throw ProblemException(Problem.NoFace)
        val prepared = timed(Stage.PREPARE) { prepare(contract, photo, face) }
        val output = timed(Stage.RUN) { student.run(prepared.inputs) }
        val image = timed(Stage.FINISH) { finish(contract, prepared, output) }
        val notice = if (found.size > 1) Problem.SeveralFaces(found.size) else null
        return Frontalized(face, prepared.aligned, image, notice, times)
    }

    companion object {
        /** Aligns a face and makes of it what the model takes. */
        fun prepare(contract: ModelContract, photo: RgbImage, face: Face): Prepared {
            val matrix = contract.frame.align(face.landmarks)
            val aligned = warp(photo, matrix, contract.imageSize)
            return feed(contract, aligned, face.landmarks.map(matrix::transform), face.yaw)
        }

        /** Turns an aligned face to the right, cuts its patches, encodes all as the model asks. */
        fun feed(
            contract: ModelContract,
            aligned: RgbImage,
            points: Landmarks,
            yaw: Double,
        ): Prepared {
            val turned = contract.mirrorNegativeYaw && yaw < 0
            val image = if (turned) aligned.mirrored() else aligned
            val landmarks = if (turned) points.mirrored(contract.imageSize) else points
            val pictures = mapOf(ModelContract.IMAGE_INPUT to image) +
                contract.patches.associate { it.name to cutPatch(image, landmarks, it) }
            val inputs = contract.inputs.associate { spec ->
                spec.name to encode(toFloats(pictures.getValue(spec.name)), spec)
            }
            return Prepared(aligned, turned, inputs)
        }

        /** The frontal face of a student's output, turned back if its input was turned. */
        fun finish(contract: ModelContract, prepared: Prepared, output: TensorData): RgbImage {
            val values = decode(output, contract.output)
            val image = toImage(values, contract.output.width, contract.output.height)
            return if (prepared.turned) image.mirrored() else image
        }
    }
}

/** Cuts a patch centred on the mean of its landmarks; edges are repeated outside the image. */
internal fun cutPatch(image: RgbImage, landmarks: Landmarks, patch: PatchSpec): RgbImage {
    val centres = patch.landmarks.map { landmarks.points[it] }

    // In 32-bit floats, as NumPy takes the mean of such.
    fun mean(value: (Point) -> Double) =
        centres.fold(0f) { sum, point -> sum + value(point).toFloat() } / centres.size
    val left = Math.rint(mean { it.x } - patch.width / 2.0).toInt()
    val top = Math.rint(mean { it.y } - patch.height / 2.0).toInt()
    return RgbImage.build(patch.width, patch.height) { x, y ->
        image.pixel(
            (left + x).coerceIn(0, image.width - 1),
            (top + y).coerceIn(0, image.height - 1),
        )
    }
}
