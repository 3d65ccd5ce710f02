using Pipeline.Core.Clients;
using Pipeline.TestSupport.Services;

namespace Pipeline.Console.Tests;

/// <summary>An API with keys of each role, a scripted worker and the console.</summary>
public sealed class ConsoleApi : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();
    private readonly Dictionary<Role, string> _keys = [];
    private ApiHost? _host;

    internal ApiHost Host => _host!;

    internal ScriptedEmotion Worker { get; } = new();

    internal string Key(Role role) => _keys[role];

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _host = await ApiHost.StartAsync(_database.ConnectionString, Worker);
        _keys[Role.Admin] = await _host.AddKeyAsync("ada");
        _keys[Role.Operator] = await _host.AddKeyAsync("olga", Role.Operator);
        _keys[Role.Client] = await _host.AddKeyAsync("carl", Role.Client);
    }

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
