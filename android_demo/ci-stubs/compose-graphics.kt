package androidx.compose.ui.graphics

import android.graphics.Bitmap

interface ImageBitmap

class Color

external fun Bitmap.asImageBitmap(): ImageBitmap
