package androidx.compose.ui.graphics

import android.graphics.Bitmap

interface ImageBitmap

class Color

fun Bitmap.asImageBitmap(): ImageBitmap = TODO()
