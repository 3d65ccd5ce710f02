using Pipeline.Inference.Decoding;
using Pipeline.Inference.Models;
using Shouldly;
using Xunit;

namespace Pipeline.TestSupport.Inference;

/// <summary>What every decoder must do, checked on the small model. A backend's tests derive from this and give the loader.</summary>
public abstract class DecoderConformance : IDisposable
{
    private const float Tolerance = 0.05f; // Other batch shapes take other kernels; the quantized ones differ in the last bits.
    private static readonly DecoderLimits _limits = new(ContextTokens: 1_024, BatchTokens: 128, SequencesMax: 8, OutputsMax: 16);
    private readonly ILanguageModel _model;
    private readonly IDecoder _decoder;

    /// <param name="loader">Of the backend.</param>
    /// <param name="gpuLayers">Layers on an accelerator.</param>
    protected DecoderConformance(IModelLoader loader, int gpuLayers = 0)
    {
        _model = loader.Load(EmotionPrompt.ModelPath, new ModelParameters(gpuLayers));
        _decoder = _model.CreateDecoder(new(_limits, Threads: 1));
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Limits_are_at_least_what_was_asked_for()
    {
        _decoder.Limits.ContextTokens.ShouldBeGreaterThanOrEqualTo(_limits.ContextTokens);
        _decoder.Limits.BatchTokens.ShouldBeGreaterThanOrEqualTo(_limits.BatchTokens);
        _decoder.Limits.SequencesMax.ShouldBeGreaterThanOrEqualTo(_limits.SequencesMax);
        _decoder.Limits.OutputsMax.ShouldBeGreaterThanOrEqualTo(_limits.OutputsMax);
    }

    [Fact]
    public void Prompt_in_pieces_gives_the_logits_of_the_whole()
    {
        int[] tokens = Tokens("I finally got the job, I cannot believe it!");
        float[] whole = LastLogits(0, tokens, from: 0);
        Decode(1, tokens.AsSpan(0, 5), from: 0, logits: false);
        float[] pieces = LastLogits(1, tokens.AsSpan(5), from: 5);
        ShouldBeClose(whole, pieces);
    }

    [Fact]
    public void Sequences_of_one_batch_do_not_see_each_other()
    {
        int[] first = Tokens("What a wonderful day");
        int[] second = Tokens("I am so angry at him");
        float[] alone = LastLogits(0, first, from: 0);

        DecodeBatch batch = new(_limits.BatchTokens);
        int last = 0;
        for (int i = 0; i < Math.Max(first.Length, second.Length); i++)
        {
            if (i < second.Length)
            {
                batch.Add(second[i], i, 1, wantsLogits: false);
            }

            if (i < first.Length)
            {
                last = batch.Add(first[i], i, 2, wantsLogits: i == first.Length - 1);
            }
        }

        _decoder.Decode(batch, TestContext.Current.CancellationToken).ShouldBe(DecodeResult.Ok);
        ShouldBeClose(alone, _decoder.GetLogits(last));
    }

    [Fact]
    public void Copied_prefix_gives_the_logits_of_a_computed_one()
    {
        int[] tokens = Tokens("The film was long and I was bored");
        float[] computed = LastLogits(0, tokens, from: 0);
        _decoder.CopySequence(0, 3, 0, 4);
        float[] shared = LastLogits(3, tokens.AsSpan(4), from: 4);
        ShouldBeClose(computed, shared);
    }

    [Fact]
    public void Removing_the_source_keeps_the_copy()
    {
        int[] tokens = Tokens("The film was long and I was bored");
        float[] computed = LastLogits(0, tokens, from: 0);
        _decoder.CopySequence(0, 3, 0, 4);
        _decoder.RemoveSequence(0, 0, int.MaxValue);
        ShouldBeClose(computed, LastLogits(3, tokens.AsSpan(4), from: 4));
    }

    [Fact]
    public void Truncated_sequence_continues_from_where_it_was_cut()
    {
        int[] tokens = Tokens("The film was long and I was bored");
        float[] straight = LastLogits(0, tokens, from: 0);
        Decode(1, tokens.AsSpan(0, 4), from: 0, logits: false);
        Decode(1, Tokens("something else"), from: 4, logits: false);
        _decoder.RemoveSequence(1, 4, int.MaxValue);
        ShouldBeClose(straight, LastLogits(1, tokens.AsSpan(4), from: 4));
    }

    [Fact]
    public void Full_cache_is_told_and_changes_nothing()
    {
        int[] tokens = Tokens("I finally got the job");
        float[] before = LastLogits(0, tokens, from: 0);
        int[] chunk = new int[_decoder.Limits.BatchTokens];
        Array.Fill(chunk, tokens[^1]);
        DecodeResult result = DecodeResult.Ok;
        for (int from = 0; result == DecodeResult.Ok && from < 4 * _decoder.Limits.ContextTokens; from += chunk.Length)
        {
            result = TryDecode(1, chunk, from);
        }

        result.ShouldBe(DecodeResult.CacheFull);
        _decoder.RemoveSequence(1, 0, int.MaxValue);
        _decoder.RemoveSequence(0, tokens.Length - 1, int.MaxValue);
        ShouldBeClose(before, LastLogits(0, tokens.AsSpan(tokens.Length - 1), from: tokens.Length - 1));
    }

    [Fact]
    public void Position_gap_fails_the_batch_and_not_the_process()
    {
        int[] tokens = Tokens("I finally got the job");
        Decode(0, tokens, from: 0, logits: false);
        TryDecode(0, tokens, from: 100).ShouldBe(DecodeResult.Failed);
        _decoder.RemoveSequence(0, 0, int.MaxValue);
        Decode(0, tokens, from: 0, logits: false);
    }

    [Fact]
    public void Broken_limits_throw_before_native_code_sees_them()
    {
        DecodeBatch empty = new(1);
        Should.Throw<ArgumentException>(() => _decoder.Decode(empty, TestContext.Current.CancellationToken));
        Should.Throw<ArgumentException>(() => TryDecode(0, new int[_decoder.Limits.BatchTokens + 1], 0));
        Should.Throw<ArgumentException>(() => TryDecode(0, [_model.Info.VocabularySize], 0));
        Should.Throw<ArgumentException>(() => TryDecode(0, [-1], 0));
        Should.Throw<ArgumentException>(() => TryDecode(_decoder.Limits.SequencesMax, [1], 0));
        Should.Throw<ArgumentException>(() => _decoder.RemoveSequence(-1, 0, 1));
        Should.Throw<ArgumentException>(() => _decoder.CopySequence(0, _decoder.Limits.SequencesMax, 0, 1));
        DecodeBatch outputs = new(_decoder.Limits.BatchTokens);
        for (int i = 0; i <= _decoder.Limits.OutputsMax; i++)
        {
            outputs.Add(1, i, 0, wantsLogits: true);
        }

        Should.Throw<ArgumentException>(() => _decoder.Decode(outputs, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Logits_of_a_token_that_wanted_none_throw()
    {
        Decode(0, Tokens("I finally got the job"), from: 0, logits: true);
        Should.Throw<ArgumentException>(() => _decoder.GetLogits(0).Length);
    }

    [Fact]
    public void Tokenizer_gives_back_the_text()
    {
        const string Text = "I'm so happy 😀! 오늘 정말 행복해요.\n\n  done";
        byte[] bytes = [.. _model.Tokenize(Text, parseControlTokens: false).SelectMany(_model.GetTokenBytes)];
        System.Text.Encoding.UTF8.GetString(bytes).ShouldBe(Text);
        _model.Tokenize("", parseControlTokens: true).ShouldBeEmpty();
    }

    [Fact]
    public void Control_tokens_are_parsed_only_on_request()
    {
        ControlToken control = _model.ControlTokens.First(token => token.Text.Contains("im_end", StringComparison.Ordinal));
        _model.Tokenize(control.Text, parseControlTokens: true).ShouldBe([control.Id]);
        _model.Tokenize(control.Text, parseControlTokens: false).ShouldNotContain(control.Id);
    }

    [Fact]
    public void Chat_template_keeps_messages_in_order()
    {
        string text = _model.ApplyChatTemplate([new("system", "Be brief."), new("user", "안녕?")], addAssistantHeader: true);
        text.ShouldContain("Be brief.");
        text.IndexOf("안녕?", StringComparison.Ordinal).ShouldBeGreaterThan(text.IndexOf("Be brief.", StringComparison.Ordinal));
        text.ShouldEndWith("assistant\n");
    }

    protected virtual void Dispose(bool disposing)
    {
        _decoder.Dispose();
        _model.Dispose();
    }

    private static void ShouldBeClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        actual.Length.ShouldBe(expected.Length);
        float worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(expected[i] - actual[i]));
        }

        worst.ShouldBeLessThan(Tolerance);
    }

    private int[] Tokens(string text) => _model.Tokenize(text, parseControlTokens: false);

    private float[] LastLogits(int sequence, ReadOnlySpan<int> tokens, int from)
    {
        Decode(sequence, tokens, from, logits: true);
        return _decoder.GetLogits(tokens.Length - 1).ToArray();
    }

    private void Decode(int sequence, ReadOnlySpan<int> tokens, int from, bool logits) =>
        TryDecode(sequence, tokens, from, logits).ShouldBe(DecodeResult.Ok);

    private DecodeResult TryDecode(int sequence, ReadOnlySpan<int> tokens, int from, bool logits = false)
    {
        DecodeBatch batch = new(tokens.Length);
        for (int i = 0; i < tokens.Length; i++)
        {
            batch.Add(tokens[i], from + i, sequence, logits && i == tokens.Length - 1);
        }

        return _decoder.Decode(batch, TestContext.Current.CancellationToken);
    }
}
