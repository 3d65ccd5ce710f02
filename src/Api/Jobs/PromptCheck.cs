using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Options;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Documents;
using Pipeline.Core.Queues;
using Pipeline.Inference.Vocabularies;

namespace Pipeline.Api.Jobs;

/// <summary>
/// Counts the tokens of prompts, texts and documents before they are accepted, with the vocabularies that workers announce. The count is the
/// least that there can be: who is refused here would have failed at any worker, and who is not may yet.
/// </summary>
internal sealed class PromptCheck(KnownModels models, VocabularyStore store, IOptions<DocumentOptions> documents)
{
    // A cluster has one or two models for each kind; a few megabytes each.
    private const int KeptMax = 8;

    private readonly ConcurrentDictionary<string, Vocabulary> _kept = new(StringComparer.Ordinal);

    /// <param name="sent">As its client sent it.</param>
    /// <param name="written">With its prompts written out.</param>
    /// <param name="fieldOf">Where a field of the input stands in the body.</param>
    public async Task CheckAsync(IJob sent, IJob written, Func<string, string> fieldOf, InputErrors errors, CancellationToken cancellationToken)
    {
        if (written is EmbedTexts embed)
        {
            await CheckAsync(embed, fieldOf, errors, cancellationToken);
            return;
        }

        foreach (var prompt in CountedPrompt.Of(sent, written).TakeWhile(_ => !errors.IsFull))
        {
            if (await LongestThatFailsAsync(prompt.Kind, prompt.Model, prompt.Texts, spare: 0, cancellationToken) is { } model)
            {
                Blame(
                    errors,
                    fieldOf(prompt.Field),
                    $"{(prompt.Field is "messages" ? "have" : "has")} more than {model.ContextTokens - 1} tokens, the longest prompt that {model.Name} takes: shorten or drop some, or raise Inference:ContextTokens where the model was trained for more.");
            }
        }
    }

    /// <summary>A document that has more chunks than it may, however it is cut.</summary>
    /// <param name="field">With its text.</param>
    public async Task CheckAsync(NewDocument document, string field, InputErrors errors, CancellationToken cancellationToken)
    {
        // A chunk has no more tokens than this, and none of a text without any that can be seen is kept: such runs are not counted.
        var (chunksMax, blanks) = (documents.Value.ChunksMax, Blanks(document.Text));
        var tokensMax = (chunksMax * documents.Value.ChunkTokens) + blanks;
        var taken = models.All.Where(model => model.Kind == EmbedTexts.Kind).ToList();
        foreach (var model in taken)
        {
            if (Encoding.UTF8.GetByteCount(document.Text) <= tokensMax
                || model.VocabularyId is not { } id
                || await FindAsync(id, cancellationToken) is not { } vocabulary
                || !HasAsMany(vocabulary, [document.Text], tokensMax + 1))
            {
                return;
            }
        }

        if (taken.Count > 0)
        {
            errors.Add(field, $"has more than {chunksMax} chunks of {documents.Value.ChunkTokens} tokens, the most of a document (Documents:ChunksMax). Split it or raise the limit.");
        }
    }

    /// <summary>Of several texts those that are too long are told in the result; a job of nothing else fails.</summary>
    private async Task CheckAsync(EmbedTexts embed, Func<string, string> fieldOf, InputErrors errors, CancellationToken cancellationToken)
    {
        List<KindModel> tooLong = [];
        foreach (var text in embed.Texts)
        {
            if (await LongestThatFailsAsync(EmbedTexts.Kind, null, [text], spare: 1, cancellationToken) is not { } model)
            {
                return;
            }

            tooLong.Add(model);
        }

        foreach (var (index, model) in tooLong.Index())
        {
            Blame(errors, fieldOf($"texts[{index}]"), $"has more than {model.ContextTokens} tokens, the longest text that is embedded (Kinds:Embedding:InputTokensMax). Split it or raise the limit.");
        }
    }

    private static void Blame(InputErrors errors, string field, string message)
    {
        errors.Type = ProblemType.ContextLengthExceeded;
        errors.Add(field, message);
    }

    /// <summary>The model that takes most, if the texts are too long for every one that may take them. Where one cannot be counted with, nothing is sure.</summary>
    /// <param name="spare">Tokens that may be had beyond one less than what the model announces.</param>
    private async Task<KindModel?> LongestThatFailsAsync(string kind, string? name, IReadOnlyList<string> texts, int spare, CancellationToken cancellationToken)
    {
        KindModel? longest = null;
        var bytes = texts.Sum(Encoding.UTF8.GetByteCount);
        foreach (var model in models.All.Where(model => model.Kind == kind && (name is null || name == kind ? model.IsDefault : model.Name == name)))
        {
            // A token has a byte at least, so most prompts need no counting.
            if (model is not { ContextTokens: { } context, VocabularyId: { } id }
                || bytes < context + spare
                || await FindAsync(id, cancellationToken) is not { } vocabulary
                || !HasAsMany(vocabulary, texts, context + spare))
            {
                return null;
            }

            longest = longest?.ContextTokens > context ? longest : model;
        }

        return longest;
    }

    /// <summary>White space that may stand for itself between two sentences: of two characters and more, and at the ends.</summary>
    private static int Blanks(string text)
    {
        var blanks = 0;
        for (var (i, start) = (0, 0); i <= text.Length; i++)
        {
            if (i == text.Length || !char.IsWhiteSpace(text[i]))
            {
                blanks += i - start > 1 || start == 0 || i == text.Length ? Encoding.UTF8.GetByteCount(text.AsSpan(start, i - start)) : 0;
                start = i + 1;
            }
        }

        return blanks;
    }

    private static bool HasAsMany(Vocabulary vocabulary, IReadOnlyList<string> texts, int tokens)
    {
        foreach (var text in texts)
        {
            tokens -= vocabulary.AtLeast(text, tokens);
            if (tokens <= 0)
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask<Vocabulary?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (_kept.TryGetValue(id, out var known))
        {
            return known;
        }

        if (await store.FindAsync(id, cancellationToken) is not { } bytes || Vocabulary.Read(bytes) is not { } vocabulary)
        {
            return null;
        }

        if (_kept.Count >= KeptMax)
        {
            _kept.Clear();
        }

        return _kept.GetOrAdd(id, vocabulary);
    }
}
