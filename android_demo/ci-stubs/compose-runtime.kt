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

operator fun <T> State<T>.getValue(owner: Any?, property: KProperty<*>): T =
    TODO("$owner $property")

operator fun <T> MutableState<T>.setValue(owner: Any?, property: KProperty<*>, value: T): Unit =
    TODO("$owner $property $value")

fun <T> mutableStateOf(value: T): MutableState<T> = TODO("$value")

@Composable
fun <T> remember(calculation: () -> T): T = TODO("$calculation")

@Composable
fun <T> remember(key1: Any?, calculation: () -> T): T = TODO("$key1 $calculation")

abstract class ProvidableCompositionLocal<T> {
    val current: T
        @Composable get() = TODO()
}

interface DisposableEffectResult

class DisposableEffectScope {
    fun onDispose(onDisposeEffect: () -> Unit): DisposableEffectResult = TODO("$onDisposeEffect")
}

@Composable
fun DisposableEffect(
    key1: Any?,
    effect: DisposableEffectScope.() -> DisposableEffectResult,
): Unit = TODO("$key1 $effect")
