namespace Pipeline.Inference.Hardware;

/// <summary>
/// Tokens a second of one answer, from the bytes that a token reads: every weight and every key and value before it, once. Arithmetic
/// is hidden behind that in every machine but the smallest.
/// </summary>
public static class DecodeRoofline
{
    // Of a plain read, what the library's kernels reach with all that stands between them: 0.53 to 0.83 as measured in docs/models.md.
    private const double KernelShare = 0.7;

    /// <param name="weightBytes">Weights that a token reads.</param>
    /// <param name="kvBytes">Keys and values of the tokens before it.</param>
    /// <param name="gpuShare">Of both, what is on the GPU: 0 to 1.</param>
    /// <param name="cpuBytesPerSecond">Bandwidth of main memory.</param>
    /// <param name="gpuBytesPerSecond">Of the GPU's memory; null where it is not known.</param>
    /// <returns>Null where the GPU takes part and its bandwidth is not known.</returns>
    public static double? TokensPerSecond(long weightBytes, long kvBytes, double gpuShare, double cpuBytesPerSecond, double? gpuBytesPerSecond)
    {
        double bytes = weightBytes + kvBytes;
        double onGpu = gpuShare <= 0 ? 0 : bytes * gpuShare / gpuBytesPerSecond ?? double.NaN;
        double seconds = onGpu + (bytes * (1 - gpuShare) / cpuBytesPerSecond);
        return double.IsNaN(seconds) || seconds <= 0 ? null : KernelShare / seconds;
    }
}
