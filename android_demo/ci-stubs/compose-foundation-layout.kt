package androidx.compose.foundation.layout

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.Dp

interface PaddingValues

object Arrangement {
    interface Horizontal

    interface Vertical

    interface HorizontalOrVertical :
        Horizontal,
        Vertical

    val Start: Horizontal external get
    val Top: Vertical external get

    external fun spacedBy(space: Dp): HorizontalOrVertical
}

interface RowScope {
    fun Modifier.weight(weight: Float, fill: Boolean = true): Modifier
}

interface ColumnScope {
    fun Modifier.weight(weight: Float, fill: Boolean = true): Modifier
}

@Composable
external fun Row(
    modifier: Modifier = Modifier,
    horizontalArrangement: Arrangement.Horizontal = Arrangement.Start,
    content: @Composable RowScope.() -> Unit,
)

@Composable
external fun Column(
    modifier: Modifier = Modifier,
    verticalArrangement: Arrangement.Vertical = Arrangement.Top,
    content: @Composable ColumnScope.() -> Unit,
)

external fun Modifier.padding(all: Dp): Modifier

external fun Modifier.padding(paddingValues: PaddingValues): Modifier

external fun Modifier.size(size: Dp): Modifier

external fun Modifier.fillMaxWidth(fraction: Float = 1f): Modifier

external fun Modifier.aspectRatio(ratio: Float): Modifier

external fun Modifier.statusBarsPadding(): Modifier
