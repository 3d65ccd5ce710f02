using System.Globalization;
using Microsoft.Extensions.Options;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Shares;

/// <summary>The temporary disk of this process: what all batches and files take of it while they arrive and are checked.</summary>
internal sealed class SpoolRoom(IOptions<ApiOptions> options)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly ApiOptions _options = options.Value;
    private readonly ClientBytes _bytes = new(options.Value.SpoolBytesPerClientMax, options.Value.SpoolBytesMax);

    public SpoolShare Begin(Guid clientId) => new(this, _bytes.Begin(clientId));

    private Problem Full(ShareBound bound) => bound is ShareBound.Client
        ? new(
            ProblemType.TooManyUploads,
            Text($"Your requests under way take {_options.SpoolBytesPerClientMax} bytes of temporary disk, the limit of Api:SpoolBytesPerClientMax. Send less at once, or raise it."))
        {
            RetryAfter = RetryAfter,
        }
        : new(
            ProblemType.SpoolUnavailable,
            Text($"All requests under way take {_options.SpoolBytesMax} bytes of temporary disk, the limit of Api:SpoolBytesMax. Send again later, or raise it."))
        {
            RetryAfter = RetryAfter,
        };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What one request takes of it, until disposed.</summary>
    internal sealed class SpoolShare(SpoolRoom room, ClientBytes.HeldBytes held) : IDisposable
    {
        /// <summary>Takes so many bytes more; or says why there is no room for them.</summary>
        public Problem? Take(long bytes) => held.Add(bytes) is { } bound ? room.Full(bound) : null;

        public void Dispose() => held.Dispose();
    }
}
