using Pipeline.Inference;
using Pipeline.TestSupport.Inference;
using Pipeline.Workers.Inference.Chat;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Tests;

public sealed class WriterCheckTests
{
    [Fact]
    public void The_model_that_ships_cannot_write_and_the_setting_that_names_another_is_told() =>
        Missing(new()).ShouldBe("Kinds:Chat:Model");

    [Fact]
    public void A_copy_of_it_under_another_name_cannot_either() =>
        Missing(new() { Model = EmotionPrompt.ModelPath }).ShouldBe("Kinds:Chat:Model");

    [Fact]
    public void A_model_as_large_as_the_smallest_instruct_models_counts_as_a_writer()
    {
        var path = SparseModel.Create(weights: 134_515_008);
        try
        {
            Missing(new() { Model = path }).ShouldBeNull();
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_server_and_an_operator_who_allows_it_are_believed()
    {
        Missing(new(), new InferenceOptions { Backend = InferenceBackend.Remote }).ShouldBeNull();
        Missing(new(), writers: new WriterOptions { AllowSmallWriter = true }).ShouldBeNull();
    }

    [Fact]
    public void A_file_that_is_not_there_is_for_whoever_loads_it_to_report() =>
        Missing(new() { Model = "/nowhere/model.gguf" }).ShouldBeNull();

    private static string? Missing(ChatJobOptions options, InferenceOptions? inference = null, WriterOptions? writers = null) =>
        new WriterCheck("chat", "Kinds:Chat:Model", TestJobs.Served(inference?.Backend ?? InferenceBackend.Local, options.Model), writers ?? new()).MissingSetting;
}
