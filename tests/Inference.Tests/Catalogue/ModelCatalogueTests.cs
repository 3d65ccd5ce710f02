using Pipeline.Inference.Catalogue;

namespace Pipeline.Inference.Tests.Catalogue;

public sealed class ModelCatalogueTests
{
    [Fact]
    public void Names_are_unique_and_can_be_typed()
    {
        ModelCatalogue.All.Select(model => model.Name).ShouldBeUnique();
        ModelCatalogue.All.ShouldAllBe(model => model.Name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '.' || letter == '-'));
        ModelCatalogue.Find("QWEN2.5-7B").ShouldNotBeNull();
        ModelCatalogue.Find("qwen2.5").ShouldBeNull();
    }

    [Fact]
    public void Files_are_named_by_quantisations_that_can_be_estimated() =>
        ModelCatalogue.All.ShouldAllBe(model => model.File.Contains("{0}.gguf") && model.Quantizations.Count > 0 && model.Quantizations.All(Quantization.Names.Contains));

    [Fact]
    public void Languages_are_codes_with_English_first_and_others_last()
    {
        ModelCatalogue.All.ShouldAllBe(model => model.Languages[0] == "en" && model.Languages.Distinct().Count() == model.Languages.Count
            && model.Languages.All(language => language.Length == 2 || language == "mul") && model.Languages.SkipLast(1).All(language => language != "mul"));
        ModelCatalogue.All.Where(model => model.Name.StartsWith("exaone", StringComparison.Ordinal)).ShouldAllBe(model => model.Languages.SequenceEqual(new[] { "en", "ko" }) && model.Korean);
        ModelCatalogue.Find("qwen2.5-7b")!.Korean.ShouldBeTrue();
        ModelCatalogue.Find("llama3.1-8b")!.Korean.ShouldBeFalse();
    }

    // A slip in a shape shows here: the weights of attention differ too much between families to be counted as well.
    [Fact]
    public void Shapes_agree_with_the_number_of_weights() =>
        ModelCatalogue.All.Where(model => model.ActiveParameters is null).ShouldAllBe(model => Share(model) > 0.7 && Share(model) < 1);

    private static double Share(CatalogueModel model)
    {
        double layer = (3.0 * model.EmbeddingSize * model.FeedForwardSize) + (2.0 * model.EmbeddingSize * model.KvHeads * model.HeadSize);
        return ((layer * model.Layers) + (model.EmbeddingElements * (model.SharesEmbeddings ? 1 : 2))) / model.Parameters;
    }
}
