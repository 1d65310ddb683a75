package androidx.camera.view;

import android.content.Context;
import android.widget.FrameLayout;
import androidx.annotation.NonNull;
import androidx.annotation.Nullable;

public final class PreviewView extends FrameLayout {
    public PreviewView(@NonNull Context context) {
        super(context);
    }

    @Override
    protected native void onLayout(boolean changed, int left, int top, int right, int bottom);

    @Nullable
    public native CameraController getController();

    public native void setController(@Nullable CameraController controller);
}
