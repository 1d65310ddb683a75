package org.tfgancompress.core

import kotlin.math.floor
import kotlin.math.min

/** Milliseconds over several runs, as `tfgan_compress.benchmark.latency` states them. */
data class LatencyStats(val mean: Double, val p50: Double, val p95: Double) {
    companion object {
        fun of(milliseconds: List<Double>): LatencyStats {
            require(milliseconds.isNotEmpty()) { "There must be at least one run. Received: none." }
            val sorted = milliseconds.sorted()
            return LatencyStats(
                sorted.average(),
                percentile(sorted, 0.5),
                percentile(sorted, 0.95),
            )
        }

        /** Between the two nearest ranks, as NumPy's `percentile` does by default. */
        private fun percentile(sorted: List<Double>, share: Double): Double {
            val place = share * (sorted.size - 1)
            val low = floor(place).toInt()
            val high = min(low + 1, sorted.size - 1)
            return sorted[low] + (sorted[high] - sorted[low]) * (place - low)
        }
    }
}
