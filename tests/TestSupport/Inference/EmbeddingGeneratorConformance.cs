using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;

namespace Pipeline.TestSupport.Inference;

/// <summary>What every generator of embeddings must do. A generator's tests derive from this and give it.</summary>
public abstract class EmbeddingGeneratorConformance
{
    private static readonly string[] _texts = ["The parcel is late.", "택배가 늦는다", "I love this song", "이 노래 너무 좋아 🎵", "a"];

    protected abstract IEmbeddingGenerator<string, Embedding<float>> Generator { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_text_has_a_vector_of_length_1_and_all_have_the_same_size()
    {
        var embeddings = await Generator.GenerateAsync(_texts, options: null, Cancellation);

        embeddings.Count.ShouldBe(_texts.Length);
        embeddings.Select(embedding => embedding.Dimensions).Distinct().ShouldHaveSingleItem().ShouldBeGreaterThan(0);
        embeddings.ShouldAllBe(embedding => Math.Abs(Length(embedding) - 1) < 1e-3);
        embeddings.Usage!.InputTokenCount!.Value.ShouldBeGreaterThanOrEqualTo(_texts.Length);
    }

    [Fact]
    public async Task A_vector_does_not_depend_on_its_company_or_its_place()
    {
        var together = await Generator.GenerateAsync(_texts, options: null, Cancellation);

        for (int i = 0; i < _texts.Length; i++)
        {
            var alone = await Generator.GenerateAsync([_texts[i]], options: null, Cancellation);
            Cosine(alone[0], together[i]).ShouldBeGreaterThan(0.999, _texts[i]);
        }
    }

    [Fact]
    public async Task No_texts_have_no_vectors() =>
        (await Generator.GenerateAsync([], options: null, Cancellation)).ShouldBeEmpty();

    [Fact]
    public Task A_canceled_request_says_so() =>
        Should.ThrowAsync<OperationCanceledException>(() => Generator.GenerateAsync(_texts, options: null, new(canceled: true)));

    private static double Length(Embedding<float> embedding) => Math.Sqrt(embedding.Vector.ToArray().Sum(value => (double)value * value));

    private static double Cosine(Embedding<float> left, Embedding<float> right) =>
        left.Vector.ToArray().Zip(right.Vector.ToArray(), (l, r) => (double)l * r).Sum() / (Length(left) * Length(right));
}
