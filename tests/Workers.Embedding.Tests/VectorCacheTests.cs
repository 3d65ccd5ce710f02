using Microsoft.Extensions.Options;

namespace Pipeline.Workers.Embedding.Tests;

public sealed class VectorCacheTests
{
    [Fact]
    public void Only_so_many_texts_are_remembered_and_those_in_use_stay()
    {
        var cache = Create(textsMax: 20);
        for (var i = 0; i < 200; i++)
        {
            cache.Add($"text {i}", Vector);
            cache.Find("text 0").ShouldNotBeNull();
        }

        Enumerable.Range(0, 200).Count(i => cache.Find($"text {i}") is not null).ShouldBeInRange(10, 20);
    }

    [Fact]
    public void A_limit_of_zero_remembers_nothing()
    {
        var cache = Create(textsMax: 0);
        cache.Add("text", Vector);
        cache.Find("text").ShouldBeNull();
    }

    [Fact]
    public void Another_text_is_not_found()
    {
        var cache = Create(textsMax: 20);
        cache.Add("글", Vector);
        cache.Find("글 ").ShouldBeNull();
        cache.Find("글").ShouldBe(Vector);
    }

    private static EmbeddedText Vector { get; } = new([1], 3, "scripted");

    private static VectorCache Create(int textsMax) => new(Options.Create(new EmbeddingOptions { CacheTextsMax = textsMax }));
}
