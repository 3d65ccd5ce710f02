using System.Globalization;
using Pipeline.Contracts;

namespace Pipeline.Api.ActivityReports.Words;

internal sealed class KoreanSentences(FiguresFacts facts, JobCatalog catalog) : FiguresSentences(facts, catalog, TextLanguage.Korean)
{
    private static readonly (string State, string Was)[] OtherStates =
        [(JobState.Failed, "실패"), (JobState.Canceled, "취소"), (JobState.Expired, "만료"), (JobState.Queued, "대기"), (JobState.Running, "실행 중")];

    protected override string Volume()
    {
        var accepted = $"작업 {Number(Figures.Jobs)}건을 접수했습니다.";
        return Facts.JobsADayBefore switch
        {
            null => accepted,
            0 => $"{accepted} 지난 7일 동안에는 작업이 없었습니다.",
            { } average when Facts.JobsChange is 0 => $"{accepted} 지난 7일의 하루 평균({Number(average)}건)과 비슷합니다.",
            { } average => $"{accepted} 지난 7일의 하루 평균({Number(average)}건)보다 {Number(Facts.JobsChange)}건 {(Facts.JobsChange > 0 ? "늘었습니다" : "줄었습니다")}.",
        };
    }

    protected override string Outcome()
    {
        if (Facts.Succeeded == Figures.Jobs)
        {
            return Figures.Jobs is 1 ? "작업은 성공했습니다." : "모두 성공했습니다.";
        }

        string[] others = [.. OtherStates.Select(state => (state.Was, Jobs: Figures.States.GetValueOrDefault(state.State))).Where(state => state.Jobs > 0).Select(state => $"{state.Was} {Number(state.Jobs)}건")];
        var share = Percent((double)Facts.Succeeded / Figures.Jobs);
        return Facts.Succeeded + Facts.Failed == Figures.Jobs && Facts.Succeeded > 0
            ? $"이 가운데 {Number(Facts.Succeeded)}건({share})이 성공했고 {Number(Facts.Failed)}건이 실패했습니다."
            : Facts.Succeeded is 0
            ? $"성공한 작업은 없습니다({string.Join(", ", others)})."
            : $"이 가운데 {Number(Facts.Succeeded)}건({share})이 성공했고, 나머지는 {string.Join(", ", others)}입니다.";
    }

    protected override string? Kinds()
    {
        if (Figures.Kinds.Count is 1 && Facts.Rose is null && Facts.Fell is null)
        {
            return null;
        }

        var most = Figures.Kinds.Count > 1 ? $"가장 많은 종류는 {NameOf(Figures.Kinds[0].Kind)}({Number(Figures.Kinds[0].Jobs)}건)입니다." : null;
        var changes = (Facts.Rose, Facts.Fell) switch
        {
            ({ } rose, { } fell) => $"하루 평균과 비교해 {KoreanParticle.Subject(NameOf(rose.Kind))} 가장 많이 늘었고({Number(rose.Jobs)}건), {KoreanParticle.Subject(NameOf(fell.Kind))} 가장 많이 줄었습니다({Number(fell.Jobs)}건).",
            ({ } rose, null) => $"하루 평균과 비교해 {KoreanParticle.Subject(NameOf(rose.Kind))} 가장 많이 늘었습니다({Number(rose.Jobs)}건).",
            (null, { } fell) => $"하루 평균과 비교해 {KoreanParticle.Subject(NameOf(fell.Kind))} 가장 많이 줄었습니다({Number(fell.Jobs)}건).",
            _ => null,
        };
        var compares = Figures.Before is { Jobs: > 0 } && changes is not null && (Figures.Kinds.Count > 1 || (Facts.Rose is not null && Facts.Fell is not null));
        return most is null ? (compares ? changes : null) : compares ? $"{most} {changes}" : most;
    }

    protected override string? Failures() => Facts.MostFailed is not { } failed ? null
        : $"{(failed.Jobs == Facts.Failed ? $"실패한 작업은 모두 {NameOf(failed.Kind)}이고" : $"실패는 {NameOf(failed.Kind)}에서 가장 많았고({Number(failed.Jobs)}건)")}, 주된 원인은 ‘{Words.CauseOf(failed.Cause)}’입니다."
            + (Facts.FailedShareBefore switch { null => "", 0 => " 지난 7일에는 실패한 작업이 없었습니다.", { } before => $" 지난 7일에는 전체 작업의 {KoreanParticle.Subject(Percent(before))} 실패했습니다." });

    protected override string? Waiting() => Facts.Waited is not { } waited ? null
        : !waited.IsLong ? $"오래 기다린 작업은 거의 없습니다. 어느 종류든 95%는 {Time(waited.P95Ms)} 안에 시작했습니다{(waited.IsShorter ? $"(지난 7일에는 {Time(waited.P95MsBefore!.Value)})" : "")}."
        : $"가장 오래 기다린 종류는 {KoreanParticle.Means(NameOf(waited.Kind))}, 스무 건에 한 건은 {Time(waited.P95Ms)} 넘게 기다렸습니다."
            + (waited.IsLonger ? $" 지난 7일의 {Time(waited.P95MsBefore!.Value)}보다 길어졌습니다." : waited.IsShorter ? $" 지난 7일의 {Time(waited.P95MsBefore!.Value)}보다 짧아졌습니다." : "");

    protected override string? Busiest() => Facts.Busiest is not { } busiest ? null
        : Figures.Periods[1].Start - Figures.Periods[0].Start < TimeSpan.FromHours(2)
            ? string.Create(CultureInfo.InvariantCulture, $"가장 바쁜 시간은 {busiest.Start.Hour}시대로, {Number(busiest.Jobs)}건이 들어왔습니다.")
            : string.Create(CultureInfo.InvariantCulture, $"가장 바쁜 날은 {busiest.Start.Month}월 {busiest.Start.Day}일로, {Number(busiest.Jobs)}건이 들어왔습니다.");

    protected override string? Emotions()
    {
        if (Facts.MainEmotion is not { } main)
        {
            return null;
        }

        var texts = Figures.Emotions!.Texts;
        var sentence = texts is 1
            ? $"분석한 글 1편에서는 {KoreanParticle.Subject(LabelOf(main.Label))} 나타났습니다."
            : $"분석한 글 {Number(texts)}편에서는 {KoreanParticle.Subject(LabelOf(main.Label))} {KoreanParticle.Means(Percent(main.Share))} 가장 많았습니다.";
        return sentence + ((Facts.EmotionRose, Facts.EmotionFell) switch
        {
            ({ } rose, { } fell) => $" 지난 7일보다 {KoreanParticle.Topic(LabelOf(rose.Label))} {Number(rose.Points)}%p 늘고 {KoreanParticle.Topic(LabelOf(fell.Label))} {Number(fell.Points)}%p 줄었습니다.",
            ({ } rose, null) => $" 지난 7일보다 {KoreanParticle.Subject(LabelOf(rose.Label))} {Number(rose.Points)}%p 늘었습니다.",
            (null, { } fell) => $" 지난 7일보다 {KoreanParticle.Subject(LabelOf(fell.Label))} {Number(fell.Points)}%p 줄었습니다.",
            _ => Figures.Emotions.Before is null ? "" : " 감정의 분포는 지난 7일과 비슷합니다.",
        });
    }

    private static string Time(double milliseconds) => Duration(milliseconds)
        .Replace(" ms", "밀리초", StringComparison.Ordinal).Replace(" min", "분", StringComparison.Ordinal)
        .Replace(" s", "초", StringComparison.Ordinal).Replace(" h", "시간", StringComparison.Ordinal);
}
