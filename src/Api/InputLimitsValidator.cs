using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Api;

/// <summary>Bounds of <see cref="InputLimits"/>, whose own project has no packages.</summary>
[OptionsValidator]
internal sealed partial class InputLimitsValidator : IValidateOptions<InputLimits>;
