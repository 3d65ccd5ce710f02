using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;

namespace Pipeline.Api.Documents.Files;

/// <summary>How many files are read at once, and by whom.</summary>
internal sealed class ReaderTurns(IOptions<ReaderProcessOptions> options) : IDisposable
{
    private readonly ClientTurns _turns = new(options.Value.CountMax);

    /// <summary>Reads one once there is room.</summary>
    public Task<T> UseAsync<T>(Guid clientId, Func<Task<T>> read, CancellationToken cancellationToken) => _turns.UseAsync(clientId, read, cancellationToken);

    public void Dispose() => _turns.Dispose();
}
