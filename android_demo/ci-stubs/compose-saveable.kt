package androidx.compose.runtime.saveable

import androidx.compose.runtime.Composable

@Composable
external fun <T : Any> rememberSaveable(vararg inputs: Any?, init: () -> T): T
