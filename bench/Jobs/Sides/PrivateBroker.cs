namespace Pipeline.Bench.Jobs.Sides;

/// <summary>The broker of the run, which bench/run started: asked, stopped and started by eng/services.</summary>
/// <param name="directory">That of its settings and data.</param>
internal sealed class PrivateBroker(Stage stage, string directory)
{
    public Task StopAsync(CancellationToken cancellationToken) => ServicesAsync(["stop", "rabbitmq"], cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => ServicesAsync(["start", "rabbitmq"], cancellationToken);

    public async Task<int> CountConnectionsAsync(CancellationToken cancellationToken) => await CountAsync("list_connections", cancellationToken);

    public async Task<int> CountChannelsAsync(CancellationToken cancellationToken) => await CountAsync("list_channels", cancellationToken);

    private async Task<int> CountAsync(string list, CancellationToken cancellationToken) =>
        (await ServicesAsync(["rabbitmqctl", "--silent", list, "pid"], cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    private Task<string> ServicesAsync(string[] verb, CancellationToken cancellationToken) => Tool.OutputAsync(
        stage.Root, $"See the logs in {directory}.", [Path.Combine(stage.Root, "eng", "services"), verb[0], "--dir", directory, .. verb[1..]], cancellationToken);
}
