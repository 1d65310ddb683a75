package androidx.activity.result

import androidx.activity.result.contract.ActivityResultContracts.PickVisualMedia

class PickVisualMediaRequest internal constructor()

external fun PickVisualMediaRequest(
    mediaType: PickVisualMedia.VisualMediaType,
): PickVisualMediaRequest
