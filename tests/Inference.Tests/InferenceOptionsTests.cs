using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Pipeline.Inference.Tests;

public sealed class InferenceOptionsTests
{
    [Fact]
    public void Defaults_are_valid() => Bind().ContextTokens.ShouldBe(8_192);

    [Theory]
    [InlineData("ContextTokens", "10")]
    [InlineData("BatchTokens", "100000")]
    [InlineData("BatchTokens", "9000")] // More than the default context.
    [InlineData("SequencesMax", "300")]
    [InlineData("PrefixesMax", "64")] // As many as sequences.
    [InlineData("Threads", "0")]
    [InlineData("QueueMax", "0")]
    public void Value_out_of_bounds_is_named(string name, string value) =>
        Should.Throw<OptionsValidationException>(() => Bind((name, value))).Message.ShouldContain(name);

    private static InferenceOptions Bind(params (string Name, string Value)[] values)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(pair => KeyValuePair.Create($"Inference:{pair.Name}", (string?)pair.Value))).Build();
        using ServiceProvider provider = new ServiceCollection().AddLogging().AddInference(configuration).BuildServiceProvider();
        return provider.GetRequiredService<IOptions<InferenceOptions>>().Value;
    }
}
