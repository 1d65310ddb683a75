package org.tfgancompress.demo.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import org.tfgancompress.demo.Compared
import org.tfgancompress.demo.R
import org.tfgancompress.demo.UiState

/** Every shipped model on the same photo: what it makes, how large it is, how long it takes. */
@Composable
internal fun ComparePage(state: UiState, onCompare: () -> Unit, modifier: Modifier) {
    Column(
        modifier.verticalScroll(rememberScrollState()).padding(16.dp),
        verticalArrangement = Arrangement.spacedBy(12.dp),
    ) {
        Button(onClick = onCompare, enabled = state.hasPhoto && !state.busy) {
            Text(stringResource(R.string.compare_models))
        }
        if (!state.hasPhoto) Text(stringResource(R.string.choose_photo_first))
        val processor = stringResource(state.processor.title())
        Text(stringResource(R.string.requested, processor))
        if (state.busy) Busy()
        state.compared.forEach { ComparedRow(it) }
    }
}

@Composable
private fun ComparedRow(row: Compared) {
    val title = row.model.title
    val kilobytes = (row.model.contract.bytes / 1000).toInt()
    Text(
        stringResource(R.string.model_size, title, kilobytes),
        style = MaterialTheme.typography.titleSmall,
    )
    row.problem?.let { ProblemText(it) }
    row.measured?.let {
        Row(horizontalArrangement = Arrangement.spacedBy(12.dp)) {
            val description = stringResource(R.string.frontal_face_of, title)
            Picture(it.image, description, Modifier.size(96.dp))
            val latency = it.latency
            Text(stringResource(R.string.latency, latency.mean, latency.p50, latency.p95))
        }
    }
}
