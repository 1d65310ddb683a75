package org.tfgancompress.core

import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

class ModelContractTest {
    private val text = Golden.text("contract")

    private fun refused(broken: String): String {
        val error = assertThrows(ProblemException::class.java) { ModelContract.parse(broken) }
        assertTrue(error.problem is Problem.BadContract)
        return error.problem.message
    }

    private fun without(old: String, new: String): String {
        assertTrue("$old is in the contract", old in text)
        return text.replace(old, new)
    }

    @Test
    fun `a contract is read`() {
        val contract = ModelContract.parse(text)
        assertEquals("demo_student", contract.name)
        assertEquals("int8", contract.variant)
        assertEquals(64, contract.imageSize)
        assertEquals(Point(32.0, 20.0), contract.frame.eyeCentre)
        assertEquals(24.0, contract.frame.eyeToMouth, 0.0)
        assertTrue(contract.mirrorNegativeYaw)
        val input = contract.inputs.first { it.name == "input" }
        assertEquals(Quantization(0.04, -97), input.quantization)
        val mouth = contract.patches.first { it.name == "mouth" }
        assertEquals(PatchSpec("mouth", 16, 24, listOf(3, 4)), mouth)
    }

    @Test
    fun `a model whose hash does not match its contract is refused`() {
        val contract = ModelContract.parse(text)
        val error = assertThrows(ProblemException::class.java) {
            contract.verify(byteArrayOf(1, 2, 3))
        }
        val problem = error.problem as Problem.WrongModel
        assertEquals(contract.sha256, problem.expected)
        val hash = "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"
        assertEquals(hash, problem.found)
        assertTrue("must be the file that its contract was written for" in problem.message)
    }

    @Test
    fun `a model whose hash matches passes`() {
        val content = byteArrayOf(4, 5)
        ModelContract.parse(text).copy(sha256 = sha256(content)).verify(content)
    }

    @Test
    fun `what this app cannot feed is refused with the rule`() {
        val task = refused(without("face-frontalization", "edges"))
        assertTrue(task, "task must be face-frontalization. Received: edges" in task)
        val type = refused(without("\"dtype\": \"int8\"", "\"dtype\": \"uint8\""))
        assertTrue(type, "must be float32 or int8. Received: uint8" in type)
        val order = refused(without("\"RGB\"", "\"BGR\""))
        assertTrue(order, "must be RGB, NHWC. Received: BGR" in order)
        val shape = refused(without("[1, 24, 24, 3]", "[1, 20, 24, 3]"))
        assertTrue(shape, "The model must take" in shape)
        val size = refused(without("\"image_size\": 64", "\"image_size\": \"large\""))
        assertTrue(size, "image_size must be a number. Received: large" in size)
    }

    @Test
    fun `a contract that is no JSON names the character`() {
        assertTrue("expected at character" in refused(text.dropLast(5)))
        assertTrue("expected at character 0" in refused("nothing"))
    }

    @Test
    fun `JSON is read`() {
        val parsed = Json.parse(" {\"a\\n\\u0041\": [1, -2.5e3, true, null, {}, []]} ")
        val empty = listOf(emptyMap<String, Any>(), emptyList<Any>())
        val expected = mapOf("a\nA" to listOf(1.0, -2500.0, true, null) + empty)
        assertEquals(expected, parsed)
        for (broken in listOf("", "[1,]", "{\"a\" 1}", "[1] 2", "\"\\x\"", "tru", "--1", "\"")) {
            assertThrows(IllegalArgumentException::class.java) { Json.parse(broken) }
        }
    }
}
