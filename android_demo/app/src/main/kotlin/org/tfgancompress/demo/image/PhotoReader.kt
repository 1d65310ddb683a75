package org.tfgancompress.demo.image

import android.content.ContentResolver
import android.graphics.Bitmap
import android.graphics.ColorSpace
import android.graphics.ImageDecoder
import android.net.Uri
import java.io.IOException
import java.nio.ByteBuffer
import org.tfgancompress.core.PictureRules
import org.tfgancompress.core.Problem
import org.tfgancompress.core.ProblemException
import org.tfgancompress.core.RgbImage

/** Reads pictures that the photo picker names, upright as their EXIF says. */
class PhotoReader(private val resolver: ContentResolver) {
    /**
     * The picture at `uri`.
     *
     * @throws ProblemException if it is broken, too small, or a panorama.
     */
    fun read(uri: Uri): RgbImage = try {
        val content = resolver.openInputStream(uri)?.use { it.readBytes() } ?: ByteArray(0)
        PictureRules.checkContent(content)
        decode(content).toRgb()
    } catch (error: IOException) {
        throw ProblemException(Problem.BrokenPicture(error.message.orEmpty()), error)
    } catch (error: SecurityException) {
        throw ProblemException(Problem.BrokenPicture("it may not be opened any more"), error)
    }

    private fun decode(content: ByteArray): Bitmap {
        val source = ImageDecoder.createSource(ByteBuffer.wrap(content))
        return ImageDecoder.decodeBitmap(source) { decoder, info, _ ->
            val (width, height) = info.size.width to info.size.height
            PictureRules.checkSize(width, height)
            decoder.setTargetSampleSize(PictureRules.sampleSize(width, height))
            // The pixels of a hardware bitmap cannot be read.
            decoder.allocator = ImageDecoder.ALLOCATOR_SOFTWARE
            decoder.setTargetColorSpace(ColorSpace.get(ColorSpace.Named.SRGB))
        }
    }
}

/** The pixels, row by row: a copy of all as integers would take more memory than the bitmap. */
private fun Bitmap.toRgb(): RgbImage {
    val bytes = ByteArray(width * height * RgbImage.CHANNELS)
    val row = IntArray(width)
    for (y in 0 until height) {
        getPixels(row, 0, width, 0, y, width, 1)
        RgbImage.fromArgb(width, 1, row).bytes.copyInto(bytes, y * width * RgbImage.CHANNELS)
    }
    return RgbImage(width, height, bytes)
}

/** The picture as Android draws it. */
fun RgbImage.toBitmap(): Bitmap =
    Bitmap.createBitmap(toArgb(), width, height, Bitmap.Config.ARGB_8888)
