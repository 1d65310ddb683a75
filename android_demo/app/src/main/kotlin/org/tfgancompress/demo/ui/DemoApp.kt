package org.tfgancompress.demo.ui

import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.statusBarsPadding
import androidx.compose.material3.Scaffold
import androidx.compose.material3.Tab
import androidx.compose.material3.TabRow
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import org.tfgancompress.demo.MainViewModel
import org.tfgancompress.demo.R
import org.tfgancompress.demo.Screen

/** Three pages: a photo, the camera, all models side by side. */
@Composable
fun DemoApp(viewModel: MainViewModel) {
    val state by viewModel.state.collectAsStateWithLifecycle()
    Scaffold(
        topBar = { Tabs(state.screen, viewModel::show) },
    ) { padding ->
        val space = Modifier.padding(padding)
        when (state.screen) {
            Screen.PHOTO -> PhotoPage(state, viewModel, space)
            Screen.CAMERA -> CameraPage(viewModel::take, space)
            Screen.COMPARE -> ComparePage(state, viewModel::compare, space)
        }
    }
}

@Composable
private fun Tabs(selected: Screen, onSelect: (Screen) -> Unit) {
    TabRow(selectedTabIndex = selected.ordinal, modifier = Modifier.statusBarsPadding()) {
        for (screen in Screen.entries) {
            Tab(
                selected = screen == selected,
                onClick = { onSelect(screen) },
                text = { Text(stringResource(screen.title())) },
            )
        }
    }
}

private fun Screen.title() = when (this) {
    Screen.PHOTO -> R.string.tab_photo
    Screen.CAMERA -> R.string.tab_camera
    Screen.COMPARE -> R.string.tab_compare
}

/** A name on the left and its value on the right. */
@Composable
internal fun NamedValue(name: String, value: String) {
    Row(Modifier.fillMaxWidth()) {
        Text(name, Modifier.weight(1f))
        Text(value)
    }
}
