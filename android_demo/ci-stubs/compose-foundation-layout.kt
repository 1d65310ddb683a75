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

    val Start: Horizontal get() = TODO()
    val Top: Vertical get() = TODO()

    fun spacedBy(space: Dp): HorizontalOrVertical = TODO("$space")
}

interface RowScope {
    fun Modifier.weight(weight: Float, fill: Boolean = true): Modifier
}

interface ColumnScope {
    fun Modifier.weight(weight: Float, fill: Boolean = true): Modifier
}

@Composable
fun Row(
    modifier: Modifier = Modifier,
    horizontalArrangement: Arrangement.Horizontal = Arrangement.Start,
    content: @Composable RowScope.() -> Unit,
): Unit = TODO("$modifier $horizontalArrangement $content")

@Composable
fun Column(
    modifier: Modifier = Modifier,
    verticalArrangement: Arrangement.Vertical = Arrangement.Top,
    content: @Composable ColumnScope.() -> Unit,
): Unit = TODO("$modifier $verticalArrangement $content")

fun Modifier.padding(all: Dp): Modifier = TODO("$all")

fun Modifier.padding(paddingValues: PaddingValues): Modifier = TODO("$paddingValues")

fun Modifier.size(size: Dp): Modifier = TODO("$size")

fun Modifier.fillMaxWidth(fraction: Float = 1f): Modifier = TODO("$fraction")

fun Modifier.aspectRatio(ratio: Float): Modifier = TODO("$ratio")

fun Modifier.statusBarsPadding(): Modifier = TODO()
