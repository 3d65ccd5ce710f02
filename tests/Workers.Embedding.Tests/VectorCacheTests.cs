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
            cache.Add(Client, $"text {i}", Vector);
            cache.Find(Client, "text 0").ShouldNotBeNull();
        }

        Enumerable.Range(0, 200).Count(i => cache.Find(Client, $"text {i}") is not null).ShouldBeInRange(10, 20);
    }

    [Fact]
    public void A_limit_of_zero_remembers_nothing()
    {
        var cache = Create(textsMax: 0);
        cache.Add(Client, "text", Vector);
        cache.Find(Client, "text").ShouldBeNull();
    }

    [Fact]
    public void Another_text_is_not_found()
    {
        var cache = Create(textsMax: 20);
        cache.Add(Client, "글", Vector);
        cache.Find(Client, "글 ").ShouldBeNull();
        cache.Find(Client, "글").ShouldBe(Vector);
    }

    [Fact]
    public void Nobody_learns_what_another_client_has_sent()
    {
        var cache = Create(textsMax: 20);
        cache.Add(Client, "a secret", Vector);

        cache.Find(Guid.CreateVersion7(), "a secret").ShouldBeNull();
        cache.Find(Client, "a secret").ShouldBe(Vector);
    }

    private static Guid Client { get; } = Guid.CreateVersion7();

    private static EmbeddedText Vector { get; } = new([1], 3, "scripted");

    private static VectorCache Create(int textsMax) => new(Options.Create(new EmbeddingOptions { CacheTextsMax = textsMax }));
}
