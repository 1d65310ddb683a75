package org.tfgancompress.demo.image

import androidx.camera.core.ImageAnalysis
import androidx.camera.core.ImageProxy
import java.util.concurrent.atomic.AtomicBoolean
import org.tfgancompress.core.Orientation
import org.tfgancompress.core.RgbImage

/**
 * Takes single frames, in RGBA, out of the stream that the camera analyses.
 *
 * @property front whether the front camera runs, whose preview is a mirror.
 */
class FrameGrabber(private val onFrame: (RgbImage) -> Unit) : ImageAnalysis.Analyzer {
    @Volatile var front = false
    private val wanted = AtomicBoolean()

    /** The next frame will be given to `onFrame`, as the preview shows it. */
    fun request() = wanted.set(true)

    override fun analyze(image: ImageProxy) = image.use {
        if (wanted.compareAndSet(true, false)) onFrame(upright(it))
    }

    private fun upright(image: ImageProxy): RgbImage {
        val plane = image.planes.first()
        val bytes = ByteArray(plane.buffer.remaining()).also(plane.buffer::get)
        val frame = RgbImage.fromRgba(image.width, image.height, bytes, plane.rowStride)
        return Orientation.ofCamera(image.imageInfo.rotationDegrees, front).upright(frame)
    }
}
