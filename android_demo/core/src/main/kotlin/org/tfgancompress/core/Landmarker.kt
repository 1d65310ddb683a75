package org.tfgancompress.core

import kotlin.math.abs
import kotlin.math.cos
import kotlin.math.hypot
import kotlin.math.max
import kotlin.math.sin

/**
 * A face in a photograph.
 *
 * @property yaw degrees, positive when the nose points to the right of the picture.
 * @property source which network gave the landmarks.
 */
data class Face(
    val landmarks: Landmarks,
    val yaw: Double,
    val box: Box,
    val score: Double,
    val source: Source,
) {
    enum class Source { MESH, KEYPOINTS }

    /** The face in a picture `factor` times as large; landmarks stay 32-bit floats. */
    fun grown(factor: Int): Face {
        fun grow(value: Double) = ((value.toFloat() + 0.5f) * factor - 0.5f).toDouble()
        return copy(
            landmarks = landmarks.map { Point(grow(it.x), grow(it.y)) },
            box = box.grown(factor),
        )
    }
}

/** Finds all faces of a photograph, largest first. */
fun interface FaceFinder {
    fun find(image: RgbImage): List<Face>
}

/**
 * Finds the faces of a photograph and their landmarks, from frontal to profile.
 *
 * The numbers and the order of steps are those of `tfgan_compress.frontalize.landmarker`.
 */
class Landmarker(private val detector: FaceDetector, private val mesh: FaceMesh) : FaceFinder {
    override fun find(image: RgbImage): List<Face> {
        val (small, grow) = shrink(image, LARGEST)
        val refined = detector.detect(small).mapNotNull { refine(small, it) }
        return FaceDetector.suppress(refined)
            .map { face(small, it).grown(grow) }
            .sortedByDescending { it.box.width }
    }

    /** Looks again, closer and upright; null if most of the looks see no face. */
    private fun refine(image: RgbImage, detection: Detection): Detection? {
        val upright = try {
            Frame.UPRIGHT.align(rough(detection.keypoints))
        } catch (_: IllegalArgumentException) {
            return null
        }
        if (Frame.UPRIGHT.eyeToMouth / upright.scale < SMALLEST_FACE) return null
        val seen = CROP_SIDES.flatMap { side ->
            val matrix = Affine.crop(upright, Frame.FACE_CENTRE, side, FaceDetector.INPUT_SIZE)
            val flipped = best(image, matrix.mirrored(FaceDetector.INPUT_SIZE), detection)
            listOfNotNull(best(image, matrix, detection), flipped?.let(::unflipped))
        }
        if (seen.size <= CROP_SIDES.size) return null
        val mean = average(seen, seen.map { 1.0 })
        return if (mean.score < SURE) null else mean
    }

    /** The best face of one crop, if it is the one looked for. */
    private fun best(image: RgbImage, matrix: Affine, detection: Detection): Detection? =
        detector.detectCrop(image, matrix, LEAST_SCORE)
            .filter { it.box.centre.distance(detection.box.centre) < detection.box.width / 2 }
            .maxByOrNull { it.score }

    private fun face(image: RgbImage, detection: Detection): Face {
        val points = profileLandmarks(detection.keypoints)
        val yaw = estimateYaw(points)
        val fine = if (abs(yaw) <= MESH_YAW) meshed(image, detection) else null
        return Face(
            fine ?: points.map(Point::single),
            fine?.let(::estimateYaw) ?: yaw,
            detection.box,
            detection.score,
            if (fine == null) Face.Source.KEYPOINTS else Face.Source.MESH,
        )
    }

    /** The mesh's landmarks, where it sees a face and the keypoints agree. */
    private fun meshed(image: RgbImage, detection: Detection): Landmarks? {
        val (fine, presence) = mesh.locate(image, rough(detection.keypoints))
        return fine.takeIf { presence >= MESH_PRESENCE && agree(it, detection.keypoints) }
    }

    companion object {
        private val CROP_SIDES = listOf(185.0, 215.0, 245.0)
        const val LARGEST = 5120
        private const val MESH_YAW = 60.0
        private const val MESH_PRESENCE = 0.5
        private const val MESH_DISTANCE = 16.0
        private const val LEAST_SCORE = 0.5
        private const val SURE = 0.7
        private const val SMALLEST_FACE = 12.0
        private const val FRONTAL_SPREAD = 0.95
        private const val EYE_BIAS = 0.2
        private const val MOUTH_HALF_WIDTH = 17.5
        private const val MOUTH_DEPTH = 10.5
        private const val MOUTH_RISE = 2.6
        private const val EYE_DROP = 1.8

        /** Landmarks from BlazeFace's keypoints, which give but the middle of the lips. */
        internal fun profileLandmarks(keypoints: List<Point>): Landmarks {
            val rough = withTrueEyes(rough(keypoints))
            val matrix = Frame.UPRIGHT.align(rough)
            val yaw = Math.toRadians(estimateYaw(rough))
            val side = MOUTH_HALF_WIDTH * cos(yaw)
            val depth = MOUTH_DEPTH * sin(yaw)
            val turned = abs(sin(yaw))
            val moves = listOf(
                Point(0.0, -EYE_DROP * turned),
                Point(0.0, -EYE_DROP * turned),
                Point(0.0, 0.0),
                Point(-side - depth, MOUTH_RISE * turned),
                Point(side - depth, MOUTH_RISE * turned),
            )
            return Landmarks(
                rough.points.zip(moves) { point, move ->
                    matrix.untransform((matrix.transform(point) + move).single())
                },
            )
        }

        /** At profile the hidden eye's keypoint stays beside the other; in truth they coincide. */
        private fun withTrueEyes(rough: Landmarks): Landmarks {
            val middle = rough.eyes
            val half = (rough.rightEye - rough.leftEye) * 0.5
            val down = max(rough.points[3].distance(middle), 1e-6)
            val spread = 2 * hypot(half.x, half.y) / down
            val open = max((spread - EYE_BIAS) / (FRONTAL_SPREAD - EYE_BIAS), 0.0)
            val moved = half * open * (FRONTAL_SPREAD / max(spread, 1e-6))
            return Landmarks(listOf(middle - moved, middle + moved) + rough.points.drop(2))
        }

        /** Keypoints as landmarks, with the middle of the mouth for both corners. */
        private fun rough(keypoints: List<Point>) =
            Landmarks(listOf(0, 1, 2, 3, 3).map(keypoints::get))

        private fun agree(landmarks: Landmarks, keypoints: List<Point>): Boolean {
            val matrix = try {
                Frame.UPRIGHT.align(landmarks)
            } catch (_: IllegalArgumentException) {
                return false
            }
            val means = landmarks.points.take(3) + landmarks.mouth.single()
            val apart = means.zip(keypoints) { fine, coarse ->
                matrix.transform(fine).distance(matrix.transform(coarse))
            }
            return apart.average() < MESH_DISTANCE
        }

        private fun unflipped(detection: Detection) = detection.copy(
            keypoints = listOf(1, 0, 2, 3, 5, 4).map(detection.keypoints::get),
        )
    }
}
