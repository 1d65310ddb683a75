package org.tfgancompress.core

/** What can go wrong with what the user gives; `message` is for logs, the app has its own texts. */
sealed interface Problem {
    val message: String

    data object NoFace : Problem {
        override val message
            get() = "No face found: take a picture that shows it larger and upright."
    }

    /** Not a refusal: the largest face is taken and this is shown beside it. */
    data class SeveralFaces(val count: Int) : Problem {
        override val message get() = "$count faces found; the largest was taken."
    }

    data class Panorama(val width: Int, val height: Int) : Problem {
        override val message
            get() = "A picture must be less than ${PictureRules.LONGEST_RATIO} times as long as " +
                "it is wide; crop it to the face. Received: $width x $height."
    }

    data class TooSmall(val width: Int, val height: Int) : Problem {
        override val message
            get() = "A picture must be at least ${PictureRules.LEAST_SIDE} pixels high and wide. " +
                "Received: $width x $height."
    }

    data class BrokenPicture(val reason: String) : Problem {
        override val message get() = "The file is no picture that can be read: $reason."
    }

    data class WrongModel(val file: String, val expected: String, val found: String) : Problem {
        override val message
            get() = "$file must be the file that its contract was written for: copy both anew. " +
                "Its sha256 is $found; the contract says $expected."
    }

    data class BadContract(val reason: String) : Problem {
        override val message get() = "The model's contract cannot be used. $reason"
    }

    /** LiteRT would not run a model where the user asked for it; nothing else is tried. */
    data class Refused(val accelerator: String, val reason: String) : Problem {
        override val message get() = "The model does not run on the $accelerator: $reason"
    }
}

/** Carries a [Problem] to where it is shown. */
class ProblemException(val problem: Problem, cause: Throwable? = null) :
    Exception(problem.message, cause)
