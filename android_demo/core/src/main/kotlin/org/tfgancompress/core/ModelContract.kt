package org.tfgancompress.core

import java.security.MessageDigest

/** `real = scale * (stored - zeroPoint)`. */
data class Quantization(val scale: Double, val zeroPoint: Int)

/** One input or output of a model; `quantization` is null where it holds floats. */
data class TensorSpec(val name: String, val shape: List<Int>, val quantization: Quantization?) {
    val size get() = shape.fold(1, Int::times)
    val height get() = shape[1]
    val width get() = shape[2]
}

/** A patch cut out of the aligned face, centred on the mean of some landmarks. */
data class PatchSpec(val name: String, val height: Int, val width: Int, val landmarks: List<Int>)

/**
 * What `model_contract.json` says of the `.tflite` file beside it.
 */
data class ModelContract(
    val name: String,
    val variant: String,
    val imageSize: Int,
    val inputs: List<TensorSpec>,
    val output: TensorSpec,
    val patches: List<PatchSpec>,
    val frame: Frame,
    val mirrorNegativeYaw: Boolean,
    val sha256: String,
    val bytes: Long,
) {
    /**
     * Checks that `content` is the file that this contract was written for.
     *
     * @throws ProblemException with [Problem.WrongModel] if it is another one.
     */
    fun verify(content: ByteArray) {
        val found = sha256(content)
        if (found == sha256) return
        throw ProblemException(Problem.WrongModel("$name/$variant", sha256, found))
    }

    companion object {
        const val TASK = "face-frontalization"
        const val IMAGE_INPUT = "input"

        /**
         * Reads a contract and checks that this app can feed its model.
         *
         * @throws ProblemException with [Problem.BadContract] that names the rule broken.
         */
        fun parse(text: String): ModelContract = try {
            ContractReader(Fields.of(Json.parse(text), "the contract")).read()
        } catch (error: IllegalArgumentException) {
            throw ProblemException(Problem.BadContract(error.message.orEmpty()), error)
        }
    }
}

/** The hexadecimal SHA-256 of bytes. */
fun sha256(content: ByteArray): String =
    MessageDigest.getInstance("SHA-256").digest(content).joinToString("") { "%02x".format(it) }

private class ContractReader(private val fields: Fields) {
    fun read(): ModelContract {
        val task = fields.string("task")
        require(task == ModelContract.TASK) {
            "task must be ${ModelContract.TASK}. Received: $task."
        }
        val size = fields.int("image_size")
        val inputs = fields.list("inputs").map { tensor(Fields.of(it, "inputs")) }
        val output = tensor(Fields.of(fields.list("outputs").single(), "outputs"))
        val patches = patches(fields.child("patches"))
        checkShapes(size, inputs, output, patches)
        val alignment = fields.child("alignment")
        require(alignment.list("landmarks") == Landmarks.NAMES) {
            "alignment.landmarks must be ${Landmarks.NAMES}. " +
                "Received: ${alignment.list("landmarks")}."
        }
        val (x, y) = alignment.list("eye_centre").map { it as Double }
        return ModelContract(
            name = fields.string("name"),
            variant = fields.string("variant"),
            imageSize = size,
            inputs = inputs,
            output = output,
            patches = patches,
            frame = Frame(Point(x, y), alignment.double("eye_to_mouth")),
            mirrorNegativeYaw = alignment.boolean("mirror_negative_yaw"),
            sha256 = fields.string("sha256"),
            bytes = fields.double("bytes").toLong(),
        )
    }

    private fun tensor(fields: Fields): TensorSpec {
        val name = fields.string("name")
        val shape = fields.list("shape").map { (it as Double).toInt() }
        require(shape.size == 4 && shape[0] == 1 && shape[3] == 3) {
            "$name must have the shape [1, height, width, 3]. Received: $shape."
        }
        val range = fields.list("value_range")
        require(range == listOf(-1.0, 1.0)) { "$name must lie in [-1, 1]. Received: $range." }
        val (order, layout) = fields.string("color_order") to fields.string("layout")
        require(order == "RGB" && layout == "NHWC") {
            "$name must be RGB, NHWC. Received: $order, $layout."
        }
        return TensorSpec(name, shape, quantization(name, fields))
    }

    private fun quantization(name: String, fields: Fields): Quantization? =
        when (val type = fields.string("dtype")) {
            "float32" -> null
            "int8" -> Quantization(fields.double("scale"), fields.int("zero_point")).also {
                require(it.scale > 0) { "$name: scale must be positive. Received: ${it.scale}." }
            }
            // LiteRT's Kotlin buffers know no unsigned bytes.
            else -> throw IllegalArgumentException(
                "$name must be float32 or int8. Received: $type. Export it anew.",
            )
        }

    private fun patches(fields: Fields): List<PatchSpec> = fields.names.map { name ->
        val patch = fields.child(name)
        val indices = patch.list("landmarks").map { Landmarks.NAMES.indexOf(it) }
        require(indices.isNotEmpty() && -1 !in indices) {
            "patches.$name: landmarks must be of ${Landmarks.NAMES}. " +
                "Received: ${patch.list("landmarks")}."
        }
        PatchSpec(name, patch.int("height"), patch.int("width"), indices)
    }

    private fun checkShapes(
        size: Int,
        inputs: List<TensorSpec>,
        output: TensorSpec,
        patches: List<PatchSpec>,
    ) {
        val square = listOf(1, size, size, 3)
        val expected = mapOf(ModelContract.IMAGE_INPUT to square) +
            patches.associate { it.name to listOf(1, it.height, it.width, 3) }
        val found = inputs.associate { it.name to it.shape }
        require(found == expected && output.shape == square) {
            "The model must take $expected and give $square. " +
                "Received: $found and ${output.shape}."
        }
    }
}

/** A JSON object whose fields are asked for by name and type. */
private class Fields(private val values: Map<*, *>, private val place: String) {
    val names get() = values.keys.map { it as String }

    fun string(name: String): String = typed(name, "text")

    fun double(name: String): Double = typed(name, "a number")

    fun boolean(name: String): Boolean = typed(name, "true or false")

    fun list(name: String): List<Any?> = typed(name, "a list")

    fun child(name: String) = of(values[name], "$place.$name")

    fun int(name: String): Int {
        val value = double(name)
        require(value == Math.rint(value)) {
            "$place: $name must be a whole number. Received: $value."
        }
        return value.toInt()
    }

    private inline fun <reified T> typed(name: String, kind: String): T =
        values[name] as? T ?: throw IllegalArgumentException(
            "$place: $name must be $kind. Received: ${values[name]}.",
        )

    companion object {
        fun of(value: Any?, place: String) = Fields(
            value as? Map<*, *>
                ?: throw IllegalArgumentException("$place must be an object. Received: $value."),
            place,
        )
    }
}
