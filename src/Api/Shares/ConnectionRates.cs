using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;

namespace Pipeline.Api.Shares;

/// <summary>
/// Ends connections that send or read slower than <see cref="ApiOptions.BytesPerSecondMin"/>. Set before the web server listens, and not when it
/// is made: there a setting out of bounds would be no refused start yet.
/// </summary>
internal sealed class ConnectionRates(IOptions<KestrelServerOptions> kestrel, IOptions<ApiOptions> options) : StartupStep
{
    // A connection that pauses shorter than this is not slow.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public override Task StartingAsync(CancellationToken cancellationToken)
    {
        kestrel.Value.Limits.MinRequestBodyDataRate = new(options.Value.BytesPerSecondMin, Grace);
        kestrel.Value.Limits.MinResponseDataRate = new(options.Value.BytesPerSecondMin, Grace);
        return Task.CompletedTask;
    }
}
