using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Queues;

namespace Pipeline.Api.OpenAi;

/// <summary>
/// Models as OpenAI's clients name them: every model that workers have under its own name, and for each kind that is asked for
/// here one that stands for whatever does it. Which worker answers is the queues' affair, and is told as <c>system_fingerprint</c>.
/// </summary>
internal sealed class ModelNames(KnownModels known)
{
    private const string Field = "model";
    private const int NameLengthMax = 200;

    private static readonly string[] Aliases = [CompleteChat.Kind, EmbedTexts.Kind];

    public IReadOnlyList<NamedModel> All =>
    [
        .. Aliases.Select(kind => new NamedModel(kind, [kind], Smallest(known.All.Where(model => model.Kind == kind)))),
        .. known.All.GroupBy(model => model.Name).Where(same => !Aliases.Contains(same.Key))
            .Select(same => new NamedModel(same.Key, [.. same.Select(model => model.Kind).Distinct()], Smallest(same))),
    ];

    public NamedModel? Find(string name) => All.FirstOrDefault(model => model.Name == name);

    public void Check(string name, string wanted, InputErrors errors, string field = Field)
    {
        if (Find(name) is { } model && model.Kinds.Contains(wanted))
        {
            return;
        }

        errors.Type = ProblemType.ModelNotFound;
        errors.Add(field, $"is \"{(name.Length > NameLengthMax ? name[..NameLengthMax] + "…" : name)}\"; models for {wanted}: {string.Join(", ", All.Where(known => known.Kinds.Contains(wanted)).Select(known => known.Name))}.");
    }

    public Problem NotFound(string name) => Problem.Of(
        ProblemType.ModelNotFound, Field, $"\"{name}\" does not exist. Models: {string.Join(", ", All.Select(model => model.Name))}.");

    private static int? Smallest(IEnumerable<KindModel> models) => models.Min(model => model.ContextTokens);
}
