package org.tfgancompress.core

import kotlin.math.ceil
import kotlin.math.exp
import kotlin.math.max
import kotlin.math.min

/** A network with one picture going in: NHWC floats to the outputs in the order of the file. */
fun interface Network {
    fun run(input: FloatArray): List<FloatArray>
}

/** A box in pixels. */
data class Box(val left: Double, val top: Double, val right: Double, val bottom: Double) {
    val width get() = right - left
    val centre get() = Point((left + right) / 2, (top + bottom) / 2)

    fun grown(factor: Int): Box {
        val low = Point(left, top).grown(factor)
        val high = Point(right, bottom).grown(factor)
        return Box(low.x, low.y, high.x, high.y)
    }

    /** Intersection over the smaller area: a box inside another is the same face. */
    fun overlap(other: Box): Double {
        val across = max(min(right, other.right) - max(left, other.left), 0.0)
        val down = max(min(bottom, other.bottom) - max(top, other.top), 0.0)
        return across * down / min(area, other.area)
    }

    private val area get() = max(right - left, 1e-6) * max(bottom - top, 1e-6)
}

/**
 * A face that BlazeFace found.
 *
 * @property keypoints left eye, right eye, nose tip, middle of the mouth, left ear, right ear.
 * @property score between 0 and 1.
 */
data class Detection(val box: Box, val keypoints: List<Point>, val score: Double) {
    /** The detection in a picture `factor` times as large. */
    fun grown(factor: Int) = Detection(box.grown(factor), keypoints.map { it.grown(factor) }, score)
}

/** BlazeFace short range (Bazarevsky et al. 2019), as `tfgan_compress.frontalize.blazeface`. */
class FaceDetector(private val network: Network) {
    /** The faces in `image`, best first. */
    fun detect(image: RgbImage): List<Detection> {
        val (small, grow) = shrink(image, LARGEST)
        val found = tiles(small.width, small.height).flatMap { tile ->
            val scale = INPUT_SIZE / tile.side
            val left = (0.5 - tile.left) * scale - 0.5
            val top = (0.5 - tile.top) * scale - 0.5
            detectCrop(small, Affine(scale, 0.0, left, 0.0, scale, top), SCORE)
        }
        return suppress(found).map { it.grown(grow) }
    }

    /** The faces that reach `score` in one 128x128 crop, in pixels of `image`. */
    fun detectCrop(image: RgbImage, matrix: Affine, score: Double): List<Detection> {
        val crop = warp(image, matrix, INPUT_SIZE)
        val (regressors, logits) = network.run(toFloats(crop))
        return decode(regressors, logits, matrix, score)
    }

    companion object {
        const val INPUT_SIZE = 128
        const val LARGEST = 2560
        const val SCORE = 0.6

        /** The detections of one run: 16 numbers and one logit for each of 896 anchors. */
        fun decode(
            regressors: FloatArray,
            logits: FloatArray,
            matrix: Affine,
            score: Double,
        ): List<Detection> {
            require(regressors.size == ANCHORS.size * VALUES && logits.size == ANCHORS.size) {
                "BlazeFace gives ${ANCHORS.size} x $VALUES numbers and as many logits. " +
                    "Received: ${regressors.size} and ${logits.size}."
            }
            return ANCHORS.indices.mapNotNull { i ->
                val sure = sigmoid(logits[i])
                if (sure < score) null else decodeOne(regressors, i, matrix, sure)
            }
        }

        private fun decodeOne(
            regressors: FloatArray,
            i: Int,
            matrix: Affine,
            score: Double,
        ): Detection {
            // Centre, size, six points: all but the size are relative to the anchor.
            val pairs = List(VALUES / 2) {
                val at = i * VALUES + 2 * it
                val x = regressors[at].toDouble() / INPUT_SIZE
                val y = regressors[at + 1].toDouble() / INPUT_SIZE
                if (it == 1) Point(x, y) else Point(x, y) + ANCHORS[i]
            }
            fun placed(p: Point) =
                matrix.untransform(Point(p.x * INPUT_SIZE - 0.5, p.y * INPUT_SIZE - 0.5))
            val centre = placed(pairs[0])
            val half = Point(
                pairs[1].x * INPUT_SIZE / matrix.scale / 2,
                pairs[1].y * INPUT_SIZE / matrix.scale / 2,
            )
            val (low, high) = (centre - half) to (centre + half)
            return Detection(Box(low.x, low.y, high.x, high.y), pairs.drop(2).map(::placed), score)
        }

        /** Keeps the best of those that overlap, averaged over all of them by score. */
        fun suppress(detections: List<Detection>): List<Detection> {
            var rest = detections.sortedByDescending { it.score }
            val kept = mutableListOf<Detection>()
            while (rest.isNotEmpty()) {
                val best = rest.first()
                // A box without area overlaps nothing, not even itself.
                val (same, others) =
                    rest.partition { it === best || best.box.overlap(it.box) > OVERLAP }
                rest = others
                // Only boxes of about the same size see the same face in the same detail.
                val alike = same.filter {
                    val ratio = max(it.box.width, 1e-6) / max(best.box.width, 1e-6)
                    0.7 < ratio && ratio < 1.4
                }
                kept += average(alike, alike.map { it.score }).copy(score = best.score)
            }
            return kept
        }

        private const val VALUES = 16
        private const val SMALLEST_TILE = 160
        private const val OVERLAP = 0.3
        internal val ANCHORS = anchors()

        private fun anchors() = listOf(16 to 2, 8 to 6).flatMap { (cells, repeats) ->
            List(cells * cells * repeats) {
                val cell = it / repeats
                Point((cell % cells + 0.5) / cells, (cell / cells + 0.5) / cells)
            }
        }

        internal data class Tile(val left: Double, val top: Double, val side: Double)

        /** Square tiles: the whole picture, halves, quarters, overlapping. */
        internal fun tiles(width: Int, height: Int): List<Tile> {
            val longest = max(width, height).toDouble()
            val tiles = mutableListOf(Tile((width - longest) / 2, (height - longest) / 2, longest))
            for (side in listOf(longest / 2, longest / 4)) {
                if (side < SMALLEST_TILE) break
                for (y in steps(height, side)) {
                    for (x in steps(width, side)) tiles += Tile(x, y, side)
                }
            }
            return tiles
        }

        /** Evenly spaced from 0 to where the last tile ends with the picture. */
        private fun steps(length: Int, side: Double): List<Double> {
            val count = max(1, ceil((length - side) / (side / 2)).toInt() + 1)
            val last = max(length - side, 0.0)
            if (count == 1) return listOf(0.0)
            return List(count) { if (it == count - 1) last else it * (last / (count - 1)) }
        }
    }
}

/** The weighted mean of boxes and keypoints, with the mean score. */
internal fun average(detections: List<Detection>, weights: List<Double>): Detection {
    val total = weights.sum()
    fun mean(value: (Detection) -> Double) =
        detections.indices.sumOf { value(detections[it]) * weights[it] } / total
    val (left, top) = mean { it.box.left } to mean { it.box.top }
    return Detection(
        Box(left, top, mean { it.box.right }, mean { it.box.bottom }),
        List(detections.first().keypoints.size) { i ->
            Point(mean { it.keypoints[i].x }, mean { it.keypoints[i].y })
        },
        mean { it.score },
    )
}

internal fun sigmoid(logit: Float): Double = 1 / (1 + exp(-logit.toDouble().coerceIn(-50.0, 50.0)))
