package org.tfgancompress.demo

import android.app.Application
import android.net.Uri
import androidx.lifecycle.AndroidViewModel
import androidx.lifecycle.viewModelScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import org.tfgancompress.core.ProblemException
import org.tfgancompress.core.RgbImage
import org.tfgancompress.core.Stage
import org.tfgancompress.demo.image.PhotoReader
import org.tfgancompress.demo.infer.Engine
import org.tfgancompress.demo.infer.Processor
import org.tfgancompress.demo.infer.ShippedModel

/** Takes what the user does to the engine, and what comes back to the screen. */
class MainViewModel(application: Application) : AndroidViewModel(application) {
    private val engine = Engine(application.assets)
    private val reader = PhotoReader(application.contentResolver)
    private val current = MutableStateFlow(UiState())
    val state: StateFlow<UiState> = current.asStateFlow()

    private var photo: RgbImage? = null
    private var job: Job? = null

    init {
        work {
            val models = engine.models()
            current.update { it.copy(models = models, model = models.firstOrNull()) }
        }
    }

    fun show(screen: Screen) = current.update { it.copy(screen = screen) }

    fun choose(model: ShippedModel) {
        current.update { it.copy(model = model) }
        again()
    }

    fun runOn(processor: Processor) {
        current.update { it.copy(processor = processor, compared = emptyList()) }
        again()
    }

    fun open(uri: Uri) = frontalize { reader.read(uri) }

    fun take(frame: RgbImage) {
        show(Screen.PHOTO)
        frontalize { frame }
    }

    /** Runs every model on the same photo; one that is refused says so in its row. */
    fun compare() {
        val shown = photo ?: return
        work {
            current.update { it.copy(compared = emptyList()) }
            val processor = current.value.processor
            for (model in current.value.models) {
                val row = try {
                    Compared(model, engine.measure(model, processor, shown), null)
                } catch (error: ProblemException) {
                    Compared(model, null, error.problem)
                }
                current.update { it.copy(compared = it.compared + row) }
            }
        }
    }

    override fun onCleared() = engine.close()

    private fun again() {
        photo?.let { shown -> frontalize { shown } }
    }

    private fun frontalize(read: () -> RgbImage) {
        val model = current.value.model ?: return
        work {
            current.update { it.copy(result = null) }
            // Read first: a photo is kept even where the model is refused or sees no face.
            val (shown, time) = engine.read(read)
            photo = shown
            val result = engine.frontalize(model, current.value.processor, shown)
            current.update { it.copy(result = result.timed(Stage.DECODE, time)) }
        }
    }

    /** One piece of work at a time; the next one waits for no answer of the last. */
    private fun work(block: suspend () -> Unit) {
        val last = job
        job = viewModelScope.launch {
            last?.cancel()
            last?.join()
            current.update { it.copy(busy = true, problem = null) }
            try {
                block()
            } catch (error: ProblemException) {
                current.update { it.copy(problem = error.problem) }
            } finally {
                current.update { it.copy(busy = false, hasPhoto = photo != null) }
            }
        }
    }
}
