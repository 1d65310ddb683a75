package androidx.camera.view;

import android.content.Context;
import androidx.annotation.NonNull;
import androidx.lifecycle.LifecycleOwner;

public final class LifecycleCameraController extends CameraController {
    public LifecycleCameraController(@NonNull Context context) {}

    public native void bindToLifecycle(@NonNull LifecycleOwner lifecycleOwner);

    public native void unbind();
}
