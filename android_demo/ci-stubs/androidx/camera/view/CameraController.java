package androidx.camera.view;

import androidx.annotation.NonNull;
import androidx.camera.core.CameraSelector;
import androidx.camera.core.ImageAnalysis;
import java.util.concurrent.Executor;

public abstract class CameraController {
    public static final int IMAGE_ANALYSIS = 1 << 1;

    public native void setEnabledUseCases(int enabledUseCases);

    public native int getImageAnalysisOutputImageFormat();

    public native void setImageAnalysisOutputImageFormat(int format);

    public native void setImageAnalysisAnalyzer(
            @NonNull Executor executor, @NonNull ImageAnalysis.Analyzer analyzer);

    @NonNull
    public native CameraSelector getCameraSelector();

    public native void setCameraSelector(@NonNull CameraSelector cameraSelector);
}
