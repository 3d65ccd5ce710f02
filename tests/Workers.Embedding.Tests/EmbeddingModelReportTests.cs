using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Models;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Workers.Embedding.Tests;

/// <summary>Which model an embedding worker takes, and what its row says of it.</summary>
public sealed class EmbeddingModelReportTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly string _file = RepositoryFiles.Path("models", "embedding-mini.gguf");

    [Fact]
    public async Task The_row_of_a_worker_tells_the_file_the_state_and_the_memory_of_the_name_that_its_kind_takes()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Models:vectors:Path"] = _file;
        settings["Kinds:Embedding:Model"] = "vectors";
        settings["Inference:Threads"] = "1";
        await using var worker = await TestPipeline.StartAsync(settings, pipeline => pipeline.AddEmbeddingWorker());
        await using var read = database.DataSource.CreateCommand("select model_files::text from workers where lease_until > now() order by id desc limit 1");

        var model = WorkerModel.Read((string)(await read.ExecuteScalarAsync(TestContext.Current.CancellationToken))!).ShouldHaveSingleItem();

        (model.Names.Single(), model.File, model.State, model.IsReady, model.GpuMemoryMib).ShouldBe(("vectors", _file, "loaded", true, 0));
        model.OwnOf.ShouldBe([EmbedTexts.Kind, EmbedDocument.Kind]);
        model.MemoryMib.ShouldBeGreaterThanOrEqualTo(new FileInfo(_file).Length >> 20);
        model.LoadSeconds.ShouldNotBeNull().ShouldBeGreaterThan(0);
        model.Version!.Length.ShouldBe(12);
    }

    [Fact]
    public void A_name_of_section_Models_stands_for_its_file()
    {
        var named = Read("vectors", ("Models:vectors:Path", "/models/bge-m3"));
        (named.Name, named.Path).ShouldBe(("vectors", "/models/bge-m3"));

        var plain = Read("/models/bge-m3", ("Models:vectors:Path", "/models/other"));
        (plain.Name, plain.Path).ShouldBe((null, "/models/bge-m3"));
    }

    [Fact]
    public void A_name_without_a_file_says_how_to_get_one() =>
        Should.Throw<StartupException>(() => Read("vectors", ("Models:vectors:Source", "hf:owner/repository/file.gguf"))).Message.ShouldContain("./run models pull vectors");

    [Theory]
    [InlineData("embedding")]
    [InlineData("chat, document")]
    public void A_model_that_jobs_for_vectors_were_to_ask_for_is_refused_with_the_setting_that_takes_it(string kinds) =>
        Should.Throw<StartupException>(() => Read(null, ("Models:large:Path", "/models/large.gguf"), ("Models:large:Kinds", kinds)))
            .Message.ShouldContain("set Kinds:Embedding:Model to large");

    private static NamedFile Read(string? model, params (string Key, string Value)[] settings) => new(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build(),
        Options.Create(new EmbeddingOptions { Model = model }));
}
