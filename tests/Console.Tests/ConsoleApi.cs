using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Core.Clients;
using Pipeline.Core.Postgres;
using Pipeline.TestSupport.Services;

namespace Pipeline.Console.Tests;

/// <summary>An API with keys of each role, a scripted worker and the console.</summary>
public sealed class ConsoleApi : IAsyncLifetime
{
    // A worker with two models for emotions, one of them loaded, one that cannot be loaded, and one for vectors, that takes no jobs.
    private const string Announce = """
        insert into workers (id, host, queues, slots, ready, lease_until, models, model_files)
        values (gen_random_uuid(), 'gpu-1:1', '{}', '{}', true, now() + interval '1 day',
                '[{"kind":"emotion","name":"small","context_tokens":512,"is_default":true},{"kind":"emotion","name":"large","context_tokens":4096,"is_default":false},
                  {"kind":"emotion","name":"broken","context_tokens":4096,"is_default":false},{"kind":"embedding","name":"vectors","context_tokens":512,"is_default":true}]',
                '[{"names":["small"],"kinds":["emotion"],"own_of":["emotion"],"file":"/models/small.gguf","state":"loaded","memory_mib":40,"running":3,"waiting":0,"slots":16,"tokens_per_second":1234.5,"batch_fill":0.42,"kv_fill":0.07,"load_seconds":0.4,"wait_seconds":0},
                  {"names":["large"],"kinds":["emotion"],"own_of":[],"file":"/models/large.gguf","state":"absent","memory_mib":5000,"running":0,"waiting":0},
                  {"names":["broken"],"kinds":["emotion"],"own_of":[],"file":"/models/broken.gguf","state":"refused","memory_mib":0,"running":0,"waiting":0,"error":"The model file /models/broken.gguf does not exist."},
                  {"names":["vectors"],"kinds":["embedding","document"],"own_of":["embedding","document"],"file":"/models/bge-m3","state":"loaded","memory_mib":2345,"running":0,"waiting":0,"load_seconds":3,"wait_seconds":0}]')
        """;

    private readonly PostgresDatabase _database = new();
    private readonly Dictionary<Role, string> _keys = [];
    private ApiHost? _host;

    internal ApiHost Host => _host!;

    internal ScriptedEmotion Worker { get; } = new();

    /// <summary>Of the API, beyond those of every test.</summary>
    internal (string Key, string Value)[] Settings { get; init; } = [];

    internal string Key(Role role) => _keys[role];

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _host = await ApiHost.StartAsync(_database.ConnectionString, Worker, Settings);
        _keys[Role.Admin] = await _host.AddKeyAsync("ada");
        _keys[Role.Operator] = await _host.AddKeyAsync("olga", Role.Operator);
        _keys[Role.Client] = await _host.AddKeyAsync("carl", Role.Client);
        await ExecuteAsync(Announce);
    }

    internal Task ExecuteAsync(string sql) => Host.Services.GetRequiredService<NpgsqlDataSource>().ExecuteAsync(sql, new { }, TestContext.Current.CancellationToken);

    /// <summary>A job of carl's that has ended.</summary>
    internal async Task<string> RunAsync(string text, Role role = Role.Client)
    {
        using var client = Host.Client(Key(role));
        var answer = await client.PostAsync("/api/jobs", System.Text.Json.JsonSerializer.Serialize(new { kind = "emotion", input = new { text } }), ("Prefer", "wait=60"));
        return answer.Json.GetProperty("id").GetString()!;
    }

    /// <summary>A browser without scripts that has logged in.</summary>
    internal async Task<Visitor> EnterAsync(Role role, params (string Name, string Value)[] headers)
    {
        Visitor visitor = new(Host.Address, headers);
        await visitor.LogInAsync(Key(role));
        return visitor;
    }

    public async ValueTask DisposeAsync()
    {
        await _host!.DisposeAsync();
        await _database.DisposeAsync();
    }
}
