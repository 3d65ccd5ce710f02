using Microsoft.Extensions.Options;

namespace Pipeline.Api.Shares;

/// <summary>What attributes cannot say.</summary>
internal sealed class ShareRules : IValidateOptions<ApiOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiOptions options) => options.BodiesBytesPerClientMax < options.BodyBytesMax
        ? ValidateOptionsResult.Fail(
            $"BodiesBytesPerClientMax is {options.BodiesBytesPerClientMax}, less than BodyBytesMax ({options.BodyBytesMax}): raise it, or lower BodyBytesMax.")
        : ValidateOptionsResult.Success;
}
