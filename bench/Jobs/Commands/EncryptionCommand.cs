using System.CommandLine;
using System.Security.Cryptography;
using Pipeline.Bench.Jobs.Reports;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>This pipeline with inputs and results encrypted, beside itself without.</summary>
internal static class EncryptionCommand
{
    private const string On = "pipeline.encrypted";
    private const string Off = "pipeline.plain";
    private const int KeyBytes = 32;

    private static readonly Ratio[] _ratios =
    [
        new("http_encrypted_vs_plain", On + ".http", Off + ".http"),
        new("bulk_encrypted_vs_plain", On + ".bulk", Off + ".bulk"),
        new("latency_encrypted_vs_plain", On + ".latency", Off + ".latency"),
    ];

    public static Command Create() => RunOptions.Command("encryption", "Measures this pipeline with encryption beside itself without, in turns.", RunAsync);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using Field field = new(Console.Error);
        PipelineSide plain = await PipelinePair.StartAsync(field, stage, "plain", "jobs", cancellationToken);
        PipelineSide encrypted = await PipelinePair.StartAsync(field, stage, "encrypted", "jobs", cancellationToken, new Dictionary<string, string>
        {
            ["Encryption__Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)),
        });
        Rounds rounds = await PipelinePair.RunAsync(stage, sizes, (On, encrypted), (Off, plain), cancellationToken);
        return await RunOptions.FinishAsync(new("encryption", _ratios, rounds, encrypted.MemoryMegabytes), rounds, field, parsed, cancellationToken);
    }
}
