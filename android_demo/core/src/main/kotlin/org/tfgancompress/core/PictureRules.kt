package org.tfgancompress.core

/** Which files and sizes are looked at, before a picture is decoded. */
object PictureRules {
    const val LEAST_SIDE = 16
    const val LONGEST_RATIO = 3

    /** A picture is decoded at half, a quarter, ... of its size until it is no longer than this. */
    const val LONGEST_SIDE = 4096

    private const val HEADER = 12
    private val MAGICS = listOf(
        0 to "\u00FF\u00D8\u00FF", // JPEG
        0 to "\u0089PNG",
        0 to "GIF8",
        0 to "BM",
        8 to "WEBP",
        4 to "ftyp", // HEIF, AVIF
    )

    /**
     * Checks the first bytes of a file.
     *
     * @throws ProblemException with [Problem.BrokenPicture].
     */
    fun checkContent(content: ByteArray) {
        if (content.isEmpty()) throw ProblemException(Problem.BrokenPicture("it is empty"))
        val head = String(content, 0, minOf(HEADER, content.size), Charsets.ISO_8859_1)
        if (MAGICS.none { (at, magic) -> head.startsWith(magic, at) }) {
            throw ProblemException(
                Problem.BrokenPicture("it is not JPEG, PNG, WebP, HEIF, AVIF, GIF or BMP"),
            )
        }
    }

    /**
     * Checks the size of a picture.
     *
     * @throws ProblemException with [Problem.TooSmall] or [Problem.Panorama].
     */
    fun checkSize(width: Int, height: Int) {
        val (shorter, longer) = minOf(width, height) to maxOf(width, height)
        if (shorter < LEAST_SIDE) throw ProblemException(Problem.TooSmall(width, height))
        if (longer >= LONGEST_RATIO * shorter) {
            throw ProblemException(Problem.Panorama(width, height))
        }
    }

    /** By how much the decoder has to shrink: 1, 2, 4, ... */
    fun sampleSize(width: Int, height: Int): Int {
        var factor = 1
        while (maxOf(width, height) / factor > LONGEST_SIDE) factor *= 2
        return factor
    }
}
