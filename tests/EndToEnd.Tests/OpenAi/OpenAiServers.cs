using Pipeline.Bench.Models;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests.OpenAi;

/// <summary>API and workers as processes, with a chat model of random weights that writes until its limit.</summary>
public sealed class OpenAiServers : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();
    private readonly List<RoleProcess> _roles = [];

    /// <summary>Without a slash at its end.</summary>
    public string Address => _roles[0].Address.ToString().TrimEnd('/');

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        var settings = await TestPipeline.SettingsAsync(_database);
        settings["Kinds:Chat:Model"] = RandomModel();
        foreach (var role in (string[])["Api", "Workers.Inference", "Workers.Embedding"])
        {
            _roles.Add(await RoleProcess.StartReadyAsync(role, settings));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var role in _roles.AsEnumerable().Reverse())
        {
            await role.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    private static string RandomModel()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "random-chat.gguf");
        ModelWriter.Write(new ModelRecipe { Preset = ModelPreset.Tiny }, path, CancellationToken.None);
        return path;
    }
}

/// <summary>The clients share the servers.</summary>
[CollectionDefinition(nameof(OpenAiServers))]
public sealed class OpenAiServersCollection : ICollectionFixture<OpenAiServers>;
