using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using Pipeline.Cli.Display;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Cli.Tests;

/// <summary>An environment that keeps what a command writes.</summary>
internal sealed class TestEnvironment
{
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();

    public TestEnvironment(int width = 100, bool terminal = false)
    {
        Variables["COLUMNS"] = width.ToString(CultureInfo.InvariantCulture);
        Value = new()
        {
            Out = Terminal.Open(new StringWriter(_out), redirected: !terminal, Variables.GetValueOrDefault),
            Error = Terminal.Open(new StringWriter(_error), redirected: !terminal, Variables.GetValueOrDefault),
            ErrorIsTerminal = terminal,
            Variable = Variables.GetValueOrDefault,
            Settings = () => new ConfigurationBuilder()
                .AddInMemoryCollection(Variables.Select(variable => KeyValuePair.Create(variable.Key.Replace("__", ":", StringComparison.Ordinal), variable.Value))).Build(),
            User = "somebody",
            Answers = null,
            Time = Time,
        };
    }

    public Dictionary<string, string?> Variables { get; } = [];

    public InstantTime Time { get; } = new();

    public CliEnvironment Value { get; }

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public string[] OutLines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public Task<int> RunAsync(params string[] args) => CommandLine.RunAsync(args, Value, TestContext.Current.CancellationToken);
}
