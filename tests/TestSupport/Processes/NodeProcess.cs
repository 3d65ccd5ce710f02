using System.Diagnostics;
using Pipeline.TestSupport.Pipelines;
using Shouldly;

namespace Pipeline.TestSupport.Processes;

/// <summary>Runs scripts under node.</summary>
public static class NodeProcess
{
    /// <summary>Runs it to its end, which has to be a good one.</summary>
    /// <param name="start">Without redirections.</param>
    /// <param name="input">What it reads; null: nothing.</param>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(ProcessStartInfo start, string? input = null)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (input is not null, true, true);
        using var node = Process.Start(start)!;
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        if (input is not null)
        {
            await node.StandardInput.WriteAsync(input);
            node.StandardInput.Close();
        }

        using var patience = Patience.Begin();
        await node.WaitForExitAsync(patience.Token);
        node.ExitCode.ShouldBe(0, $"{string.Join(' ', start.ArgumentList)}\n{await output}\n{await errors}");
        return await output;
    }
}
