using System.Text;
using Pipeline.Bench.Models;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp.Tests;

/// <summary>The models that benchmarks write are models to the library: they load, compute and tokenize.</summary>
public sealed class RandomModelTests : IDisposable
{
    private const string Text = "The film was 10 times better than I thought! 오늘은 정말 행복해요, 값어치를 했다. 😀";
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"pipeline-{Guid.CreateVersion7()}.gguf");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(ModelPreset.Tiny, WeightType.F16, 1_024)]
    [InlineData(ModelPreset.Tiny, WeightType.Q8, 1_024)]
    [InlineData(ModelPreset.Tiny, WeightType.Q4, 1_024)]
    [InlineData(ModelPreset.Small, WeightType.Q4K, 8_192)]
    public void Decoder_loads_decodes_and_gives_texts_back(ModelPreset preset, WeightType weights, int vocabulary)
    {
        using ILanguageModel model = Load(new() { Preset = preset, Weights = weights });
        model.Info.VocabularySize.ShouldBe(vocabulary);
        int[] tokens = model.Tokenize(Text, parseControlTokens: false);
        Encoding.UTF8.GetString([.. tokens.SelectMany(model.GetTokenBytes)]).ShouldBe(Text);
        tokens.Length.ShouldBeLessThan(Encoding.UTF8.GetByteCount(Text) * 3 / 4); // Merges work.
        model.ApplyChatTemplate([new("user", "안녕?")], addAssistantHeader: true).ShouldBe("<|im_start|>user\n안녕?<|im_end|>\n<|im_start|>assistant\n");
        model.ControlTokens.Select(token => token.Text).ShouldBe(["<|endoftext|>", "<|im_start|>", "<|im_end|>"], ignoreOrder: true);
        model.IsEndOfGeneration(model.Tokenize("<|im_end|>", parseControlTokens: true).ShouldHaveSingleItem()).ShouldBeTrue();

        using IDecoder decoder = model.CreateDecoder(new(new(ContextTokens: 256, BatchTokens: 128, SequencesMax: 2, OutputsMax: 2), Threads: 1));
        DecodeBatch batch = new(tokens.Length);
        for (int i = 0; i < tokens.Length; i++)
        {
            batch.Add(tokens[i], i, 0, wantsLogits: i == tokens.Length - 1);
        }

        decoder.Decode(batch, _cancel).ShouldBe(DecodeResult.Ok);
        float[] logits = decoder.GetLogits(tokens.Length - 1).ToArray();
        logits.ShouldAllBe(logit => float.IsFinite(logit));
        double mean = logits.Average();
        Math.Sqrt(logits.Average(logit => (logit - mean) * (logit - mean))).ShouldBeInRange(0.3, 3); // Neither flat nor saturated.
    }

    [Theory]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Cls)]
    public void Encoder_loads_encodes_and_knows_English_and_Korean(Pooling pooling)
    {
        using ILanguageModel model = Load(new() { Preset = ModelPreset.TinyBert, Pooling = pooling });
        int[] tokens = model.TokenizeInput("The movie was good, 오늘 정말 행복해요");
        Encoding.UTF8.GetString([.. tokens[1..^1].SelectMany(model.GetTokenBytes)]).Trim().ShouldStartWith("the movie was good , ");
        tokens.ShouldNotContain(1); // Unknown.
        (tokens[0], tokens[^1]).ShouldBe((2, 3));

        using IEmbeddingEncoder encoder = model.CreateEncoder(new(new EncoderLimits(BatchTokens: 128, SequencesMax: 2), Threads: 1));
        float[][] vectors = encoder.Encode([tokens, [2, 100, 3]], _cancel);
        vectors.ShouldAllBe(vector => vector.Length == 128 && vector.All(float.IsFinite));
        vectors[0].ShouldNotBe(vectors[1]);
    }

    [Fact]
    public void A_decoder_pools_as_its_metadata_say()
    {
        int[] text = [300, 301, 302];
        float[] whole = Vector(Pooling.Mean, text);
        float[] beginning = Vector(Pooling.Mean, text[..^1]);

        // Tokens do not see those behind them, so the means of a text and its beginning tell what the last token adds.
        float[] last = [.. whole.Zip(beginning, (mean, before) => (mean * text.Length) - (before * (text.Length - 1)))];
        Vector(Pooling.Last, text).ShouldBe(last, tolerance: 0.01f);
        Vector(Pooling.Cls, text).ShouldBe(Vector(Pooling.Mean, text[..1]), tolerance: 0.01f);
    }

    [Fact]
    public async Task Same_recipe_gives_the_same_bytes_and_another_seed_gives_others()
    {
        ModelRecipe recipe = new() { Preset = ModelPreset.Tiny, Weights = WeightType.Q8, Seed = 7 };
        byte[] first = await WriteAsync(recipe);
        byte[] again = await WriteAsync(recipe);
        byte[] other = await WriteAsync(recipe with { Seed = 8 });
        again.AsSpan().SequenceEqual(first).ShouldBeTrue();
        other.Length.ShouldBe(first.Length);
        other.AsSpan().SequenceEqual(first).ShouldBeFalse();
    }

    private float[] Vector(Pooling pooling, int[] tokens)
    {
        using ILanguageModel model = Load(new() { Preset = ModelPreset.Tiny, Pooling = pooling });
        using IEmbeddingEncoder encoder = model.CreateEncoder(new(new EncoderLimits(BatchTokens: 128, SequencesMax: 2), Threads: 1));
        return encoder.Encode([tokens], _cancel).ShouldHaveSingleItem();
    }

    private ILanguageModel Load(ModelRecipe recipe)
    {
        ModelWriter.Write(recipe, _path, _cancel);
        return TestEngine.Loader.Load(_path, new ModelParameters());
    }

    private Task<byte[]> WriteAsync(ModelRecipe recipe)
    {
        ModelWriter.Write(recipe, _path, _cancel);
        return File.ReadAllBytesAsync(_path, _cancel);
    }
}
