using System.Net;
using Microsoft.Extensions.Options;

namespace Pipeline.Api.Guards;

/// <summary>What attributes cannot say.</summary>
internal sealed class GuardOptionsRules : IValidateOptions<ApiOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiOptions options)
    {
        List<string> faults =
        [
            .. options.TrustedProxies
                .Where(proxy => !IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _))
                .Select(proxy => $"TrustedProxies has \"{proxy}\": write an address or a network, such as 10.0.0.5 or 10.0.0.0/24."),
            .. options.AllowedOrigins
                .Where(origin => !Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.GetLeftPart(UriPartial.Authority) != origin)
                .Select(origin => $"AllowedOrigins has \"{origin}\": write scheme, host and port alone, such as https://app.example.com."),
        ];
        return faults is [] ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
