using System.Globalization;
using Pipeline.Contracts;

namespace Pipeline.Api.ActivityReports.Words;

internal sealed class EnglishSentences(FiguresFacts facts, JobCatalog catalog) : FiguresSentences(facts, catalog, TextLanguage.English)
{
    private static readonly (string State, string Was)[] OtherStates =
        [(JobState.Failed, "failed"), (JobState.Canceled, "canceled"), (JobState.Expired, "expired"), (JobState.Queued, "still waiting"), (JobState.Running, "still running")];

    protected override string Volume()
    {
        var accepted = Figures.Jobs is 1 ? "One job was accepted" : $"{Number(Figures.Jobs)} jobs were accepted";
        return Facts.JobsADayBefore switch
        {
            null => $"{accepted}.",
            0 => $"{accepted}; there were none in the week before.",
            { } average when Facts.JobsChange is 0 => $"{accepted}, about as many as on an average day of the week before ({Number(average)}).",
            { } average => $"{accepted}, {Number(Facts.JobsChange)} {(Facts.JobsChange > 0 ? "more" : "fewer")} than on an average day of the week before ({Number(average)}).",
        };
    }

    protected override string Outcome()
    {
        if (Facts.Succeeded == Figures.Jobs)
        {
            return Figures.Jobs is 1 ? "It succeeded." : "All of them succeeded.";
        }

        string[] others = [.. OtherStates.Select(state => (state.Was, Jobs: Figures.States.GetValueOrDefault(state.State))).Where(state => state.Jobs > 0).Select(state => $"{Number(state.Jobs)} {state.Was}")];
        return $"{(Facts.Succeeded is 0 ? "None" : Number(Facts.Succeeded))} of them succeeded ({Percent((double)Facts.Succeeded / Figures.Jobs)}): {List(others)}.";
    }

    protected override string? Kinds()
    {
        if (Figures.Kinds.Count is 1 && Facts.Rose is null && Facts.Fell is null)
        {
            return null;
        }

        var most = Figures.Kinds.Count > 1 ? $"Most of the work was {Name(Figures.Kinds[0].Kind)} ({Number(Figures.Kinds[0].Jobs)} jobs)." : null;
        string[] changes =
        [
            .. Facts.Rose is { } rose ? [$"{Name(rose.Kind)} rose most (by {Number(rose.Jobs)} jobs a day)"] : Array.Empty<string>(),
            .. Facts.Fell is { } fell ? [$"{Name(fell.Kind)} fell most (by {Number(fell.Jobs)}{(Facts.Rose is null ? " jobs a day" : "")})"] : Array.Empty<string>(),
        ];
        return (Figures.Before is { Jobs: > 0 } && Figures.Kinds.Count + changes.Length > 2 && changes is not [], most) switch
        {
            (true, null) => $"Against the week before, {List(changes)}.",
            (true, _) => $"{most} Against the week before, {List(changes)}.",
            _ => most,
        };
    }

    protected override string? Failures() => Facts.MostFailed is not { } failed ? null
        : $"{(failed.Jobs == Facts.Failed ? "All" : "Most")} failures were in {Name(failed.Kind)}{(failed.Jobs == Facts.Failed ? "" : $" ({Number(failed.Jobs)})")}, mainly because {Words.CauseOf(failed.Cause)}"
            + (Facts.FailedShareBefore switch { null => ".", 0 => "; in the week before, none failed.", { } before => $"; in the week before, {Percent(before)} of all jobs failed." });

    protected override string? Waiting() => Facts.Waited is not { } waited ? null
        : !waited.IsLong ? $"Nothing waited long: of every kind, 95% of the jobs began within {Duration(waited.P95Ms)}{(waited.IsShorter ? $", after {Duration(waited.P95MsBefore!.Value)} in the week before" : "")}."
        : $"{Capital(Name(waited.Kind))} waited longest: one job in twenty for more than {Duration(waited.P95Ms)}"
            + (waited.IsLonger ? $", up from {Duration(waited.P95MsBefore!.Value)} in the week before." : waited.IsShorter ? $", down from {Duration(waited.P95MsBefore!.Value)} in the week before." : ".");

    protected override string? Busiest() => Facts.Busiest is not { } busiest ? null
        : Figures.Periods[1].Start - Figures.Periods[0].Start < TimeSpan.FromHours(2)
            ? string.Create(CultureInfo.InvariantCulture, $"The busiest hour began at {busiest.Start:HH:mm}, with {Number(busiest.Jobs)} jobs.")
            : string.Create(CultureInfo.InvariantCulture, $"The busiest day was {busiest.Start:yyyy-MM-dd}, with {Number(busiest.Jobs)} jobs.");

    protected override string? Emotions()
    {
        if (Facts.MainEmotion is not { } main)
        {
            return null;
        }

        var texts = Figures.Emotions!.Texts;
        var sentence = texts is 1 ? $"The one text expressed {Label(main.Label)}" : $"Of {Number(texts)} texts, {Percent(main.Share)} expressed {Label(main.Label)}, more than anything else";
        return sentence + ((Facts.EmotionRose, Facts.EmotionFell) switch
        {
            ({ } rose, { } fell) => $"; against the week before, {Label(rose.Label)} rose by {Number(rose.Points)} points and {Label(fell.Label)} fell by {Number(fell.Points)}.",
            ({ } rose, null) => $"; against the week before, {Label(rose.Label)} rose by {Number(rose.Points)} points.",
            (null, { } fell) => $"; against the week before, {Label(fell.Label)} fell by {Number(fell.Points)} points.",
            _ => Figures.Emotions.Before is null ? "." : "; emotions were much the same in the week before.",
        });
    }

    // Titles begin with a capital.
    private string Name(string kind) => NameOf(kind).ToLowerInvariant();

    private string Label(string label) => LabelOf(label).ToLowerInvariant();

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string List(string[] items) => items.Length < 3 ? string.Join(" and ", items) : $"{string.Join(", ", items[..^1])} and {items[^1]}";
}
