namespace Pipeline.Inference.Decoding;

/// <summary>How a forward pass ended.</summary>
public enum DecodeResult
{
    /// <summary>All tokens are computed.</summary>
    Ok,

    /// <summary>The KV cache has no room for the batch; nothing changed.</summary>
    CacheFull,

    /// <summary>Canceled on the way; the sequences of the batch are in an unknown state and must be removed.</summary>
    Aborted,

    /// <summary>The library refused or failed; the sequences of the batch are in an unknown state and must be removed.</summary>
    Failed,
}
