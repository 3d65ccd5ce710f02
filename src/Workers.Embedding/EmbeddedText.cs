namespace Pipeline.Workers.Embedding;

/// <summary>A text's vector and what it cost.</summary>
/// <param name="Vector">Of length 1; empty when the text has more tokens than a job may.</param>
/// <param name="Tokens">Those that the model puts around each piece included.</param>
/// <param name="Model">Name of the model.</param>
internal sealed record EmbeddedText(float[] Vector, int Tokens, string Model);
