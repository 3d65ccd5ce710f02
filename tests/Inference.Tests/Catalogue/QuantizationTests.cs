using Pipeline.Inference.Catalogue;

namespace Pipeline.Inference.Tests.Catalogue;

public sealed class QuantizationTests
{
    // GB, as the publishers of the files show them.
    [Theory]
    [InlineData("qwen2.5-7b", "Q4_K_M", 4.68)]
    [InlineData("qwen2.5-7b", "Q5_K_M", 5.44)]
    [InlineData("qwen2.5-7b", "Q8_0", 8.10)]
    [InlineData("qwen2.5-7b", "F16", 15.24)]
    [InlineData("qwen2.5-0.5b", "Q4_K_M", 0.398)]
    [InlineData("qwen2.5-1.5b", "Q4_K_M", 0.986)]
    [InlineData("qwen2.5-14b", "Q4_K_M", 8.99)]
    [InlineData("llama3.1-8b", "Q4_K_M", 4.92)]
    [InlineData("llama3.1-8b", "Q5_K_M", 5.73)]
    [InlineData("llama3.1-8b", "Q8_0", 8.54)]
    [InlineData("llama3.2-1b", "Q4_K_M", 0.808)]
    [InlineData("mistral-7b", "Q4_K_M", 4.37)]
    [InlineData("gemma2-9b", "Q4_K_M", 5.76)]
    [InlineData("exaone3.5-7.8b", "Q4_K_M", 4.77)]
    public void Estimated_files_have_the_size_of_published_ones(string name, string quantization, double gigabytes) =>
        (Quantization.FileBytes(ModelCatalogue.Find(name)!, quantization) / 1e9 / gigabytes).ShouldBe(1, 0.02);

    [Fact]
    public void A_token_reads_no_embedding_table_beside_an_output_matrix()
    {
        CatalogueModel model = ModelCatalogue.Find("llama3.1-8b")!;
        (Quantization.FileBytes(model, "F16") - Quantization.BytesPerToken(model, "F16")).ShouldBe(model.EmbeddingElements * 2);
    }

    [Fact]
    public void A_token_reads_the_table_that_is_the_output_matrix()
    {
        CatalogueModel model = ModelCatalogue.Find("llama3.2-1b")!;
        Quantization.BytesPerToken(model, "Q8_0").ShouldBe(Quantization.FileBytes(model, "Q8_0"));
    }

    [Fact]
    public void A_token_reads_the_experts_it_goes_through()
    {
        CatalogueModel model = ModelCatalogue.Find("qwen3-30b-a3b")!;
        Quantization.BytesPerToken(model, "Q8_0").ShouldBeLessThan(Quantization.FileBytes(model, "Q8_0") / 8);
    }
}
