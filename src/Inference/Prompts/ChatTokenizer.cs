using System.Text;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;
using Pipeline.Inference.Tools;

namespace Pipeline.Inference.Prompts;

/// <summary>
/// Conversation to tokens. Control tokens are recognised in the template's own words before the
/// texts of the request are put in, so a text that contains "&lt;|im_start|&gt;" stays text. Plain template text and the message next to it
/// are tokenized together, because tokens merge at the boundary: benign texts give the tokens of the whole rendered prompt.
/// </summary>
internal sealed class ChatTokenizer(ILanguageModel model)
{
    private readonly TemplateSplitter _splitter = new(model.ControlTokens);

    private readonly IPromptRenderer _renderer = (model.OwnTemplate, model.ToolTemplate) switch
    {
        ({ } own, _) => new OwnPrompt(own, model.Info),
        (null, { } forTools) => new ToolTemplatePrompt(new OwnPrompt(forTools, model.Info), new BuiltInPrompt(model)),
        (null, null) => new BuiltInPrompt(model),
    };

    /// <summary>Tokenizes a conversation, and each answer as its continuation.</summary>
    /// <param name="messages">Turns, the last one the user's.</param>
    /// <param name="answers">Answers to compare; none when one is to be generated.</param>
    /// <param name="tools">Functions that are offered; null for none.</param>
    /// <param name="thinking">Lets a model that can think do so first.</param>
    /// <exception cref="ArgumentException">No messages, or an answer without tokens.</exception>
    /// <exception cref="PromptRefusedException">The template does not take this conversation.</exception>
    public TokenizedChat Tokenize(
        IReadOnlyList<ChatMessage> messages, IReadOnlyList<string> answers, ToolOffer? tools, bool thinking, CancellationToken cancellationToken)
    {
        if (messages.Count == 0)
        {
            throw new ArgumentException("A conversation needs at least one message.", nameof(messages));
        }

        List<Run> runs = Cut(_renderer.Render(messages, tools, thinking, cancellationToken));
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
    private List<Run> Cut(IEnumerable<PromptPart> parts)
    {
        List<Run> runs = [];
        bool isShared = true;
        foreach (PromptPart part in parts)
        {
            if (part.Origin == PromptOrigin.Template)
            {
                AddTemplateText(runs, part.Text);
            }
            else
            {
                AddMessageText(runs, part.Text, endsShared: isShared && part.Origin == PromptOrigin.LastInput);
                isShared &= part.Origin != PromptOrigin.LastInput;
            }
        }

        return Trim(runs);
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

    private static void AddMessageText(List<Run> runs, string text, bool endsShared)
    {
        Run run = OpenRun(runs);
        run.SharedEnd = endsShared ? run.Text.Length : run.SharedEnd;
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
