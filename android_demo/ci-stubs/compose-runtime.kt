package androidx.compose.runtime

import kotlin.reflect.KProperty

@Target(
    AnnotationTarget.FUNCTION,
    AnnotationTarget.TYPE,
    AnnotationTarget.TYPE_PARAMETER,
    AnnotationTarget.PROPERTY_GETTER,
)
annotation class Composable

interface State<out T> {
    val value: T
}

interface MutableState<T> : State<T> {
    override var value: T
}

external operator fun <T> State<T>.getValue(owner: Any?, property: KProperty<*>): T

external operator fun <T> MutableState<T>.setValue(owner: Any?, property: KProperty<*>, value: T)

external fun <T> mutableStateOf(value: T): MutableState<T>

@Composable
external fun <T> remember(calculation: () -> T): T

@Composable
external fun <T> remember(key1: Any?, calculation: () -> T): T

abstract class ProvidableCompositionLocal<T> {
    val current: T
        @Composable external get
}

interface DisposableEffectResult

class DisposableEffectScope {
    external fun onDispose(onDisposeEffect: () -> Unit): DisposableEffectResult
}

@Composable
external fun DisposableEffect(
    key1: Any?,
    effect: DisposableEffectScope.() -> DisposableEffectResult,
)
