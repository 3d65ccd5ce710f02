using Pipeline.Api.Problems;
using Pipeline.Contracts;

namespace Pipeline.Api.OpenAi;

/// <summary>
/// Models as OpenAI's clients name them: one for each kind of job that they can ask for. Which file or server answers is the
/// workers' affair, and is told as <c>system_fingerprint</c>.
/// </summary>
internal static class ModelNames
{
    private const string Field = "model";

    public static IReadOnlyList<string> All { get; } = [CompleteChat.Kind, EmbedTexts.Kind];

    public static void Check(string name, string wanted, InputErrors errors)
    {
        if (name != wanted)
        {
            errors.Type = ProblemType.ModelNotFound;
            errors.Add(Field, $"is \"{name}\": this path takes \"{wanted}\". Models: {string.Join(", ", All)}.");
        }
    }

    public static Problem NotFound(string name) => Problem.Of(
        ProblemType.ModelNotFound, Field, $"\"{name}\" does not exist. Models: {string.Join(", ", All)}.");
}
