package org.tfgancompress.core

import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

class FrontalizerTest {
    private val contract = ModelContract.parse(Golden.text("contract"))
    private val photo = RgbImage(256, 128, ByteArray(256 * 128 * 3) { (it % 251).toByte() })

    private fun face(left: Double, width: Double): Face {
        val points = listOf(0.3 to 0.4, 0.7 to 0.4, 0.5 to 0.6, 0.35 to 0.8, 0.65 to 0.8)
        val placed = points.map { (x, y) -> Point(left + x * width, y * width) }
        val box = Box(left, 0.0, left + width, width)
        return Face(Landmarks(placed), 20.0, box, 0.9, Face.Source.MESH)
    }

    private fun frontalize(vararg faces: Face): Frontalized {
        var time = 0L
        val clock = { time.also { time += 1_000_000 } }
        val echo = Student { it.getValue("input") }
        return Frontalizer(contract, { faces.toList() }, echo, clock).frontalize(photo)
    }

    @Test
    fun `a student is fed what Python feeds it`() {
        val golden = Golden.read("patches")
        for (case in golden["cases"].list()) {
            val landmarks = Landmarks(case["landmarks"].points())
            val image = golden["image"].image()
            val found = Frontalizer.feed(contract, image, landmarks, case["yaw"].double()).inputs
            assertEquals(case["inputs"].names(), found.keys)
            for (name in found.keys) {
                val stored = found.getValue(name) as TensorData.Int8
                assertArrayEquals(name, case["inputs"][name].base64(), stored.values)
            }
        }
    }

    @Test
    fun `a picture without a face says so`() {
        val error = assertThrows(ProblemException::class.java) { frontalize() }
        assertEquals(Problem.NoFace, error.problem)
        assertTrue(error.problem.message.startsWith("No face found"))
    }

    @Test
    fun `of two faces the larger is taken, and that is said`() {
        val result = frontalize(face(90.0, 120.0), face(0.0, 80.0))
        assertEquals(Problem.SeveralFaces(2), result.notice)
        assertEquals("2 faces found; the largest was taken.", result.notice?.message)
        assertEquals(120.0, result.face.box.width, 0.0)
    }

    @Test
    fun `of one face nothing is said, and each stage is timed`() {
        val result = frontalize(face(20.0, 100.0))
        assertNull(result.notice)
        val stages = setOf(Stage.FIND, Stage.PREPARE, Stage.RUN, Stage.FINISH)
        assertEquals(stages, result.milliseconds.keys)
        assertTrue(result.milliseconds.values.all { it == 1.0 })
    }

    @Test
    fun `a face that looks to the left comes back the way it was`() {
        val looking = face(20.0, 100.0)
        val (right, left) = frontalize(looking) to frontalize(looking.copy(yaw = -20.0))
        assertSame(right.input, left.input)
        // Encoded with another scale than it is decoded with, so only the way round is compared.
        assertSame(right.image, left.image)
    }

    @Test
    fun `networks that see nothing find no face`() {
        val blind = FaceDetector { listOf(FloatArray(896 * 16), FloatArray(896) { -9f }) }
        val landmarker = Landmarker(blind, FaceMesh { error("there is no face to look at") })
        assertTrue(landmarker.find(photo).isEmpty())
    }
}
