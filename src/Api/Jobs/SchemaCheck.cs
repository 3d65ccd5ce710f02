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
    public const string Field = "schema";

    /// <param name="field">Where the schema stands in the body.</param>
    public void Check(IJob input, string field, InputErrors errors, CancellationToken cancellationToken)
    {
        if (options.Value.SchemaCheck
            && input is IConstrained { Schema: { } schema }
            && verdicts.Find(schema, cancellationToken) is { } fault)
        {
            errors.Add(field, $"cannot be kept at #{fault.Path}: {fault.Problem} {fault.Remedy}");
        }
    }
}
