using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Structured;

/// <summary>Constraints of one model. The vocabulary is read at the first structured request, each schema compiled once.</summary>
internal sealed class JsonConstraints(ILanguageModel model)
{
    /// <summary>Compiled schemas kept; a host has a handful, but callers may send their own.</summary>
    private const int GrammarsMax = 256;

    private readonly Lazy<GrammarVocabulary> _vocabulary = new(() => new(model));
    private readonly ConcurrentDictionary<string, JsonGrammar> _grammars = new(StringComparer.Ordinal);

    /// <summary>The constraint of one answer; null when any text will do.</summary>
    /// <exception cref="JsonSchemaException">The schema is invalid or cannot be kept.</exception>
    public ITokenConstraint? For(ChatResponseFormatJson? format) =>
        format is null ? null : new JsonConstraint(format.Schema is { } schema ? Grammar(schema) : JsonGrammar.AnyObject, _vocabulary.Value);

    private JsonGrammar Grammar(JsonElement schema)
    {
        string text = schema.GetRawText();
        if (_grammars.TryGetValue(text, out JsonGrammar? known))
        {
            return known;
        }

        JsonGrammar grammar = JsonGrammar.Compile(schema);
        if (_grammars.Count >= GrammarsMax)
        {
            _grammars.Clear(); // Compiling again is cheap; this only bounds the memory.
        }

        return _grammars[text] = grammar;
    }
}
