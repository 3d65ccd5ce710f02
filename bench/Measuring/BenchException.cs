namespace Pipeline.Bench.Measuring;

/// <summary>The benchmark cannot continue; the message is for the person who started it.</summary>
public sealed class BenchException(string message) : Exception(message);
