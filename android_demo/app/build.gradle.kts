// AGP 9 compiles Kotlin itself; only Compose needs a plugin of Kotlin's.
plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.kotlin.compose)
}

android {
    namespace = "org.tfgancompress.demo"
    compileSdk = 36

    defaultConfig {
        applicationId = "org.tfgancompress.demo"
        // ImageDecoder, which turns pictures as their EXIF says, came with 28; LiteRT asks for 24.
        minSdk = 28
        targetSdk = 36
        versionCode = 1
        versionName = "0.1.0"
    }

    buildFeatures {
        compose = true
    }

    androidResources {
        // LiteRT maps models into memory, which a compressed asset does not allow.
        noCompress += "tflite"
    }

    packaging {
        jniLibs {
            // Uncompressed and aligned libraries: phones with pages of 16 KB need them so.
            useLegacyPackaging = false
        }
    }

    lint {
        warningsAsErrors = true
        error += "Aligned16KB"
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
}

dependencies {
    implementation(project(":core"))
    implementation(libs.litert)
    implementation(libs.litert.gpu)
    implementation(libs.camera.camera2)
    implementation(libs.camera.view)
    implementation(platform(libs.compose.bom))
    implementation(libs.compose.material3)
    implementation(libs.activity.compose)
    implementation(libs.lifecycle.runtime.compose)
    implementation(libs.lifecycle.viewmodel)
}

// The models are copied by tools/copy_assets.py; without them the app would start and find none.
val checkModels = tasks.register("checkModels") {
    val models = layout.projectDirectory.dir("src/main/assets/models").asFile
    doLast {
        check(models.isDirectory) { "Run python android_demo/tools/copy_assets.py first." }
    }
}
tasks.named("preBuild") { dependsOn(checkModels) }
