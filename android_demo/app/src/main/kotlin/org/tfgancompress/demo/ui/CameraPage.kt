package org.tfgancompress.demo.ui

import android.Manifest
import android.content.pm.PackageManager
import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.contract.ActivityResultContracts.RequestPermission
import androidx.camera.core.CameraSelector
import androidx.camera.core.ImageAnalysis
import androidx.camera.view.CameraController
import androidx.camera.view.LifecycleCameraController
import androidx.camera.view.PreviewView
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.Button
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import androidx.compose.ui.viewinterop.AndroidView
import androidx.lifecycle.compose.LocalLifecycleOwner
import java.util.concurrent.Executors
import org.tfgancompress.core.RgbImage
import org.tfgancompress.demo.R
import org.tfgancompress.demo.image.FrameGrabber

/** The camera, once it is allowed. */
@Composable
internal fun CameraPage(onFrame: (RgbImage) -> Unit, modifier: Modifier) {
    val context = LocalContext.current
    var allowed by remember {
        val held = context.checkSelfPermission(Manifest.permission.CAMERA)
        mutableStateOf(held == PackageManager.PERMISSION_GRANTED)
    }
    val asker = rememberLauncherForActivityResult(RequestPermission()) { allowed = it }
    Column(modifier.padding(16.dp), verticalArrangement = Arrangement.spacedBy(12.dp)) {
        if (allowed) {
            Camera(onFrame, Modifier.weight(1f))
        } else {
            Text(stringResource(R.string.camera_needed))
            Button(onClick = { asker.launch(Manifest.permission.CAMERA) }) {
                Text(stringResource(R.string.allow_camera))
            }
        }
    }
}

@Composable
private fun Camera(onFrame: (RgbImage) -> Unit, modifier: Modifier) {
    val context = LocalContext.current
    val owner = LocalLifecycleOwner.current
    val (hasFront, hasBack) = remember { cameras(context.packageManager) }
    var front by rememberSaveable { mutableStateOf(hasFront) }
    val grabber = remember {
        FrameGrabber { frame -> context.mainExecutor.execute { onFrame(frame) } }
    }
    val controller = remember { LifecycleCameraController(context) }
    DisposableEffect(owner) {
        val executor = Executors.newSingleThreadExecutor()
        controller.setEnabledUseCases(CameraController.IMAGE_ANALYSIS)
        controller.imageAnalysisOutputImageFormat = ImageAnalysis.OUTPUT_IMAGE_FORMAT_RGBA_8888
        controller.setImageAnalysisAnalyzer(executor, grabber)
        controller.bindToLifecycle(owner)
        onDispose {
            controller.unbind()
            executor.shutdown()
        }
    }
    DisposableEffect(front) {
        grabber.front = front
        controller.cameraSelector =
            if (front) CameraSelector.DEFAULT_FRONT_CAMERA else CameraSelector.DEFAULT_BACK_CAMERA
        onDispose { }
    }
    val description = stringResource(R.string.camera_preview)
    AndroidView(
        factory = { PreviewView(it).also { view -> view.controller = controller } },
        modifier = modifier.fillMaxWidth().semantics { contentDescription = description },
    )
    Row(horizontalArrangement = Arrangement.spacedBy(8.dp)) {
        Button(onClick = grabber::request) { Text(stringResource(R.string.take_photo)) }
        if (hasFront && hasBack) {
            OutlinedButton(onClick = { front = !front }) {
                Text(stringResource(R.string.switch_camera))
            }
        }
    }
}

/** Whether there is a front camera, and one that looks away. */
private fun cameras(packages: PackageManager) = Pair(
    packages.hasSystemFeature(PackageManager.FEATURE_CAMERA_FRONT),
    packages.hasSystemFeature(PackageManager.FEATURE_CAMERA),
)
