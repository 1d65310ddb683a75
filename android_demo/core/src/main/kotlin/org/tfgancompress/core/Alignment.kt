package org.tfgancompress.core

import kotlin.math.atan2
import kotlin.math.cos
import kotlin.math.hypot
import kotlin.math.max
import kotlin.math.sin

/**
 * The five landmarks of a face: eye centres, nose tip, mouth corners. Left and right are the
 * viewer's.
 */
data class Landmarks(val points: List<Point>) {
    init {
        require(points.size == COUNT && points.all { it.x.isFinite() && it.y.isFinite() }) {
            "Landmarks must be five finite points: left eye, right eye, nose, left mouth, " +
                "right mouth. Received: $points."
        }
    }

    val leftEye get() = points[0]
    val rightEye get() = points[1]
    val nose get() = points[2]
    val mouth get() = mean(points.drop(3))
    val eyes get() = mean(points.take(2))

    fun map(move: (Point) -> Point) = Landmarks(points.map(move))

    /** The landmarks in the mirror image of a picture of `width` pixels; left becomes right. */
    fun mirrored(width: Int) =
        Landmarks(PARTNERS.map { Point(width - 1 - points[it].x, points[it].y).single() })

    companion object {
        const val COUNT = 5
        val NAMES = listOf("left_eye", "right_eye", "nose", "left_mouth", "right_mouth")
        private val PARTNERS = listOf(1, 0, 2, 4, 3)
    }
}

/** Where TP-GAN's alignment (Huang et al. 2017) puts a face: see `tfgan_compress.geometry`. */
data class Frame(val eyeCentre: Point, val eyeToMouth: Double) {
    /**
     * The similarity from the photograph to this frame, in 32-bit floats.
     *
     * @throws IllegalArgumentException if eyes and mouth coincide or the face is upside down.
     */
    fun align(landmarks: Landmarks): Affine {
        val eyes = landmarks.eyes
        val down = landmarks.mouth - eyes
        val angle = roll(landmarks, hypot(down.x, down.y))
        val cosine = cos(angle)
        val sine = sin(angle)
        val drop = -sine * down.x + cosine * down.y
        require(drop >= 1.0) {
            "The mouth must lie at least one pixel below the eyes once they are level: is the " +
                "picture upright? Received: %.2f pixels.".format(drop)
        }
        val grow = eyeToMouth / drop
        val a = cosine * grow
        val b = sine * grow
        val c = -sine * grow
        val left = eyeCentre.x - (a * eyes.x + b * eyes.y)
        val top = eyeCentre.y - (c * eyes.x + a * eyes.y)
        return Affine(a, b, left, c, a, top).single()
    }

    companion object {
        /** The frame of 128 pixels in which faces are looked at more closely. */
        val UPRIGHT = Frame(Point(64.0, 40.0), 48.0)

        /** The middle of a face in [UPRIGHT]. */
        val FACE_CENTRE = Point(64.0, 62.0)
    }
}

/** Angle of the eye line in radians, fading to 0 towards profile, where it says nothing. */
private fun roll(landmarks: Landmarks, eyeToMouth: Double): Double {
    val across = landmarks.rightEye - landmarks.leftEye
    if (across.x <= 0) return 0.0
    val spread = hypot(across.x, across.y) / max(eyeToMouth, 1e-6)
    return atan2(across.y, across.x) * ((spread - 0.15) / 0.35).coerceIn(0.0, 1.0)
}

/** Yaw in degrees, to about 10; positive when the nose points to the right of the picture. */
fun estimateYaw(landmarks: Landmarks): Double {
    val matrix = Frame.UPRIGHT.align(landmarks)
    val left = matrix.transform(landmarks.leftEye).x
    val right = matrix.transform(landmarks.rightEye).x
    val eyes = (right - left) / 45.6
    val nose = (matrix.transform(landmarks.nose).x - (left + right) / 2) / 31.2
    return Math.toDegrees(atan2(nose, max(eyes, 0.0)))
}
