package androidx.compose.ui.res

import androidx.compose.runtime.Composable

@Composable
external fun stringResource(id: Int): String

@Composable
external fun stringResource(id: Int, vararg formatArgs: Any): String

@Composable
external fun pluralStringResource(id: Int, count: Int, vararg formatArgs: Any): String
