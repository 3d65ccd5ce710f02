using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Core.Batches;

namespace Pipeline.Api.Batches;

/// <summary>
/// What makes two batches the same under one idempotency key, computed while they pass. As for single jobs it is over
/// meaning: an array and lines with the same items are the same.
/// </summary>
internal sealed class BatchHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public BatchHash(HttpRequest request, TimeSpan? cancelAfter, string? callback, string? deadline)
    {
        // The wish itself: the time it leads to differs in every repeat.
        Add(request.Method, request.Path, $"{cancelAfter?.TotalSeconds ?? 0}");

        // Only where there is one: keys from before there were these stay good.
        if (callback is not null)
        {
            Add(callback);
        }

        if (deadline is not null)
        {
            Add("deadline", deadline);
        }
    }

    /// <param name="ownExpiry">The time that the item names itself.</param>
    /// <param name="ownDeadline">As the item names it.</param>
    public void Add(NewBatchItem item, DateTimeOffset? ownExpiry, string? ownDeadline)
    {
        var expiry = ownExpiry?.ToString("O", System.Globalization.CultureInfo.InvariantCulture) ?? "";
        Add([item.Kind, expiry, item.Key ?? "", item.InputJson, .. ownDeadline is null ? (string[])[] : [ownDeadline], .. item.UserId is { } user ? ["user", user] : (string[])[]]);
    }

    public byte[] Finish() => _hash.GetHashAndReset();

    public void Dispose() => _hash.Dispose();

    /// <summary>As a JSON array, so that no value can run into its neighbour.</summary>
    private void Add(params string[] values) =>
        _hash.AppendData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(values, ApiJson.Default.StringArray) + "\n"));
}
