package androidx.compose.material3

import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.RowScope
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color

class TextStyle

class ColorScheme {
    val error: Color external get
}

class Typography {
    val titleSmall: TextStyle external get
    val bodySmall: TextStyle external get
}

object MaterialTheme {
    val colorScheme: ColorScheme
        @Composable external get
    val typography: Typography
        @Composable external get
}

external fun lightColorScheme(): ColorScheme

external fun darkColorScheme(): ColorScheme

@Composable
external fun MaterialTheme(colorScheme: ColorScheme, content: @Composable () -> Unit)

@Composable
external fun Scaffold(
    modifier: Modifier = Modifier,
    topBar: @Composable () -> Unit = {},
    content: @Composable (PaddingValues) -> Unit,
)

@Composable
external fun TabRow(
    selectedTabIndex: Int,
    modifier: Modifier = Modifier,
    tabs: @Composable () -> Unit,
)

@Composable
external fun Tab(
    selected: Boolean,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    text: (@Composable () -> Unit)? = null,
)

@Composable
external fun Text(
    text: String,
    modifier: Modifier = Modifier,
    color: Color = Color(),
    style: TextStyle = TextStyle(),
)

@Composable
external fun Button(
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    content: @Composable RowScope.() -> Unit,
)

@Composable
external fun OutlinedButton(onClick: () -> Unit, content: @Composable RowScope.() -> Unit)

@Composable
external fun FilterChip(
    selected: Boolean,
    onClick: () -> Unit,
    label: @Composable () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
)

@Composable
external fun LinearProgressIndicator(modifier: Modifier = Modifier)
