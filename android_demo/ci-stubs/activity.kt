package androidx.activity

import android.app.Activity
import androidx.lifecycle.LifecycleOwner
import androidx.lifecycle.ViewModel

abstract class ComponentActivity :
    Activity(),
    LifecycleOwner

external fun ComponentActivity.enableEdgeToEdge()

external fun <VM : ViewModel> ComponentActivity.viewModels(): Lazy<VM>
