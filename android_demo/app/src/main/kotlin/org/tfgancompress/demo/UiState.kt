package org.tfgancompress.demo

import org.tfgancompress.core.Frontalized
import org.tfgancompress.core.Problem
import org.tfgancompress.demo.infer.Measured
import org.tfgancompress.demo.infer.Processor
import org.tfgancompress.demo.infer.ShippedModel

enum class Screen { PHOTO, CAMERA, COMPARE }

/** One row of the comparison: what a model made, or why it did not run. */
data class Compared(val model: ShippedModel, val measured: Measured?, val problem: Problem?)

/** All that is shown; it outlives rotation in the view model. */
data class UiState(
    val screen: Screen = Screen.PHOTO,
    val models: List<ShippedModel> = emptyList(),
    val model: ShippedModel? = null,
    val processor: Processor = Processor.CPU,
    val busy: Boolean = false,
    val hasPhoto: Boolean = false,
    val result: Frontalized? = null,
    val problem: Problem? = null,
    val compared: List<Compared> = emptyList(),
)
