package org.tfgancompress.demo.ui

import androidx.compose.foundation.horizontalScroll
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.rememberScrollState
import androidx.compose.material3.FilterChip
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import org.tfgancompress.demo.MainViewModel
import org.tfgancompress.demo.R
import org.tfgancompress.demo.UiState
import org.tfgancompress.demo.infer.Processor

/** Which model runs, and where it is asked to run. */
@Composable
internal fun Choices(state: UiState, viewModel: MainViewModel) {
    Text(stringResource(R.string.model), style = MaterialTheme.typography.titleSmall)
    Chips(state.models, state.model, { it.title }, viewModel::choose)
    Text(stringResource(R.string.run_on), style = MaterialTheme.typography.titleSmall)
    Chips(Processor.entries, state.processor, { stringResource(it.title()) }, viewModel::runOn)
    Text(stringResource(R.string.faces_on_cpu), style = MaterialTheme.typography.bodySmall)
}

@Composable
private fun <T> Chips(
    all: List<T>,
    selected: T?,
    title: @Composable (T) -> String,
    onSelect: (T) -> Unit,
) {
    Row(
        Modifier.horizontalScroll(rememberScrollState()),
        horizontalArrangement = Arrangement.spacedBy(8.dp),
    ) {
        for (one in all) {
            FilterChip(
                selected = one == selected,
                onClick = { onSelect(one) },
                label = { Text(title(one)) },
            )
        }
    }
}

internal fun Processor.title() = when (this) {
    Processor.CPU -> R.string.cpu
    Processor.GPU -> R.string.gpu
}
