package org.tfgancompress.core

import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Test

class FaceDetectorTest {
    private val golden = Golden.read("blazeface")

    private fun outputs(): List<FloatArray> {
        val regressors = FloatArray(896 * 16)
        val logits = FloatArray(896) { -9f }
        golden["chosen"].list().forEachIndexed { i, anchor ->
            golden["regressors"].list()[i].floats().copyInto(regressors, anchor.int() * 16)
            logits[anchor.int()] = golden["logits"].floats()[i]
        }
        return listOf(regressors, logits)
    }

    @Test
    fun `raw outputs are read as in Python`() {
        val image = RgbImage(40, 40, ByteArray(4800))
        val found = FaceDetector { outputs() }.detectCrop(image, golden["matrix"].affine(), 0.3)
        val expected = golden["detections"].list()
        assertEquals(expected.size, found.size)
        expected.zip(found).forEach { (one, other) -> assertClose(one.detection(), other) }
    }

    @Test
    fun `what overlaps becomes one face as in Python`() {
        val kept = FaceDetector.suppress(golden["crowd"].list().map { it.detection() })
        val expected = golden["kept"].list()
        assertEquals(expected.size, kept.size)
        expected.zip(kept).forEach { (one, other) -> assertClose(one.detection(), other) }
    }

    @Test
    fun `pictures are tiled as in Python`() {
        for (case in golden["tiles"].list()) {
            val (width, height) = case["size"].doubles().map { it.toInt() }
            val found = FaceDetector.tiles(width, height).map { listOf(it.left, it.top, it.side) }
            assertEquals(case["tiles"].list().map { it.doubles() }, found)
        }
    }

    @Test
    fun `a box without area is a face of its own`() {
        val flat = Detection(Box(5.0, 5.0, 5.0, 5.0), List(6) { Point(0.0, 0.0) }, 0.9)
        assertEquals(2, FaceDetector.suppress(listOf(flat, flat.copy())).size)
    }

    @Test
    fun `outputs of another network are refused`() {
        val detector = FaceDetector { listOf(FloatArray(3), FloatArray(896)) }
        assertThrows(IllegalArgumentException::class.java) {
            detector.detect(RgbImage(20, 20, ByteArray(1200)))
        }
    }

    @Test
    fun `five landmarks are taken from the mesh as in Python`() {
        val golden = Golden.read("mesh")
        val mesh = golden["mesh"].list().flatMap { it.doubles() }.map { it.toFloat() }
        val points = FaceMesh.decode(mesh.toFloatArray(), golden["matrix"].affine())
        assertClose(golden["landmarks"].points(), FaceMesh.fivePoints(points).points)
    }
}
