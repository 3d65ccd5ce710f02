using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Confined;
using Pipeline.Inference.LLamaSharp.LoaderProcess;
using Pipeline.Inference.Models;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Inference.LLamaSharp.Tests;

/// <summary>Files that end native code, or never let it end: a process of their own pays for it.</summary>
public sealed class LoaderProcessTests : IDisposable
{
    private const int FloatAsInteger = 26;

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-loader-").FullName;
    private readonly ManualTime _time = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_is_tried_once_until_it_changes()
    {
        TriedModelLoader loader = Loader();
        string path = Write("good", File.ReadAllBytes(RandomModel.TinyPath));

        loader.Load(path, new()).Dispose();
        loader.Load(path, new()).Dispose();
        loader.Trials.ShouldBe(1, "a reload");

        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(1));
        loader.Load(path, new()).Dispose();
        loader.Trials.ShouldBe(2, "it may be another file");
    }

    [Fact]
    public void A_worker_may_be_told_to_try_none()
    {
        TriedModelLoader loader = Loader(new() { Enabled = false });
        loader.Load(RandomModel.TinyPath, new()).Dispose();
        loader.Trials.ShouldBe(0);
    }

    [Fact]
    public void An_embedding_model_is_tried_as_one()
    {
        string path = Path.Combine(_folder, "bert.gguf");
        Bench.Models.ModelWriter.Write(new() { Preset = Bench.Models.ModelPreset.TinyBert }, path, _cancel);
        TriedModelLoader loader = Loader();

        loader.Load(path, new() { IsForEmbeddings = true }).Dispose();
        loader.Trials.ShouldBe(1);

        // A chat model pools nothing: the same words as without a process.
        Should.Throw<ModelLoadException>(() => loader.Load(RandomModel.TinyPath, new() { IsForEmbeddings = true })).Message.ShouldContain("does not pool its tokens to one vector");
    }

    public static TheoryData<string, string, string> Deadly => new()
    {
        { "layers", "SIGABRT while it was loaded", "n_layer" },
        { "shapes", "SIGFPE while it was loaded", "" },
        { "weights", "SIGABRT while it computed", "unsupported types" },
    };

    [Theory]
    [MemberData(nameof(Deadly))]
    public async Task A_file_that_ends_native_code_is_refused_with_the_reason_and_others_go_on(string what, string end, string words)
    {
        TriedModelLoader loader = Loader();
        await using LocalModels models = Models(loader);
        models.Define(new("good", RandomModel.TinyPath));
        models.Define(new("deadly", Write(what, Kill(what))));
        (await ScoreAsync(models, "good")).Labels.Count.ShouldBe(2);

        ModelLoadException error = await Should.ThrowAsync<ModelLoadException>(() => ScoreAsync(models, "deadly"));
        error.Problem.ShouldContain(end);
        error.Problem.ShouldContain(words);
        error.Problem.ShouldNotContain("/llama.cpp/", customMessage: "folders of whoever built the library");
        ModelStatus status = models.Status.Single(model => model.Names.Contains("deadly"));
        (status.IsRefused, status.Error).ShouldBe((true, error.Message));
        models.Status.Single(model => model.Names.Contains("good")).IsRefused.ShouldBeFalse();
        (await ScoreAsync(models, "good")).Labels.Count.ShouldBe(2);

        _time.Advance(TimeSpan.FromSeconds(20)); // It is asked for again, and known already.
        int trials = loader.Trials;
        await Should.ThrowAsync<ModelLoadException>(() => ScoreAsync(models, "deadly"));
        loader.Trials.ShouldBe(trials);

        File.Copy(RandomModel.TinyPath, Path.Combine(_folder, $"{what}.gguf"), overwrite: true);
        _time.Advance(TimeSpan.FromSeconds(20));
        (await ScoreAsync(models, "deadly")).Labels.Count.ShouldBe(2);
    }

    [Fact]
    public void An_adapter_is_tried_with_its_model_and_named_where_it_is_at_fault()
    {
        TinyAdapter adapter = new(seed: 1);
        string model = TinyAdapter.WriteModel(Path.Combine(_folder, "tiny.gguf"));
        ModelAdapter good = new("good", adapter.Write(Path.Combine(_folder, "good-adapter.gguf")));
        string deadly = Write("deadly-adapter", new DamagedGguf(File.ReadAllBytes(good.Path)).SetType("blk.0.attn_q.weight.lora_a", FloatAsInteger).Bytes);
        TriedModelLoader loader = Loader();

        loader.Load(model, new() { Adapters = [good] }).Dispose();
        ModelLoadException error = Should.Throw<ModelLoadException>(() => loader.Load(model, new() { Adapters = [good, new("deadly", deadly)] }));
        error.Problem.ShouldContain($"was ended by SIGSEGV while it was given the adapter {deadly}");
        loader.Load(model, new() { Adapters = [good] }).Dispose();
        loader.Trials.ShouldBe(2);
    }

    [Fact]
    public void A_file_that_takes_too_long_is_refused_for_a_while()
    {
        TriedModelLoader loader = Loader(new() { Timeout = TimeSpan.FromSeconds(1) });
        string path = Pipe();

        ModelLoadException error = Should.Throw<ModelLoadException>(() => loader.Load(path, new()));
        error.Problem.ShouldContain("had not finished after 1 s");
        error.Remedy.ShouldContain("Inference:LoaderProcess:Timeout");
        Should.Throw<ModelLoadException>(() => loader.Load(path, new())).Problem.ShouldBe(error.Problem);
        loader.Trials.ShouldBe(1);

        _time.Advance(TimeSpan.FromMinutes(11)); // Another time the disk may be faster.
        Should.Throw<ModelLoadException>(() => loader.Load(path, new()));
        loader.Trials.ShouldBe(2);
    }

    [Fact]
    public async Task The_process_knows_no_setting_may_open_no_socket_and_ends_with_its_parent()
    {
        TrialRequest request = new(Pipe(), new(), CpuSecondsMax: 600, DataBytesMax: 1UL << 30);
        using Process process = ConfinedProcess.Start(typeof(TrialProgram).Assembly, 256, request.ToArguments());
        (await process.StandardOutput.ReadLineAsync(_cancel)).ShouldBe(TrialStages.Loading);

        string[] environment = (await File.ReadAllTextAsync($"/proc/{process.Id}/environ", _cancel)).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        environment.ShouldAllBe(variable => variable.StartsWith("DOTNET_", StringComparison.Ordinal));
        (await File.ReadAllTextAsync($"/proc/{process.Id}/status", _cancel)).ShouldContain("Seccomp:\t2");
        (await File.ReadAllTextAsync($"/proc/{process.Id}/limits", _cancel)).ShouldMatch(@"Max data size +1073741824 ");
        (await File.ReadAllTextAsync($"/proc/{process.Id}/oom_score_adj", _cancel)).Trim().ShouldBe("1000");

        process.StandardInput.Close(); // As the system does when the other side dies.
        await process.WaitForExitAsync(_cancel);
        process.ExitCode.ShouldBe((int)TrialEnd.Misused);
    }

    [Fact]
    public void A_file_that_needs_more_memory_than_it_may_take_is_refused()
    {
        string path = Path.Combine(_folder, "small.gguf");
        Bench.Models.ModelWriter.Write(new() { Preset = Bench.Models.ModelPreset.Small }, path, _cancel);
        TriedModelLoader loader = Loader(new() { MemoryMegabytesMax = 64 });

        Should.Throw<ModelLoadException>(() => loader.Load(path, new(UseMemoryMap: false))).Message.ShouldContain("Inference:LoaderProcess:MemoryMegabytesMax");
    }

    /// <summary>As a worker loads them: what the header's check lets pass is tried, and what is tried well is loaded here.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Damaged_files_end_well_or_with_a_reason_and_the_process_lives(int seed)
    {
        byte[] good = await File.ReadAllBytesAsync(RandomModel.TinyPath, _cancel);
        TriedModelLoader loader = Loader(new() { Timeout = TimeSpan.FromMinutes(2) });
        await using LocalModels models = Models(loader);
        models.Define(new("good", RandomModel.TinyPath));
        int refused = 0;
        for (int file = 0; file < 100; file++)
        {
            byte[] bytes = DamagedGguf.Random(good, new Random((seed * 1_000) + file));
            try
            {
                string name = $"{seed}-{file}";
                models.Define(new(name, Write(name, bytes)));
                await ScoreAsync(models, name);
            }
            catch (InferenceException exception)
            {
                exception.Message.ShouldNotBeNullOrWhiteSpace($"file {file} of seed {seed}");
                refused++;
            }
        }

        refused.ShouldBeInRange(50, 100);
        loader.Trials.ShouldBeGreaterThan(20, "the header's check is not all that refuses");
        (await ScoreAsync(models, "good")).Labels.Count.ShouldBe(2);
    }

    private static byte[] Kill(string what)
    {
        DamagedGguf file = new(File.ReadAllBytes(RandomModel.TinyPath));
        return (what switch
        {
            "layers" => file.Set("llama.block_count", 1_000),
            "shapes" => file.SetRows("output.weight", 0),
            _ => file.SetType("output_norm.weight", FloatAsInteger),
        }).Bytes;
    }

    private string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(_folder, $"{name}.gguf");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Whoever opens it waits for the other side, which never comes.</summary>
    private string Pipe()
    {
        string path = Path.Combine(_folder, "pipe.gguf");
        using Process made = Process.Start("mkfifo", path);
        made.WaitForExit();
        return path;
    }

    private TriedModelLoader Loader(LoaderProcessOptions? options = null) =>
        new(TestEngine.Loader, Options.Create(options ?? new() { Timeout = TimeSpan.FromMinutes(2) }), _time, NullLogger<TriedModelLoader>.Instance);

    private LocalModels Models(IModelLoader loader) =>
        new(loader, Options.Create(new InferenceOptions { Threads = 1, ContextTokens = 512 }), new(), _time, NullLogger<LocalModels>.Instance);

    private Task<LabelScores> ScoreAsync(LocalModels models, string name) =>
        models.ScoreAsync(NamedModel.AnyRequest with { Model = name }, _cancel);
}
