using System.Globalization;

namespace Pipeline.Client;

/// <summary>What a batch may say besides its items. Every field has a default.</summary>
public sealed record BatchOptions
{
    public static BatchOptions Default { get; } = new();

    /// <summary>Items that have not finished after so long expire; whole seconds.</summary>
    public TimeSpan? CancelAfter { get; init; }

    /// <summary>When the results are wanted, of items that name no deadline of their own.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Receives one signed webhook when the last job is final.</summary>
    public Uri? CallbackUrl { get; init; }

    /// <summary>1 to 255 visible ASCII characters; null makes a new one for each batch, which all its tries share.</summary>
    public string? IdempotencyKey { get; init; }

    /// <param name="kind">The kind of all items, where a line is the input itself.</param>
    internal string Query(string? kind)
    {
        string?[] parts =
        [
            kind is null ? null : $"kind={Uri.EscapeDataString(kind)}",
            Deadline is { } deadline ? $"deadline={Uri.EscapeDataString(deadline.ToString("O", CultureInfo.InvariantCulture))}" : null,
            CallbackUrl is { } callback ? $"callback_url={Uri.EscapeDataString(callback.AbsoluteUri)}" : null,
        ];
        var query = string.Join('&', parts.Where(part => part is not null));
        return query.Length is 0 ? "" : $"?{query}";
    }
}
