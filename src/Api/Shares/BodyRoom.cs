using System.Globalization;
using Microsoft.Extensions.Options;
using Pipeline.Api.Problems;
using Pipeline.Core.Clients;

namespace Pipeline.Api.Shares;

/// <summary>The memory of this process that bodies of requests under way take: whoever sends slowly holds only a share of it.</summary>
internal sealed class BodyRoom(IOptions<ApiOptions> options)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ApiOptions _options = options.Value;
    private readonly ClientBytes _bytes = new(options.Value.BodiesBytesPerClientMax, options.Value.BodiesBytesMax);

    public ClientBytes.HeldBytes Begin(HttpContext context) => _bytes.Begin(context.Features.Get<Client>()?.Id ?? Client.LocalId);

    public Problem Full(ShareBound bound) => new(
        ProblemType.TooManyRequests,
        (bound is ShareBound.Client
            ? (FormattableString)$"The bodies of your requests under way have {_options.BodiesBytesPerClientMax} bytes, the limit of Api:BodiesBytesPerClientMax. Wait for some to end, or raise it."
            : $"The bodies of all requests under way have {_options.BodiesBytesMax} bytes, the limit of Api:BodiesBytesMax. Send again, or raise it.").ToString(CultureInfo.InvariantCulture))
    {
        RetryAfter = RetryAfter,
    };
}
