// The one function of mathematics that Ingot needs from the C library.

internal import Glibc

/// 10 log10 of a ratio of powers; minus infinite for 0.
func decibels(_ ratio: Double) -> Double { 10 * log10(ratio) }
