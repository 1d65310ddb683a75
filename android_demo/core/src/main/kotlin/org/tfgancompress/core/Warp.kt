package org.tfgancompress.core

import kotlin.math.ceil
import kotlin.math.exp
import kotlin.math.floor
import kotlin.math.min
import kotlin.math.sqrt

/*
 * The pixels of `tfgan_compress.data.alignment`, to the byte: pictures that shrink are halved by
 * area, then blurred by weights of 1/256, then sampled at 1/32 of a pixel. All sums are whole
 * numbers and halves round up.
 */

private const val STEPS = 32
private const val WEIGHT_BITS = 8

/** Applies the similarity `matrix`; edges are repeated, shrinking does not alias. */
fun warp(image: RgbImage, matrix: Affine, size: Int): RgbImage {
    var scale = matrix.scale
    val (left, top, right, bottom) = readWindow(image, matrix, size, 4 / min(scale, 1.0) + 2)
    var source = image.window(left, top, right, bottom)
    var place = matrix.cut(left, top)
    while (scale <= 0.25) {
        source = halve(source)
        place = place.halved()
        scale *= 2
    }
    if (scale < 1) source = blur(source, 0.5 * sqrt(1 / (scale * scale) - 1) + 1e-3)
    return sample(source, place, size)
}

/** Halves `image` until its longer side is at most `longest`; also says by how much in all. */
fun shrink(image: RgbImage, longest: Int): Pair<RgbImage, Int> {
    var small = image
    var grow = 1
    while (maxOf(small.width, small.height) > longest) {
        small = halve(small)
        grow *= 2
    }
    return small to grow
}

/** What the warp will read: left, top, right, bottom. */
private fun readWindow(image: RgbImage, matrix: Affine, size: Int, margin: Double): List<Int> {
    val far = size.toDouble()
    val corners = listOf(Point(0.0, 0.0), Point(far, 0.0), Point(0.0, far), Point(far, far))
        .map(matrix::untransform)
    val (left, right) = range(corners.map { it.x }, margin, image.width)
    val (top, bottom) = range(corners.map { it.y }, margin, image.height)
    return listOf(left, top, right, bottom)
}

private fun range(places: List<Double>, margin: Double, length: Int): Pair<Int, Int> {
    val low = floor(places.min() - margin).coerceIn(0.0, length - 1.0).toInt()
    val high = ceil(places.max() + margin).coerceIn(low + 1.0, length.toDouble()).toInt()
    return low to high
}

/** Averages 2x2 pixels; an odd last row or column is repeated. */
private fun halve(image: RgbImage): RgbImage {
    val width = (image.width + 1) / 2
    val height = (image.height + 1) / 2
    val half = ByteArray(width * height * RgbImage.CHANNELS)
    var at = 0
    for (y in 0 until height) {
        val below = min(2 * y + 1, image.height - 1)
        for (x in 0 until width) {
            val beside = min(2 * x + 1, image.width - 1)
            for (channel in 0 until RgbImage.CHANNELS) {
                val sum = image[2 * x, 2 * y, channel] + image[beside, 2 * y, channel] +
                    image[2 * x, below, channel] + image[beside, below, channel]
                half[at++] = ((sum + 2) shr 2).toByte()
            }
        }
    }
    return RgbImage(width, height, half)
}

/** Gaussian weights of 1/256, rounding errors carried from the rim to the middle. */
internal fun blurWeights(sigma: Double): IntArray {
    val count = Math.rint(6 * sigma + 1).toInt() or 1
    val half = count / 2
    val bell = DoubleArray(count) { exp(-0.5 / (sigma * sigma) * (it - half) * (it - half)) }
    val total = bell.sum()
    val weights = IntArray(count)
    var error = 0.0
    for (i in 0 until half) {
        val exact = bell[i] / total * (1 shl WEIGHT_BITS) + error
        weights[i] = Math.rint(exact).toInt()
        weights[count - 1 - i] = weights[i]
        error = exact - weights[i]
    }
    weights[half] = (1 shl WEIGHT_BITS) - weights.sum()
    return weights
}

private fun blur(image: RgbImage, sigma: Double): RgbImage {
    val weights = blurWeights(sigma)
    val half = weights.size / 2
    if (half == 0) return image
    val row = image.width * RgbImage.CHANNELS
    val across = IntArray(image.height * row)
    val columns = IntArray(image.width + 2 * half) { reflect(it - half, image.width) }
    for (y in 0 until image.height) {
        for (x in 0 until image.width) {
            for (channel in 0 until RgbImage.CHANNELS) {
                var sum = 0
                for (i in weights.indices) sum += weights[i] * image[columns[x + i], y, channel]
                across[y * row + x * RgbImage.CHANNELS + channel] = sum
            }
        }
    }
    val blurred = ByteArray(across.size)
    val rows = IntArray(image.height + 2 * half) { reflect(it - half, image.height) }
    for (y in 0 until image.height) {
        for (x in 0 until row) {
            var sum = 1 shl (2 * WEIGHT_BITS - 1)
            for (i in weights.indices) sum += weights[i] * across[rows[y + i] * row + x]
            blurred[y * row + x] = (sum shr (2 * WEIGHT_BITS)).toByte()
        }
    }
    return RgbImage(image.width, image.height, blurred)
}

/** Index of a pixel outside, mirrored about the outermost one. */
private fun reflect(index: Int, length: Int): Int {
    if (length == 1) return 0
    var at = index
    while (at !in 0 until length) at = if (at < 0) -at else 2 * (length - 1) - at
    return at
}

private fun sample(image: RgbImage, matrix: Affine, size: Int): RgbImage {
    val target = ByteArray(size * size * RgbImage.CHANNELS)
    var at = 0
    for (y in 0 until size) {
        for (x in 0 until size) {
            val source = matrix.untransform(Point(x.toDouble(), y.toDouble()))
            val column = steps(source.x, image.width)
            val row = steps(source.y, image.height)
            for (channel in 0 until RgbImage.CHANNELS) {
                target[at++] = between(image, column, row, channel)
            }
        }
    }
    return RgbImage(size, size, target)
}

/** A position in 32nds of a pixel, held inside; ties go to the even one, as NumPy's rint. */
private fun steps(place: Double, length: Int): Int =
    Math.rint(place * STEPS).coerceIn(0.0, (length - 1.0) * STEPS).toInt()

private fun between(image: RgbImage, column: Int, row: Int, channel: Int): Byte {
    val x = column / STEPS
    val y = row / STEPS
    val u = column % STEPS
    val v = row % STEPS
    val beside = min(x + 1, image.width - 1)
    val below = min(y + 1, image.height - 1)
    val sum = (STEPS - v) * ((STEPS - u) * image[x, y, channel] + u * image[beside, y, channel]) +
        v * ((STEPS - u) * image[x, below, channel] + u * image[beside, below, channel])
    return ((sum + STEPS * STEPS / 2) / (STEPS * STEPS)).toByte()
}
