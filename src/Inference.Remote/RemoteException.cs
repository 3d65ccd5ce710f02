namespace Pipeline.Inference.Remote;

/// <summary>A server refused a request, broke off or could not be reached. The message has its words, without the key.</summary>
public sealed class RemoteException(string message, int? status = null, Exception? innerException = null)
    : InferenceException(message, innerException)
{
    /// <summary>HTTP status; null where there was no answer or not one in the protocol.</summary>
    public int? Status => status;
}
