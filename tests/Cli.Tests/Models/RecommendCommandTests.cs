using System.Text.Json.Nodes;
using Pipeline.Cli.Models;
using Pipeline.Cli.Tests.Commands;
using Pipeline.Inference.Catalogue;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.Models;

namespace Pipeline.Cli.Tests.Models;

public sealed class RecommendCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestEnvironment _environment = new(width: 120);

    public RecommendCommandTests() => _environment.Variables["MODELS_DIRECTORY"] = _folder.Path;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task This_machine_is_measured_and_told_in_json()
    {
        await _environment.RunAsync("models", "recommend", "--json", "--context", "4096", "--threads", "1");

        var record = JsonNode.Parse(_environment.OutLines.ShouldHaveSingleItem())!;
        record["machine"]!["memory_bandwidth"]!.GetValue<double>().ShouldBeGreaterThan(1e8);
        record["context_tokens"]!.GetValue<int>().ShouldBe(4_096);
        var models = record["models"]!.AsArray();
        models.Select(model => (string)model!["model"]!).ShouldBe(ModelCatalogue.All.Select(model => model.Name));
        foreach (var (model, known) in models.Zip(ModelCatalogue.All))
        {
            model!["languages"]!.AsArray().Select(language => (string)language!).ShouldBe(known.Languages);
            model["korean"]!.GetValue<bool>().ShouldBe(known.Languages.Contains("ko"));
        }
    }

    [Fact]
    public async Task A_context_out_of_bounds_is_refused()
    {
        (await _environment.RunAsync("models", "recommend", "--context", "1")).ShouldBe(1);
        _environment.Error.ShouldContain("--context is 1; give 256 to 4194304");
    }

    [Fact]
    public void The_choice_comes_with_the_settings_to_copy()
    {
        File.WriteAllBytes(Path.Combine(_folder.Path, "here.gguf"), TestModel.Small());
        Write(new(8, 8, null, 12L << 30), bandwidth: 60e9, gpus: []);

        _environment.Out.ShouldContain("./run models pull ");
        _environment.Out.ShouldContain("For Korean: ");
        Row("exaone3.5-7.8b").ShouldContain(" en ko ");
        Row("llama3.1-8b").ShouldContain(" en de fr +5 ");
        Row("qwen2.5-7b").ShouldContain(" en zh fr +10… ");
        _environment.Out.ShouldContain($"export Kinds__Chat__Model={_folder.Path}/");
        _environment.Out.ShouldContain("export Inference__ContextTokens=8192");
        _environment.Out.ShouldContain("here.gguf, here: ");
        _environment.Out.ShouldContain("none that nvidia-smi lists");
    }

    [Fact]
    public void A_gpu_takes_its_layers_in_the_settings()
    {
        Write(new(8, 8, null, 12L << 30), bandwidth: 60e9, gpus: [new("NVIDIA GeForce RTX 4090", 24L << 30, 24L << 30)]);

        _environment.Out.ShouldContain("NVIDIA GeForce RTX 4090");
        _environment.Out.ShouldContain("Inference__GpuLayers=");
    }

    [Fact]
    public void Where_nothing_fits_the_missing_memory_is_told()
    {
        Write(new(1, 1, null, 300L << 20), bandwidth: 10e9, gpus: []);

        _environment.Out.ShouldContain("Nothing fits. ");
        _environment.Out.ShouldContain("are missing. Free memory, try a smaller --context");
    }

    private string Row(string model) => _environment.OutLines.Single(line => line.TrimStart().StartsWith(model + " ", StringComparison.Ordinal));

    private void Write(MachineReadings readings, double bandwidth, IReadOnlyList<Accelerator> gpus)
    {
        MachineProfile machine = new(readings, HardwarePlan.Threads(readings), bandwidth, gpus);
        RecommendationView.Write(_environment.Value.Out, new(machine, 8_192, Recommender.All(machine, 8_192), new ModelFolder(_folder.Path)), threads: null);
    }
}
