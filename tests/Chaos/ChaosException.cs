namespace Pipeline.Chaos;

/// <summary>The system broke a promise in a way that needs no audit; the message says which.</summary>
public sealed class ChaosException(string message) : Exception(message);
