package org.tfgancompress.demo.ui

import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import org.tfgancompress.core.Problem
import org.tfgancompress.demo.R

/** What went wrong, in the user's language; read out as soon as it appears. */
@Composable
internal fun ProblemText(problem: Problem) {
    Text(
        text(problem),
        Modifier.semantics { liveRegion = LiveRegionMode.Polite },
        color = MaterialTheme.colorScheme.error,
    )
}

@Composable
private fun text(problem: Problem): String = when (problem) {
    Problem.NoFace -> stringResource(R.string.problem_no_face)
    is Problem.SeveralFaces ->
        pluralStringResource(R.plurals.problem_several_faces, problem.count, problem.count)
    is Problem.Panorama ->
        stringResource(R.string.problem_panorama, problem.width, problem.height)
    is Problem.TooSmall ->
        stringResource(R.string.problem_too_small, problem.width, problem.height)
    is Problem.BrokenPicture -> stringResource(R.string.problem_broken, problem.reason)
    is Problem.WrongModel -> stringResource(R.string.problem_wrong_model, problem.file)
    is Problem.BadContract -> stringResource(R.string.problem_bad_contract, problem.reason)
    is Problem.Refused ->
        stringResource(R.string.problem_refused, problem.accelerator, problem.reason)
}
