using System.Collections.Concurrent;
using System.Text;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Queues;
using Pipeline.Inference.Vocabularies;

namespace Pipeline.Api.Jobs;

/// <summary>
/// Counts the tokens of chats before they are accepted, with the vocabularies that workers announce. The count is the least that there can be:
/// who is refused here would have failed at any worker, and who is not may yet.
/// </summary>
internal sealed class PromptCheck(KnownModels models, VocabularyStore store)
{
    private const string Messages = "messages";

    // A cluster has one or two models for chats; a few megabytes each.
    private const int KeptMax = 8;

    private readonly ConcurrentDictionary<string, Vocabulary> _kept = new(StringComparer.Ordinal);

    /// <param name="fieldOf">Where a field of the input stands in the body.</param>
    public async Task CheckAsync(IJob input, Func<string, string> fieldOf, InputErrors errors, CancellationToken cancellationToken)
    {
        if (input is not CompleteChat chat || await SurelyTooLongAsync(chat, cancellationToken) is not { } model)
        {
            return;
        }

        errors.Type = ProblemType.ContextLengthExceeded;
        errors.Add(
            fieldOf(Messages),
            $"have more than {model.ContextTokens - 1} tokens, the longest prompt that {model.Name} takes: shorten or drop some, or raise Inference:ContextTokens where the model was trained for more.");
    }

    /// <summary>The model with the longest context, if the chat is too long for every one that may take it. Where one cannot be counted with, nothing is sure.</summary>
    private async Task<KindModel?> SurelyTooLongAsync(CompleteChat chat, CancellationToken cancellationToken)
    {
        KindModel? longest = null;
        var texts = Texts(chat);
        var bytes = texts.Sum(Encoding.UTF8.GetByteCount);
        foreach (var model in models.All.Where(model => model.Kind == CompleteChat.Kind && MayTake(model, chat)))
        {
            // A token has a byte at least, so most prompts need no counting.
            if (model is not { ContextTokens: { } context, VocabularyId: { } id }
                || bytes < context
                || await FindAsync(id, cancellationToken) is not { } vocabulary
                || !HasAsMany(vocabulary, texts, context))
            {
                return null;
            }

            longest = longest?.ContextTokens > context ? longest : model;
        }

        return longest;
    }

    private static bool MayTake(KindModel model, CompleteChat chat) => chat.Model is null || chat.Model == CompleteChat.Kind ? model.IsDefault : model.Name == chat.Model;

    /// <summary>What is in the prompt whatever the template makes of the rest: answers may lose their thoughts, and the oldest messages their place.</summary>
    private static List<string> Texts(CompleteChat chat)
    {
        var keepsAll = chat.Truncation is Truncations.Disabled;
        return
        [
            .. chat.Messages
                .Where((message, index) => message.Role is PromptRoles.System || (message.Role is PromptRoles.User && (keepsAll || index == chat.Messages.Count - 1)))
                .Select(message => message.Content.Trim()),
        ];
    }

    private static bool HasAsMany(Vocabulary vocabulary, List<string> texts, int tokens)
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
