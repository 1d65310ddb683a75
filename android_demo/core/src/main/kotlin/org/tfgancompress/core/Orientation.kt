package org.tfgancompress.core

/** The eight ways a camera's sensor may have been held, numbered as EXIF does. */
enum class Orientation(val exif: Int, private val quarters: Int, private val mirrored: Boolean) {
    NORMAL(1, 0, false),
    MIRRORED(2, 0, true),
    HALF(3, 2, false),
    MIRRORED_HALF(4, 2, true),
    MIRRORED_LEFT(5, 3, true),
    RIGHT(6, 1, false),
    MIRRORED_RIGHT(7, 1, true),
    LEFT(8, 3, false),
    ;

    /** The upright picture: mirrored left to right where it has to be, then turned. */
    fun upright(image: RgbImage): RgbImage {
        val straight = if (mirrored) image.mirrored() else image
        val (width, height) = straight.width to straight.height
        return when (quarters) {
            1 -> RgbImage.build(height, width) { x, y -> straight.pixel(y, height - 1 - x) }
            2 -> RgbImage.build(width, height) { x, y ->
                straight.pixel(width - 1 - x, height - 1 - y)
            }
            3 -> RgbImage.build(height, width) { x, y -> straight.pixel(width - 1 - y, x) }
            else -> straight
        }
    }

    companion object {
        /**
         * How to show a camera's frame.
         *
         * @param degrees by how much it has to be turned clockwise: 0, 90, 180 or 270.
         * @param front whether it is then mirrored, as one sees oneself in the preview.
         */
        fun ofCamera(degrees: Int, front: Boolean): Orientation {
            require(degrees in listOf(0, 90, 180, 270)) {
                "A frame is turned by 0, 90, 180 or 270 degrees. Received: $degrees."
            }
            // Mirroring first turns the other way: mirror o turn(q) = turn(-q) o mirror.
            val quarters = if (front) (360 - degrees) % 360 / 90 else degrees / 90
            return entries.first { it.quarters == quarters && it.mirrored == front }
        }
    }
}
