package org.tfgancompress.core

import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Test

class WarpTest {
    private val golden = Golden.read("warp")

    @Test
    fun `warped bytes are Python's`() {
        val cases = golden["cases"].list()
        assertEquals(12, cases.size)
        for (case in cases) {
            val expected = case["warped"].image()
            val found = warp(case["image"].image(), case["matrix"].affine(), expected.width)
            assertSame(expected, found)
        }
    }

    @Test
    fun `halved bytes are Python's`() {
        for (case in golden["shrunk"].list()) {
            val (small, grow) = shrink(case["image"].image(), case["longest"].int())
            assertEquals(case["grow"].int(), grow)
            assertSame(case["small"].image(), small)
        }
    }

    @Test
    fun `the identity leaves the picture alone`() {
        val image = RgbImage(8, 8, ByteArray(192) { (it * 37).toByte() })
        assertSame(image, warp(image, Affine(1.0, 0.0, 0.0, 0.0, 1.0, 0.0), 8))
    }

    @Test
    fun `blur weights sum to 256 and are symmetric`() {
        for (sigma in listOf(0.001, 0.3, 0.9, 1.9)) {
            val weights = blurWeights(sigma)
            assertEquals(256, weights.sum())
            assertArrayEquals(weights, weights.reversedArray())
        }
    }
}
