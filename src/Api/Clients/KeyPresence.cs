using Microsoft.Extensions.Options;
using Pipeline.Core.Clients;

namespace Pipeline.Api.Clients;

/// <summary>Whether any API key exists, believed for <see cref="ApiOptions.KeysRecheck"/>: every keyless request asks.</summary>
internal sealed class KeyPresence(ClientStore clients, IOptions<ApiOptions> options, TimeProvider time)
{
    private Answer? _last; // Written by any request; a lost update only costs one more query.

    public async Task<bool> AnyAsync(CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        if (Volatile.Read(ref _last) is { } last && time.GetElapsedTime(last.At, now) < options.Value.KeysRecheck)
        {
            return last.Any;
        }

        var any = await clients.AnyKeysAsync(cancellationToken);
        Volatile.Write(ref _last, new Answer(any, now));
        return any;
    }

    private sealed record Answer(bool Any, long At);
}
