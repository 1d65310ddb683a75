package org.tfgancompress.core

import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

class AlignmentTest {
    private val golden = Golden.read("alignment")

    @Test
    fun `faces are aligned as in Python`() {
        for (case in golden["cases"].list()) {
            val landmarks = Landmarks(case["landmarks"].points())
            val part = case["size"].int() / 128.0
            val matrix = Frame(Point(64.0 * part, 40.0 * part), 48.0 * part).align(landmarks)
            assertEquals(case["matrix"].affine(), matrix)
            val moved = landmarks.map(matrix::transform)
            assertEquals(case["moved"].points(), moved.points)
            assertEquals(case["mirrored"].points(), moved.mirrored(case["size"].int()).points)
            assertEquals(case["yaw"].double(), estimateYaw(landmarks), CLOSE)
        }
    }

    @Test
    fun `keypoints become landmarks as in Python`() {
        for (case in golden["keypoints"].list()) {
            val found = Landmarker.profileLandmarks(case["keypoints"].points())
            assertClose(case["landmarks"].points(), found.points)
        }
    }

    @Test
    fun `crops of the upright frame are Python's`() {
        val upright = golden["upright"].affine()
        val crop = Affine.crop(upright, Frame.FACE_CENTRE, 215.0, 128)
        assertEquals(golden["crop"].affine(), crop)
    }

    @Test
    fun `untransforming undoes a similarity and its mirror image`() {
        val matrix = Affine(0.8, 0.6, 3.0, -0.6, 0.8, -2.0)
        for (move in listOf(matrix.single(), matrix.mirrored(64).single())) {
            val point = Point(12.25, -7.5)
            assertTrue(move.untransform(move.transform(point)).distance(point) < 1e-5)
        }
    }

    @Test
    fun `a face upside down is refused`() {
        val points = listOf(20 to 50, 44 to 50, 32 to 40, 24 to 20, 40 to 20)
        val landmarks = Landmarks(points.map { (x, y) -> Point(x.toDouble(), y.toDouble()) })
        val error = assertThrows(IllegalArgumentException::class.java) {
            Frame.UPRIGHT.align(landmarks)
        }
        assertTrue(error.message.orEmpty().contains("one pixel below the eyes"))
    }

    @Test
    fun `landmarks are five finite points`() {
        val bad = List(5) { Point(Double.NaN, 0.0) }
        assertThrows(IllegalArgumentException::class.java) { Landmarks(bad) }
        assertThrows(IllegalArgumentException::class.java) { Landmarks(emptyList()) }
    }
}
