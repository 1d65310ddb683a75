package org.tfgancompress.core

import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

class TensorCodecTest {
    private val golden = Golden.read("codec")

    private fun spec(size: Int, quantization: Quantization?) =
        TensorSpec("tensor", listOf(1, 1, size, 1), quantization)

    @Test
    fun `floats become bytes and bytes floats as in Python`() {
        val values = golden["values"].floats()
        for (tensor in golden["tensors"].list()) {
            val quantization = Quantization(tensor["scale"].double(), tensor["zero_point"].int())
            val spec = spec(values.size, quantization)
            val stored = encode(values, spec) as TensorData.Int8
            val expected = tensor["stored"].doubles().map { it.toInt().toByte() }
            assertEquals(expected, stored.values.toList())
            assertArrayEquals(tensor["real"].floats(), decode(stored, spec), 0f)
        }
    }

    @Test
    fun `pixels become floats and floats pixels as in Python`() {
        val pixels = golden["pixels"].floats()
        val image = toImage(pixels, pixels.size / 3, 1)
        assertArrayEquals(golden["bytes"].base64(), image.bytes)
        val shades = RgbImage(85, 1, ByteArray(255) { it.toByte() })
        assertArrayEquals(golden["floats"].floats(), toFloats(shades), 0f)
    }

    @Test
    fun `float tensors pass as they are`() {
        val values = floatArrayOf(0.25f, -3f)
        val stored = encode(values, spec(2, null))
        assertTrue(stored is TensorData.Floats)
        assertArrayEquals(values, decode(stored, spec(2, null)), 0f)
    }

    @Test
    fun `tensors of another size are refused`() {
        assertThrows(IllegalArgumentException::class.java) { encode(FloatArray(3), spec(2, null)) }
        assertThrows(IllegalArgumentException::class.java) {
            decode(TensorData.Floats(FloatArray(3)), spec(2, null))
        }
        assertThrows(IllegalArgumentException::class.java) {
            decode(TensorData.Int8(ByteArray(2)), spec(2, null))
        }
    }
}
