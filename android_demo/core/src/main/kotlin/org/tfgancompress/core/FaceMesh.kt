package org.tfgancompress.core

import kotlin.math.max

/**
 * MediaPipe's face mesh (Kartynnik et al. 2019): 468 points, from which five landmarks are taken.
 *
 * Good up to about 60 degrees of yaw; see `tfgan_compress.frontalize.mesh`.
 */
class FaceMesh(private val network: Network) {
    /** The five landmarks of a face whose place is roughly known, and how sure the mesh is. */
    fun locate(image: RgbImage, rough: Landmarks): Pair<Landmarks, Double> {
        val upright = Frame.UPRIGHT.align(rough)
        val (first, _) = crop(image, upright, Frame.FACE_CENTRE, FIRST_SIDE)
        val framed = first.map(upright::transform)
        val low = Point(framed.minOf { it.x }, framed.minOf { it.y })
        val high = Point(framed.maxOf { it.x }, framed.maxOf { it.y })
        // In 32-bit floats, as in Python, where the framed points are such.
        val size = (high - low).single()
        val centre = Point(
            (low.x.toFloat() + high.x.toFloat()).toDouble() / 2,
            (low.y.toFloat() + high.y.toFloat()).toDouble() / 2,
        )
        val (points, presence) = crop(image, upright, centre, max(size.x, size.y) * MARGIN)
        return fivePoints(points) to presence
    }

    private fun crop(
        image: RgbImage,
        upright: Affine,
        centre: Point,
        side: Double,
    ): Pair<List<Point>, Double> {
        val matrix = Affine.crop(upright, centre, side, INPUT_SIZE)
        val crop = warp(image, matrix, INPUT_SIZE)
        val input = FloatArray(crop.bytes.size) { (crop.bytes[it].toInt() and 0xFF) / 255f }
        val (mesh, presence) = network.run(input)
        return decode(mesh, matrix) to sigmoid(presence.single())
    }

    companion object {
        const val INPUT_SIZE = 192
        private const val POINTS = 468
        private const val MARGIN = 1.5
        private const val FIRST_SIDE = 170.0
        private val LEFT_EYE =
            listOf(33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
        private val RIGHT_EYE =
            listOf(263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
        private val GROUPS = listOf(LEFT_EYE, RIGHT_EYE, listOf(1), listOf(61), listOf(291))

        /** The points of one run, `(x, y, depth)` each, in pixels of the photograph. */
        internal fun decode(mesh: FloatArray, matrix: Affine): List<Point> {
            require(mesh.size == POINTS * 3) {
                "The mesh gives $POINTS points of 3 numbers. Received: ${mesh.size} numbers."
            }
            return List(POINTS) {
                matrix.untransform(Point(mesh[3 * it].toDouble(), mesh[3 * it + 1].toDouble()))
            }
        }

        /** The five landmarks of 468 points, left being the viewer's; an eye's are averaged. */
        internal fun fivePoints(points: List<Point>) =
            Landmarks(GROUPS.map { group -> mean(group.map(points::get)).single() })
    }
}
