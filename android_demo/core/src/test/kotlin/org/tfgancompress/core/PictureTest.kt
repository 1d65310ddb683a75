package org.tfgancompress.core

import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

class PictureTest {
    private val sample = RgbImage(2, 1, byteArrayOf(1, 2, 3, -1, -2, -3))

    private fun problem(work: () -> Unit) =
        assertThrows(ProblemException::class.java) { work() }.problem

    @Test
    fun `a panorama is refused`() {
        val problem = problem { PictureRules.checkSize(9000, 1800) }
        assertEquals(Problem.Panorama(9000, 1800), problem)
        assertTrue(problem.message, "crop it to the face. Received: 9000 x 1800" in problem.message)
        PictureRules.checkSize(2400, 1080)
    }

    @Test
    fun `a picture too small to see a face is refused`() {
        assertEquals(Problem.TooSmall(15, 40), problem { PictureRules.checkSize(15, 40) })
    }

    @Test
    fun `a broken file is refused`() {
        val empty = problem { PictureRules.checkContent(ByteArray(0)) }
        assertTrue(empty.message, "it is empty" in empty.message)
        val text = problem { PictureRules.checkContent("not a picture".toByteArray()) }
        assertTrue(text.message, "it is not JPEG, PNG" in text.message)
    }

    @Test
    fun `pictures of the usual kinds pass`() {
        val heads =
            listOf("\u00FF\u00D8\u00FF\u00E0", "\u0089PNG\r\n", "RIFF....WEBPVP8", "....ftypheic")
        heads.forEach { PictureRules.checkContent(it.toByteArray(Charsets.ISO_8859_1)) }
    }

    @Test
    fun `large pictures are decoded smaller`() {
        assertEquals(1, PictureRules.sampleSize(4096, 3000))
        assertEquals(4, PictureRules.sampleSize(6000, 12000))
    }

    @Test
    fun `pictures are turned upright as Pillow turns them`() {
        val golden = Golden.read("orientation")
        for (orientation in Orientation.entries) {
            val expected = golden["upright"][orientation.exif.toString()].image()
            assertSame(expected, orientation.upright(golden["image"].image()))
        }
    }

    @Test
    fun `a front camera's frame is turned, then mirrored`() {
        val image = Golden.read("orientation")["image"].image()
        for (degrees in listOf(0, 90, 180, 270)) {
            val turned = Orientation.ofCamera(degrees, front = false).upright(image)
            val shown = Orientation.ofCamera(degrees, front = true).upright(image)
            assertSame(turned.mirrored(), shown)
        }
        assertThrows(IllegalArgumentException::class.java) { Orientation.ofCamera(45, false) }
    }

    @Test
    fun `colours survive Android's integers`() {
        assertSame(sample, RgbImage.fromArgb(2, 1, sample.toArgb()))
        assertArrayEquals(intArrayOf(0xFF010203.toInt(), 0xFFFFFEFD.toInt()), sample.toArgb())
    }

    @Test
    fun `what is transparent lies over white`() {
        val image = RgbImage.fromArgb(2, 1, intArrayOf(0x00123456, 0x80000000.toInt()))
        assertArrayEquals(byteArrayOf(-1, -1, -1, 127, 127, 127), image.bytes)
    }

    @Test
    fun `padded camera rows are read`() {
        val padded = byteArrayOf(1, 2, 3, 9, -1, -2, -3, 9, 0, 0, 0, 0)
        assertSame(sample, RgbImage.fromRgba(2, 1, padded, 12))
        assertThrows(IllegalArgumentException::class.java) { RgbImage.fromRgba(2, 2, padded, 12) }
    }

    @Test
    fun `latencies are summed up as in Python`() {
        for (case in Golden.read("latency")["cases"].list()) {
            val found = LatencyStats.of(case["times"].doubles())
            assertEquals(case["mean"].double(), found.mean, CLOSE)
            assertEquals(case["p50"].double(), found.p50, CLOSE)
            assertEquals(case["p95"].double(), found.p95, CLOSE)
        }
        assertThrows(IllegalArgumentException::class.java) { LatencyStats.of(emptyList()) }
    }
}
