using Pipeline.Core.Hosting;
using Pipeline.Inference;

namespace Pipeline.Workers.Inference.Tests;

public sealed class ServedModelsTests
{
    private static readonly Dictionary<string, string?> _settings = new()
    {
        ["Models:qwen:Path"] = "/models/qwen.gguf",
        ["Models:qwen:Kinds"] = "chat, feedback",
        ["Models:large:Path"] = "/models/large.gguf",
        ["Models:large:ContextTokens"] = "4096",
        ["Models:elsewhere:Source"] = "hf:owner/repository/file.gguf",
    };

    [Fact]
    public void A_kind_has_its_own_model_and_those_that_name_the_kind()
    {
        var served = TestJobs.Served(model: "large", settings: _settings);

        served.Of("chat").Select(model => model.Name).ShouldBe(["large", "qwen"]);
        served.Of("emotion").Select(model => model.Name).ShouldBe(["large"]);
        (served.Find("Kinds:Chat", null).Name, served.Find("Kinds:Chat", "chat").Name, served.Find("Kinds:Chat", "qwen").Name).ShouldBe(("large", "large", "qwen"));
        served.Find("Kinds:Chat", null).ContextTokens.ShouldBe(4_096);
    }

    [Fact]
    public void A_request_for_a_model_that_does_not_do_the_kind_is_told_which_do() =>
        Should.Throw<InferenceException>(() => TestJobs.Served(model: "large", settings: _settings).Find("Kinds:Emotion", "qwen")).Message.ShouldContain("it has large");

    [Theory]
    [InlineData("elsewhere", "./run models pull elsewhere")]
    [InlineData("unknown", "neither a name of section Models nor a GGUF file")]
    public void A_setting_that_names_no_file_ends_the_start_with_the_remedy(string model, string message) =>
        Should.Throw<StartupException>(() => TestJobs.Served(model: model, settings: _settings)).Message.ShouldContain(message);

    [Fact]
    public void A_setting_that_no_model_has_is_named() =>
        Should.Throw<StartupException>(() => TestJobs.Served(settings: [new("Models:qwen:Temperature", "1")])).Message.ShouldStartWith("Models:qwen:Temperature is no setting of a model.");
}
