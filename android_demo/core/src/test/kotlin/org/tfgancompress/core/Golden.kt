package org.tfgancompress.core

import java.util.Base64
import org.junit.Assert.assertEquals

/** Vectors that `tools/export_golden.py` wrote: what Python computes. */
class Golden(private val value: Any?) {
    operator fun get(name: String) = Golden(checkNotNull((value as Map<*, *>)[name]))

    fun list(): List<Golden> = (value as List<*>).map(::Golden)

    fun names(): Set<String> = (value as Map<*, *>).keys.map { it as String }.toSet()

    fun double() = value as Double

    fun int() = double().toInt()

    fun text() = value as String

    fun doubles(): List<Double> = list().map { it.double() }

    fun floats(): FloatArray = doubles().map { it.toFloat() }.toFloatArray()

    fun base64(): ByteArray = Base64.getDecoder().decode(text())

    fun points(): List<Point> = list().map { Point(it.doubles()[0], it.doubles()[1]) }

    fun affine(): Affine {
        val (first, second) = list().map { it.doubles() }
        return Affine(first[0], first[1], first[2], second[0], second[1], second[2])
    }

    fun image() = RgbImage(this["width"].int(), this["height"].int(), this["rgb"].base64())

    fun box() = doubles().let { Box(it[0], it[1], it[2], it[3]) }

    fun detection() =
        Detection(this["box"].box(), this["keypoints"].points(), this["score"].double())

    companion object {
        fun read(name: String) = Golden(Json.parse(text(name)))

        fun text(name: String): String =
            checkNotNull(Golden::class.java.getResource("/golden/$name.json")).readText()
    }
}

/** Floats agree to the last bit of cosines and exponentials, which libraries round differently. */
const val CLOSE = 1e-6

fun assertClose(expected: Point, found: Point) {
    assertEquals(expected.x, found.x, CLOSE * (1 + Math.abs(expected.x)))
    assertEquals(expected.y, found.y, CLOSE * (1 + Math.abs(expected.y)))
}

fun assertClose(expected: List<Point>, found: List<Point>) {
    assertEquals(expected.size, found.size)
    expected.zip(found).forEach { (one, other) -> assertClose(one, other) }
}

fun assertClose(expected: Affine, found: Affine) {
    for (point in listOf(Point(0.0, 0.0), Point(100.0, 0.0), Point(0.0, 100.0))) {
        assertClose(expected.transform(point), found.transform(point))
    }
}

fun assertClose(expected: Detection, found: Detection) {
    assertClose(expected.box.centre, found.box.centre)
    assertEquals(expected.box.width, found.box.width, CLOSE * 100)
    assertClose(expected.keypoints, found.keypoints)
    assertEquals(expected.score, found.score, CLOSE)
}

fun assertSame(expected: RgbImage, found: RgbImage) {
    assertEquals("${expected.width}x${expected.height}", "${found.width}x${found.height}")
    val wrong = expected.bytes.indices.count { expected.bytes[it] != found.bytes[it] }
    assertEquals("bytes that differ of ${expected.bytes.size}", 0, wrong)
}
