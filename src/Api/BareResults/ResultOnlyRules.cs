using Microsoft.Extensions.Options;

namespace Pipeline.Api.BareResults;

/// <summary>What attributes cannot say.</summary>
internal sealed class ResultOnlyRules : IValidateOptions<ApiOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiOptions options)
    {
        List<string> faults =
        [
            .. options.ResultOnly
                .Where(path => !path.StartsWith("/api/", StringComparison.OrdinalIgnoreCase) || path.AsSpan().ContainsAny('{', '?', '*'))
                .Select(path => $"ResultOnly has \"{path}\": write the path of a kind as its clients call it, such as /api/feedback."),
        ];
        return faults is [] ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
