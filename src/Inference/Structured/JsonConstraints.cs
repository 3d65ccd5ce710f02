using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Structured;

/// <summary>Constraints of one model. The vocabulary is read at the first structured request, each schema compiled once.</summary>
internal sealed class JsonConstraints(ILanguageModel model)
{
    /// <summary>Steps that the kept schemas took to compile, which their size follows: some 64 bytes a step at most.</summary>
    private const long GrammarWorkMax = 2 * JsonSchemaLimits.WorkMax;

    private readonly Lazy<GrammarVocabulary> _vocabulary = new(() => new(model));
    private readonly SchemaCache<JsonGrammar> _grammars = new(GrammarWorkMax);

    /// <summary>The constraint of one answer; null when any text will do.</summary>
    /// <exception cref="JsonSchemaException">The schema is invalid or cannot be kept.</exception>
    public ITokenConstraint? For(ChatResponseFormatJson? format, CancellationToken cancellationToken) =>
        format is null ? null : new JsonConstraint(format.Schema is { } schema ? Grammar(schema, cancellationToken) : JsonGrammar.AnyObject, _vocabulary.Value);

    private JsonGrammar Grammar(JsonElement schema, CancellationToken cancellationToken) => _grammars.Get(
        schema,
        () =>
        {
            JsonGrammar grammar = JsonGrammar.Compile(schema, cancellationToken);
            return (grammar, grammar.Work);
        });
}
