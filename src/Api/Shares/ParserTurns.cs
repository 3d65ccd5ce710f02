using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;

namespace Pipeline.Api.Shares;

/// <summary>
/// How many documents and schemas this process reads at once: work that takes a core for milliseconds. Without a bound a client that sends
/// many has every core, and whoever sends a short text waits behind them.
/// </summary>
internal sealed class ParserTurns(IOptions<ApiOptions> options) : IDisposable
{
    private const int Least = 2; // Of which a client has one.

    private readonly ClientTurns _turns = new(options.Value.ParsersMax ?? Math.Max(Least, Environment.ProcessorCount));

    /// <summary>Reads once there is room.</summary>
    public Task<T> UseAsync<T>(Guid clientId, Func<T> read, CancellationToken cancellationToken) =>
        _turns.UseAsync(clientId, () => Task.FromResult(read()), cancellationToken);

    public void Dispose() => _turns.Dispose();
}
