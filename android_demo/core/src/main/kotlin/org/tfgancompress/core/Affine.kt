package org.tfgancompress.core

import kotlin.math.abs
import kotlin.math.hypot
import kotlin.math.sqrt

/** A place in a picture, in pixels; the centre of the top-left pixel is (0, 0). */
data class Point(val x: Double, val y: Double) {
    operator fun plus(other: Point) = Point(x + other.x, y + other.y)

    operator fun minus(other: Point) = Point(x - other.x, y - other.y)

    operator fun times(factor: Double) = Point(x * factor, y * factor)

    fun distance(other: Point): Double = hypot(x - other.x, y - other.y)

    /** The nearest point that 32-bit floats can hold. */
    fun single() = Point(x.toFloat().toDouble(), y.toFloat().toDouble())

    /** This place in a picture `factor` times as large. */
    fun grown(factor: Int) = Point((x + 0.5) * factor - 0.5, (y + 0.5) * factor - 0.5)
}

/** The mean of `points`. */
fun mean(points: List<Point>): Point =
    Point(points.sumOf { it.x } / points.size, points.sumOf { it.y } / points.size)

/**
 * A similarity between two pictures: `x' = a x + b y + left`, `y' = c x + d y + top`.
 *
 * Each operation stands in the order of `tfgan_compress.geometry`, so that the bits agree.
 */
data class Affine(
    val a: Double,
    val b: Double,
    val left: Double,
    val c: Double,
    val d: Double,
    val top: Double,
) {
    private val determinant get() = a * d - b * c

    /** How many target pixels one source pixel becomes. */
    val scale: Double get() = sqrt(abs(determinant))

    /** Takes a point to the target, in 32-bit floats; `this` has to hold such. */
    fun transform(point: Point): Point {
        val x = point.x.toFloat()
        val y = point.y.toFloat()
        return Point(
            (a.toFloat() * x + b.toFloat() * y + left.toFloat()).toDouble(),
            (c.toFloat() * x + d.toFloat() * y + top.toFloat()).toDouble(),
        )
    }

    /** Takes a point of the target back to the source. */
    fun untransform(point: Point): Point {
        val x = point.x - left
        val y = point.y - top
        return Point((d * x - b * y) / determinant, (a * y - c * x) / determinant)
    }

    /** The nearest similarity that 32-bit floats can hold. */
    fun single() = Affine(
        a.toFloat().toDouble(),
        b.toFloat().toDouble(),
        left.toFloat().toDouble(),
        c.toFloat().toDouble(),
        d.toFloat().toDouble(),
        top.toFloat().toDouble(),
    )

    /** The same for a source of which `x` columns and `y` rows were cut off. */
    fun cut(x: Int, y: Int) = copy(left = a * x + b * y + left, top = c * x + d * y + top)

    /** The same for a source of half the size. */
    fun halved() = Affine(
        a * 2,
        b * 2,
        left + (a + b) / 2,
        c * 2,
        d * 2,
        top + (c + d) / 2,
    )

    /** The same followed by a mirror of a target that is `size` pixels wide. */
    fun mirrored(size: Int) = copy(a = -a, b = -b, left = -left + (size - 1))

    companion object {
        /**
         * From the source to a crop of `size` pixels.
         *
         * @param upright from the source to the upright frame.
         * @param centre middle of the crop in that frame, and `side` its side there.
         */
        fun crop(upright: Affine, centre: Point, side: Double, size: Int): Affine {
            val scale = size / side
            val middle = (size - 1) / 2.0
            return Affine(
                upright.a * scale,
                upright.b * scale,
                upright.left * scale + (middle - centre.x * scale),
                upright.c * scale,
                upright.d * scale,
                upright.top * scale + (middle - centre.y * scale),
            )
        }
    }
}
