using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Prompts;

/// <summary>
/// Conversation to tokens. The template is rendered around placeholders and its control tokens are recognised before the
/// texts are put in, so a text that contains "&lt;|im_start|&gt;" stays text. Plain template text and the message next to it
/// are tokenized together, because tokens merge at the boundary: benign texts give the tokens of the whole rendered prompt.
/// </summary>
internal sealed partial class ChatTokenizer(ILanguageModel model)
{
    /// <summary>An empty block of thoughts at the start of the answer: the model goes straight to the answer itself.</summary>
    private const string NoThoughts = "<think>\n\n</think>\n\n";

    private readonly TemplateSplitter _splitter = new(model.ControlTokens);

    /// <summary>Tokenizes a conversation, and each answer as its continuation.</summary>
    /// <param name="messages">Turns, the last one the user's.</param>
    /// <param name="answers">Answers to compare; none when one is to be generated.</param>
    /// <param name="thinking">Lets a model that can think do so first.</param>
    /// <exception cref="ArgumentException">No messages, or an answer without tokens.</exception>
    public TokenizedChat Tokenize(IReadOnlyList<ChatMessage> messages, IReadOnlyList<string> answers, bool thinking = false)
    {
        if (messages.Count == 0)
        {
            throw new ArgumentException("A conversation needs at least one message.", nameof(messages));
        }

        List<Run> runs = Render(messages, model.Info.Thinks && !thinking ? NoThoughts : "");
        List<int> tokens = [];
        int shared = 0;
        foreach (Run run in runs.SkipLast(1))
        {
            shared = Append(tokens, run) ?? shared;
        }

        // The last run is open: an answer continues it, so it is tokenized with each answer and shared as far as they agree.
        Run last = runs[^1];
        string tail = last.Control is null ? last.Text.ToString() : "";
        int[] tailTokens = last.Control is null ? model.Tokenize(tail, parseControlTokens: false) : [last.Control.Id];
        int[][] tails = [.. answers.Select(answer => last.Control is null
            ? model.Tokenize(tail + answer, parseControlTokens: false)
            : [last.Control.Id, .. model.Tokenize(answer, parseControlTokens: false)])];
        int common = tails.Aggregate(tailTokens.Length, (length, full) => Math.Min(length, full.AsSpan().CommonPrefixLength(tailTokens)));
        shared = last.SharedEnd is int end ? tokens.Count + SharedWith(last, tailTokens, end) : shared;
        tokens.AddRange(tailTokens.AsSpan(0, common));
        int[][] continuations = [.. tails.Select(full => full[common..])];
        int empty = Array.FindIndex(continuations, continuation => continuation.Length == 0);
        if (empty >= 0)
        {
            throw new ArgumentException($"The answer \"{answers[empty]}\" has no tokens of its own.", nameof(answers));
        }

        int bos = PrependBos(tokens);
        return new([.. tokens], Math.Min(shared + bos, tokens.Count - 1), continuations);
    }

    /// <summary>Returns the shared length if this run holds the last user text.</summary>
    private int? Append(List<int> tokens, Run run)
    {
        if (run.Control is { } control)
        {
            tokens.Add(control.Id);
            return null;
        }

        int[] plain = model.Tokenize(run.Text.ToString(), parseControlTokens: false);
        int? shared = run.SharedEnd is int end ? tokens.Count + SharedWith(run, plain, end) : null;
        tokens.AddRange(plain);
        return shared;
    }

    private int SharedWith(Run run, ReadOnlySpan<int> plain, int sharedEnd) =>
        plain.CommonPrefixLength(model.Tokenize(run.Text.ToString(0, sharedEnd), parseControlTokens: false));

    private int PrependBos(List<int> tokens)
    {
        if (!model.Info.AddsBos || model.Info.BosToken is not int bos || (tokens.Count > 0 && tokens[0] == bos))
        {
            return 0;
        }

        tokens.Insert(0, bos);
        return 1;
    }

    /// <summary>Control tokens and the plain runs between them, texts put in.</summary>
    private List<Run> Render(IReadOnlyList<ChatMessage> messages, string answerStart)
    {
        TemplateMessage[] placeholders = [.. messages.Select((message, index) => new TemplateMessage(message.Role.Value, Placeholder(index)))];
        string template = model.ApplyChatTemplate(placeholders, addAssistantHeader: true);
        List<Run> runs = [];
        int seen = 0, start = 0;
        foreach (Match match in PlaceholderPattern().Matches(template))
        {
            AddTemplateText(runs, template[start..match.Index]);
            AddMessageText(runs, messages[int.Parse(match.Groups[1].ValueSpan)].Text, isLast: ++seen == messages.Count);
            start = match.Index + match.Length;
        }

        AddTemplateText(runs, template[start..] + answerStart);
        return seen == messages.Count
            ? Trim(runs)
            : throw new InferenceException($"The chat template of {model.Info.Name} kept {seen} of {messages.Count} messages. Use the roles system, user and assistant, in turn.");
    }

    private void AddTemplateText(List<Run> runs, string text)
    {
        foreach (TemplatePiece piece in _splitter.Split(text))
        {
            if (piece.Control is { } control)
            {
                runs.Add(new(control));
            }
            else
            {
                OpenRun(runs).Text.Append(piece.Text);
            }
        }
    }

    private static void AddMessageText(List<Run> runs, string text, bool isLast)
    {
        Run run = OpenRun(runs);
        run.SharedEnd = isLast ? run.Text.Length : run.SharedEnd;
        run.Text.Append(text);
    }

    private static Run OpenRun(List<Run> runs)
    {
        if (runs.Count == 0 || runs[^1].Control is not null)
        {
            runs.Add(new(null));
        }

        return runs[^1];
    }

    /// <summary>Some control tokens swallow the white space beside them.</summary>
    private static List<Run> Trim(List<Run> runs)
    {
        for (int i = 0; i < runs.Count; i++)
        {
            if (runs[i].Control is not null)
            {
                continue;
            }

            string text = runs[i].Text.ToString();
            string trimmed = i > 0 && runs[i - 1].Control!.StripsRight ? text.TrimStart() : text;
            int cut = text.Length - trimmed.Length;
            trimmed = i + 1 < runs.Count && runs[i + 1].Control!.StripsLeft ? trimmed.TrimEnd() : trimmed;
            if (trimmed.Length < text.Length)
            {
                runs[i] = new(null) { SharedEnd = runs[i].SharedEnd is int end ? Math.Clamp(end - cut, 0, trimmed.Length) : null };
                runs[i].Text.Append(trimmed);
            }
        }

        return runs;
    }

    // Private-use characters: no template contains them, and they only ever meet the template, never a user's text.
    private static string Placeholder(int index) => $"\uE0F0{index}\uE0F1";

    [GeneratedRegex("\uE0F0([0-9]+)\uE0F1")]
    private static partial Regex PlaceholderPattern();

    private sealed class Run(ControlToken? control)
    {
        public ControlToken? Control { get; } = control;

        public StringBuilder Text { get; } = new();

        /// <summary>Where the last user text begins, if it is in this run.</summary>
        public int? SharedEnd { get; set; }
    }
}

/// <summary>A rendered conversation as tokens.</summary>
/// <param name="Tokens">The prompt, BOS included, up to where the answer begins.</param>
/// <param name="SharedTokens">Leading tokens that do not depend on the last user text; worth keeping in the prefix cache.</param>
/// <param name="Answers">Tokens of each candidate answer, to be appended to <paramref name="Tokens"/>.</param>
internal sealed record TokenizedChat(int[] Tokens, int SharedTokens, IReadOnlyList<int[]> Answers);
