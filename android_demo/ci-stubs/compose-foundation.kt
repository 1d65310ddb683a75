package androidx.compose.foundation

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.layout.ContentScale

class ScrollState

@Composable
external fun rememberScrollState(initial: Int = 0): ScrollState

external fun Modifier.verticalScroll(state: ScrollState): Modifier

external fun Modifier.horizontalScroll(state: ScrollState): Modifier

@Composable
external fun isSystemInDarkTheme(): Boolean

@Composable
external fun Image(
    bitmap: ImageBitmap,
    contentDescription: String?,
    modifier: Modifier = Modifier,
    contentScale: ContentScale = ContentScale.Fit,
)
