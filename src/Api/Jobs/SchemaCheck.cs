using Microsoft.Extensions.Options;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Inference.Structured;

namespace Pipeline.Api.Jobs;

/// <summary>
/// Compiles the schemas of clients before their jobs are accepted, so that one that cannot be kept is refused at once and with
/// its reason, and costs no worker anything.
/// </summary>
internal sealed class SchemaCheck(SchemaVerdicts verdicts, IOptions<ApiOptions> options)
{
    /// <param name="fieldOf">Where a field of the input stands in the body.</param>
    public void Check(IJob input, Func<string, string> fieldOf, InputErrors errors, CancellationToken cancellationToken)
    {
        foreach (var part in options.Value.SchemaCheck && input is IConstrained constrained ? constrained.Parts : [])
        {
            if (verdicts.Find(part.Schema, cancellationToken) is { } fault)
            {
                errors.Add(fieldOf(part.Field), $"cannot be kept at #{fault.Path}: {fault.Problem} {fault.Remedy}");
            }
        }
    }
}
