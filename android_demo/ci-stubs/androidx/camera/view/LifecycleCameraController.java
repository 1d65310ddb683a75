package androidx.camera.view;

import android.content.Context;
import androidx.annotation.NonNull;

public final class LifecycleCameraController extends CameraController {
    public LifecycleCameraController(@NonNull Context context) {}

    // Its owner is a Kotlin class, compiled after this one.
    public native void bindToLifecycle(@NonNull Object lifecycleOwner);

    public native void unbind();
}
