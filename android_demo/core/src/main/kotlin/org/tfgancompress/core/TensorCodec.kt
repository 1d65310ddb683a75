package org.tfgancompress.core

/** What a tensor of a model holds: 32-bit floats, or signed bytes. */
sealed interface TensorData {
    val size: Int

    class Floats(val values: FloatArray) : TensorData {
        override val size get() = values.size
    }

    class Int8(val values: ByteArray) : TensorData {
        override val size get() = values.size
    }
}

/** A picture as floats in [-1, 1]. */
fun toFloats(image: RgbImage): FloatArray =
    FloatArray(image.bytes.size) { (image.bytes[it].toInt() and 0xFF) / 127.5f - 1f }

/** Floats in [-1, 1] as a picture, clipped; halves go to the even number, as NumPy's rint. */
fun toImage(values: FloatArray, width: Int, height: Int): RgbImage {
    val bytes = ByteArray(values.size) {
        Math.rint(((values[it] + 1f) * 127.5f).toDouble()).coerceIn(0.0, 255.0).toInt().toByte()
    }
    return RgbImage(width, height, bytes)
}

/** Takes floats to what `spec` holds; `Math.rint` and not `roundToInt`, which rounds halves up. */
fun encode(values: FloatArray, spec: TensorSpec): TensorData {
    require(values.size == spec.size) {
        "${spec.name} must have ${spec.size} numbers, the shape ${spec.shape}. " +
            "Received: ${values.size}."
    }
    val quantization = spec.quantization ?: return TensorData.Floats(values)
    val scale = quantization.scale.toFloat()
    return TensorData.Int8(
        ByteArray(values.size) {
            val step = Math.rint((values[it] / scale).toDouble()) + quantization.zeroPoint
            step.coerceIn(Byte.MIN_VALUE.toDouble(), Byte.MAX_VALUE.toDouble()).toInt().toByte()
        },
    )
}

/** Takes what `spec` holds to floats. */
fun decode(data: TensorData, spec: TensorSpec): FloatArray {
    require(data.size == spec.size) {
        "${spec.name} must have ${spec.size} numbers, the shape ${spec.shape}. " +
            "Received: ${data.size}."
    }
    return when (data) {
        is TensorData.Floats -> data.values
        is TensorData.Int8 -> {
            val quantization = requireNotNull(spec.quantization) {
                "${spec.name} holds floats by its contract. Received: bytes."
            }
            val scale = quantization.scale.toFloat()
            FloatArray(data.size) { (data.values[it] - quantization.zeroPoint) * scale }
        }
    }
}
