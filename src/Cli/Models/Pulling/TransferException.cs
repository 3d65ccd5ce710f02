namespace Pipeline.Cli.Models.Pulling;

/// <summary>A file did not come. The message says why and what to do.</summary>
/// <param name="isTransient">Whether trying again may help.</param>
/// <param name="retryAfter">When the server wants to be asked again; null where it does not say.</param>
internal sealed class TransferException(string message, bool isTransient, TimeSpan? retryAfter = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    public bool IsTransient => isTransient;

    public TimeSpan? RetryAfter => retryAfter;
}
