package androidx.lifecycle

import android.app.Application
import kotlinx.coroutines.CoroutineScope

abstract class ViewModel {
    protected open fun onCleared() {}
}

open class AndroidViewModel(val application: Application) : ViewModel()

val ViewModel.viewModelScope: CoroutineScope external get
