using Microsoft.Extensions.Options;
using Pipeline.Api.OpenAi;
using Pipeline.Api.Problems;
using Pipeline.Api.Shares;
using Pipeline.Contracts;
using Pipeline.Inference.Structured;

namespace Pipeline.Api.Jobs;

/// <summary>
/// What workers would refuse, before a job is accepted: a schema of a client that cannot be kept, and a model that there is not. So
/// the client hears of it at once and with the reason, and it costs no worker anything.
/// </summary>
internal sealed class InputCheck(SchemaVerdicts verdicts, ModelNames models, ParserTurns turns, IOptions<ApiOptions> options)
{
    private const string Model = "model";

    /// <param name="clientId">Whose input it is.</param>
    /// <param name="kind">Of the job.</param>
    /// <param name="input">What a worker would read.</param>
    /// <param name="fieldOf">Where a field of the input stands in the body.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public async ValueTask CheckAsync(
        Guid clientId, JobKind kind, IJob input, Func<string, string> fieldOf, InputErrors errors, CancellationToken cancellationToken)
    {
        foreach (var part in options.Value.SchemaCheck && input is IConstrained constrained ? constrained.Parts : [])
        {
            if (await turns.UseAsync(clientId, () => verdicts.Find(part.Schema, cancellationToken), cancellationToken) is { } fault)
            {
                errors.Add(fieldOf(part.Field), $"cannot be kept at #{fault.Path}: {fault.Problem} {fault.Remedy}");
            }
        }

        if (input is IModelChoice { Model: { } name } && name != kind.Name)
        {
            models.Check(name, kind.Name, errors, fieldOf(Model));
        }
    }
}
