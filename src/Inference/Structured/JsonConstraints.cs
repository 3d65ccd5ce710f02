using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;
using Pipeline.Inference.Structured.Rules;
using Pipeline.Inference.Tools;

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

    /// <summary>The constraint of an answer that may call functions.</summary>
    /// <exception cref="JsonSchemaException">A schema is invalid or cannot be kept.</exception>
    public ITokenConstraint For(ChatResponseFormatJson? format, ToolOffer offer, CancellationToken cancellationToken)
    {
        Rule? answer = format is null ? null : format.Schema is { } schema ? Grammar(schema, cancellationToken).Start : JsonGrammar.AnyObject.Start;
        ToolTurnRule turn = new(
            TextOf(model.Info.Tools),
            [.. offer.Tools.Select(tool => (tool.Name, Arguments(tool, cancellationToken)))],
            answer,
            mayAnswer: !offer.IsRequired,
            offer.MayRepeat);
        return new JsonConstraint(JsonGrammar.OfTurn(turn), _vocabulary.Value);
    }

    /// <summary>What stands around a call in this style.</summary>
    public static ToolTurnText TextOf(ToolStyle style) => style is ToolStyle.Bare ? ToolTurnText.Bare : ToolTurnText.Tagged;

    private Rule Arguments(OfferedTool tool, CancellationToken cancellationToken)
    {
        Rule arguments = Grammar(tool.Parameters, cancellationToken).Start;
        return arguments.FitsBelow(1) ? arguments : throw new JsonSchemaException("", $"The arguments of {tool.Name} are nested too deep.", "Nest them less.");
    }

    private JsonGrammar Grammar(JsonElement schema, CancellationToken cancellationToken) => _grammars.Get(
        schema,
        () =>
        {
            JsonGrammar grammar = JsonGrammar.Compile(schema, cancellationToken);
            return (grammar, grammar.Work);
        });
}
