namespace Pipeline.Contracts;

/// <summary>A result whose text can be streamed while it is made.</summary>
public interface IStreamedResult
{
    /// <summary>The whole text: exactly what the handler wrote into its feed, piece by piece.</summary>
    string StreamedText { get; }
}
