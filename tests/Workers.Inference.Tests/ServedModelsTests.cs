using Pipeline.Core.Hosting;
using Pipeline.Inference;
using Pipeline.Inference.Models;

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
    public void Who_may_ask_for_a_model_may_ask_for_it_through_each_of_its_adapters()
    {
        KeyValuePair<string, string?>[] settings = [.. _settings, new("Models:qwen:Adapters:support", "/models/support.gguf"), new("Models:qwen:Adapters:legal:Path", "/models/legal.gguf"), new("Models:qwen:Adapters:legal:Scale", "0.5")];

        TestJobs.Served(model: "large", settings: settings).Of("chat").Select(model => model.Name).ShouldBe(["large", "qwen", "qwen:legal", "qwen:support"]);
        var served = TestJobs.Served(model: "qwen:legal", settings: settings);
        served.Of("chat").Select(model => model.Name).ShouldBe(["qwen:legal", "qwen", "qwen:support"]);
        served.Of("emotion").Select(model => model.Name).ShouldBe(["qwen:legal"], "the model itself does other kinds");
        var own = served.Find("Kinds:Emotion", null);
        (own.Name, own.ModelName, own.Path, own.Adapter).ShouldBe(("qwen:legal", "qwen", "/models/qwen.gguf", new ModelAdapter("legal", "/models/legal.gguf", 0.5f)));
        own.Adapters.Select(adapter => adapter.Name).ShouldBe(["legal", "support"]);
    }

    [Theory]
    [InlineData("Models:qwen:Adapters:support:Weight", "1", "Models:qwen:Adapters:support:Weight is no setting of an adapter.")]
    [InlineData("Models:qwen:Adapters:support:Scale", "1", "Models:qwen:Adapters:support names no file.")]
    [InlineData("Models:qwen:Adapters:legal:Scale", "much", "Models:qwen:Adapters:legal:Scale is much.")]
    public void An_adapter_that_makes_no_sense_is_named(string setting, string value, string message) => Should.Throw<StartupException>(
        () => TestJobs.Served(settings: [new("Models:qwen:Adapters:legal:Path", "/models/legal.gguf"), new(setting, value)])).Message.ShouldStartWith(message);

    [Theory]
    [InlineData("embedding")]
    [InlineData("document")]
    public void A_model_that_jobs_for_vectors_were_to_ask_for_is_refused(string kind)
    {
        var message = Should.Throw<StartupException>(() => TestJobs.Served(settings: [new("Models:qwen:Path", "/models/qwen.gguf"), new("Models:qwen:Kinds", $"chat,{kind}")])).Message;
        message.ShouldStartWith($"Models:qwen:Kinds names {kind}, whose jobs cannot ask for a model");
        message.ShouldContain("set Kinds:Embedding:Model to qwen");
    }

    [Fact]
    public void A_setting_that_no_model_has_is_named() =>
        Should.Throw<StartupException>(() => TestJobs.Served(settings: [new("Models:qwen:Temperature", "1")])).Message.ShouldStartWith("Models:qwen:Temperature is no setting of a model.");
}
