package org.tfgancompress.core

/**
 * A picture of 8-bit RGB, row by row from the top.
 *
 * @property bytes `height * width * 3` unsigned bytes: red, green, blue of each pixel.
 */
class RgbImage(val width: Int, val height: Int, val bytes: ByteArray) {
    init {
        require(width > 0 && height > 0 && bytes.size == width * height * CHANNELS) {
            "An RGB picture must hold width * height * 3 bytes. " +
                "Received: ${bytes.size} for $width x $height."
        }
    }

    /** The unsigned value of one channel (0 red, 1 green, 2 blue). */
    operator fun get(x: Int, y: Int, channel: Int): Int =
        bytes[(y * width + x) * CHANNELS + channel].toInt() and 0xFF

    /** The picture flipped left to right. */
    fun mirrored(): RgbImage = build(width, height) { x, y -> pixel(width - 1 - x, y) }

    /** The pixels from `left`, `top` up to but without `right`, `bottom`. */
    fun window(left: Int, top: Int, right: Int, bottom: Int): RgbImage {
        if (left == 0 && top == 0 && right == width && bottom == height) return this
        val row = (right - left) * CHANNELS
        val cut = ByteArray((bottom - top) * row)
        for (y in top until bottom) {
            val from = (y * width + left) * CHANNELS
            bytes.copyInto(cut, (y - top) * row, from, from + row)
        }
        return RgbImage(right - left, bottom - top, cut)
    }

    /** The colours as `0xFFRRGGBB`, as Android's bitmaps take them. */
    fun toArgb(): IntArray = IntArray(width * height) { OPAQUE or pixel(it % width, it / width) }

    /** One pixel as `0x00RRGGBB`. */
    internal fun pixel(x: Int, y: Int): Int {
        val at = (y * width + x) * CHANNELS
        return ((bytes[at].toInt() and 0xFF) shl 16) or
            ((bytes[at + 1].toInt() and 0xFF) shl 8) or
            (bytes[at + 2].toInt() and 0xFF)
    }

    companion object {
        const val CHANNELS = 3
        private const val OPAQUE = 0xFF shl 24

        /** Takes colours as `0xAARRGGBB`, not premultiplied; transparency lies over white. */
        fun fromArgb(width: Int, height: Int, colours: IntArray): RgbImage =
            build(width, height) { x, y -> overWhite(colours[y * width + x]) }

        /** Takes bytes red, green, blue, alpha whose rows are `rowStride` bytes apart. */
        fun fromRgba(width: Int, height: Int, rgba: ByteArray, rowStride: Int): RgbImage {
            require(rowStride >= 4 * width && rgba.size >= (height - 1) * rowStride + 4 * width) {
                "RGBA rows must be $rowStride >= 4 * $width bytes apart, $height of them. " +
                    "Received: ${rgba.size} bytes."
            }
            return build(width, height) { x, y ->
                val at = y * rowStride + 4 * x
                ((rgba[at].toInt() and 0xFF) shl 16) or
                    ((rgba[at + 1].toInt() and 0xFF) shl 8) or
                    (rgba[at + 2].toInt() and 0xFF)
            }
        }

        /** Makes a picture of `colour(x, y)`, each `0x00RRGGBB`. */
        internal inline fun build(width: Int, height: Int, colour: (Int, Int) -> Int): RgbImage {
            val bytes = ByteArray(width * height * CHANNELS)
            var at = 0
            for (y in 0 until height) {
                for (x in 0 until width) {
                    val value = colour(x, y)
                    bytes[at++] = (value shr 16).toByte()
                    bytes[at++] = (value shr 8).toByte()
                    bytes[at++] = value.toByte()
                }
            }
            return RgbImage(width, height, bytes)
        }

        private fun overWhite(colour: Int): Int {
            val alpha = colour ushr 24
            if (alpha == 255) return colour and 0xFFFFFF
            var result = 0
            for (shift in intArrayOf(16, 8, 0)) {
                val value = (colour shr shift) and 0xFF
                val mixed = (value * alpha + 255 * (255 - alpha) + 127) / 255
                result = result or (mixed shl shift)
            }
            return result
        }
    }
}
