package androidx.camera.core;

import androidx.annotation.NonNull;

public final class ImageAnalysis {
    public static final int OUTPUT_IMAGE_FORMAT_RGBA_8888 = 2;

    public interface Analyzer {
        void analyze(@NonNull ImageProxy image);
    }
}
