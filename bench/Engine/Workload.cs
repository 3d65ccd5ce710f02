using System.Text;
using Microsoft.Extensions.AI;
using Pipeline.Inference;
using Pipeline.Inference.Models;

namespace Pipeline.Bench.Engine;

/// <summary>What both sides compute: the same tokens, made to length for the vocabulary of the model.</summary>
internal sealed class Workload
{
    /// <summary>Tokens of each prompt behind those that all share: a text to classify and the end of its turn.</summary>
    public const int TextTokens = 40;

    /// <summary>Tokens of the instruction before the texts, template included.</summary>
    public const int PrefixTokens = 200;

    private const string Instruction = "Classify the emotion of the user text. Answer with one word: joy, excitement, sadness, anger, fear, surprise or neutral.";
    private const int FirstWordToken = 256; // The ids below are single bytes in byte-level vocabularies.
    private const int TokensKnown = 4_000;
    private static readonly string[] _words = "the day was long and we came home late but everybody liked the food 오늘 정말 좋은 날씨 하지만 조금".Split(' ');
    private readonly ILanguageModel _model;

    public Workload(ILanguageModel model, int texts)
    {
        _model = model;
        Random random = new(1);
        (int head, int tail) = TokensOfTemplate();
        string system = Instruction + Extend(Instruction, PrefixTokens - head, random);
        Texts = [.. Enumerable.Range(0, texts).Select(_ => Extend("", TextTokens - tail, random).TrimStart())];
        Requests = [.. Texts.Select(text => new LabelScoringRequest { Messages = [new(ChatRole.System, system), new(ChatRole.User, text)], Labels = Labels })];
        (Prefix, Suffixes) = RenderAll(system);
    }

    public static IReadOnlyList<string> Labels { get; } = ["joy", "excitement", "sadness", "anger", "fear", "surprise", "neutral"];

    public IReadOnlyList<string> Texts { get; }

    /// <summary>The texts behind the instruction, as label scoring takes them.</summary>
    public IReadOnlyList<LabelScoringRequest> Requests { get; }

    /// <summary>Tokens that all prompts share.</summary>
    public int[] Prefix { get; }

    /// <summary>The rest of each prompt.</summary>
    public IReadOnlyList<int[]> Suffixes { get; }

    /// <summary>What they came to; <see cref="TextTokens"/> unless the tokenizer has no fitting word.</summary>
    public double TokensOfTexts => Suffixes.Average(suffix => suffix.Length);

    /// <summary>Prompts of random words, none like another.</summary>
    public int[][] RandomPrompts(int count, int tokens)
    {
        Random random = new(count);
        int end = Math.Min(TokensKnown, _model.Info.VocabularySize - _model.ControlTokens.Count);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, tokens).Select(_ => random.Next(FirstWordToken, end)).ToArray())];
    }

    /// <summary>Messages with this many tokens, all different.</summary>
    public IReadOnlyList<string> ShortTexts(int count, int tokens)
    {
        Random random = new(count);
        return [.. Enumerable.Range(1, count).Select(number => number + Extend($"{number}", tokens, random))];
    }

    /// <summary>The prompt of a message, as the engine feeds it.</summary>
    public int[] Render(string text) => Render(new TemplateMessage("user", text));

    /// <summary>Tokens of the template before and behind the user's text.</summary>
    private (int Head, int Tail) TokensOfTemplate()
    {
        string template = _model.ApplyChatTemplate([new("system", ""), new("user", "?")], addAssistantHeader: true);
        int text = template.LastIndexOf('?');
        return (_model.Tokenize(template[..text], parseControlTokens: true).Length, _model.Tokenize(template[(text + 1)..], parseControlTokens: true).Length);
    }

    /// <summary>Words that make a text as many tokens longer as it misses; one token short where a word has two.</summary>
    private string Extend(string text, int tokens, Random random)
    {
        StringBuilder more = new();
        for (int tries = 0; tries < 20 * tokens; tries++)
        {
            string word = " " + _words[random.Next(_words.Length)];
            int length = _model.Tokenize((text + more + word).TrimStart(), parseControlTokens: false).Length;
            if (length <= tokens)
            {
                more.Append(word);
            }

            if (length == tokens)
            {
                break;
            }
        }

        return more.ToString();
    }

    private (int[] Prefix, IReadOnlyList<int[]> Suffixes) RenderAll(string system)
    {
        int[][] prompts = [.. Texts.Select(text => Render(new("system", system), new("user", text)))];
        int shared = prompts.Min(prompt => Math.Min(prompt.Length - 1, prompt.AsSpan().CommonPrefixLength(prompts[0])));
        return (prompts[0][..shared], [.. prompts.Select(prompt => prompt[shared..])]);
    }

    private int[] Render(params TemplateMessage[] messages)
    {
        int[] begin = _model.Info is { AddsBos: true, BosToken: int bos } ? [bos] : [];
        return [.. begin, .. _model.Tokenize(_model.ApplyChatTemplate(messages, addAssistantHeader: true), parseControlTokens: true)];
    }
}
