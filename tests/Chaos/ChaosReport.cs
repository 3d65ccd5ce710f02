using System.Text.Json.Nodes;
using Pipeline.Chaos.Audits;

namespace Pipeline.Chaos;

/// <summary>The end of a run.</summary>
public sealed record ChaosReport
{
    public required int Seed { get; init; }

    public required int Jobs { get; init; }

    /// <summary>Whether they were lines of one file.</summary>
    public required bool AsFile { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>How often each kind of fault occurred.</summary>
    public required IReadOnlyDictionary<string, int> Faults { get; init; }

    /// <summary>Requests that clients sent again.</summary>
    public required int Retries { get; init; }

    /// <summary>Requests that were answered 5xx other than 503.</summary>
    public required int WrongAnswers { get; init; }

    /// <summary>Processes that ended without having been killed.</summary>
    public required int Crashes { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>Every job was accepted and none of them came to harm.</summary>
    public bool IsGood => Verdict.IsGood && Verdict.Accepted == Jobs;

    public JsonObject ToJson() => new()
    {
        ["bench"] = AsFile ? "chaos-files" : "chaos",
        ["seed"] = Seed,
        ["jobs"] = Jobs,
        ["accepted"] = Verdict.Accepted,
        ["lost"] = Verdict.Lost.Count,
        ["duplicated"] = Verdict.Duplicated.Count,
        ["stuck"] = Verdict.Stuck.Count,
        ["unknown"] = Verdict.Unknown.Count,
        ["quarantined"] = Verdict.Quarantined.Count,
        ["faults"] = Faults.Values.Sum(),
        ["run_again"] = Verdict.RunAgain,
        ["retries"] = Retries,
        ["wrong_answers"] = WrongAnswers,
        ["crashes"] = Crashes,
        ["seconds"] = Math.Round(Duration.TotalSeconds),
        ["faults_by_kind"] = new JsonObject(Faults.OrderBy(fault => fault.Key).Select(fault => KeyValuePair.Create<string, JsonNode?>(fault.Key, fault.Value))),
    };
}
