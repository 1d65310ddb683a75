package org.tfgancompress.demo.ui

import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.PickVisualMediaRequest
import androidx.activity.result.contract.ActivityResultContracts.PickVisualMedia
import androidx.compose.foundation.Image
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.layout.ContentScale
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import kotlin.math.roundToInt
import org.tfgancompress.core.Frontalized
import org.tfgancompress.core.RgbImage
import org.tfgancompress.core.Stage
import org.tfgancompress.demo.MainViewModel
import org.tfgancompress.demo.R
import org.tfgancompress.demo.UiState
import org.tfgancompress.demo.image.toBitmap

/** Choose a photo, a model, a processor; see the face from the front, and each stage's time. */
@Composable
internal fun PhotoPage(state: UiState, viewModel: MainViewModel, modifier: Modifier) {
    // The picker shows but the photos that the user names, and so needs no permission.
    val picker = rememberLauncherForActivityResult(PickVisualMedia()) { uri ->
        if (uri != null) viewModel.open(uri)
    }
    Column(
        modifier.verticalScroll(rememberScrollState()).padding(16.dp),
        verticalArrangement = Arrangement.spacedBy(12.dp),
    ) {
        Button(onClick = { picker.launch(PickVisualMediaRequest(PickVisualMedia.ImageOnly)) }) {
            Text(stringResource(R.string.choose_photo))
        }
        Choices(state, viewModel)
        if (state.busy) Busy()
        state.problem?.let { ProblemText(it) }
        state.result?.let { Result(it) }
    }
}

@Composable
internal fun Busy() {
    val working = stringResource(R.string.working)
    LinearProgressIndicator(Modifier.fillMaxWidth().semantics { contentDescription = working })
}

@Composable
private fun Result(result: Frontalized) {
    result.notice?.let { ProblemText(it) }
    Row(horizontalArrangement = Arrangement.spacedBy(8.dp)) {
        val half = Modifier.weight(1f).aspectRatio(1f)
        Picture(result.input, stringResource(R.string.aligned_face), half)
        Picture(result.image, stringResource(R.string.frontal_face), half)
    }
    Text(stringResource(R.string.yaw, result.face.yaw.roundToInt()))
    for (stage in Stage.entries) {
        val time = result.milliseconds[stage] ?: continue
        NamedValue(stringResource(stage.title()), stringResource(R.string.milliseconds, time))
    }
    val total = result.milliseconds.values.sum()
    NamedValue(stringResource(R.string.total), stringResource(R.string.milliseconds, total))
}

@Composable
internal fun Picture(image: RgbImage, description: String, modifier: Modifier) {
    val bitmap = remember(image) { image.toBitmap().asImageBitmap() }
    Image(bitmap, description, modifier, contentScale = ContentScale.Fit)
}

private fun Stage.title() = when (this) {
    Stage.DECODE -> R.string.stage_decode
    Stage.FIND -> R.string.stage_find
    Stage.PREPARE -> R.string.stage_prepare
    Stage.RUN -> R.string.stage_run
    Stage.FINISH -> R.string.stage_finish
}
