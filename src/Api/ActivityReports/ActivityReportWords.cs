using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.ActivityReports;

/// <summary>What a report on work says around its figures.</summary>
internal sealed record ActivityReportWords
{
    public required string Night { get; init; }

    public required string Range { get; init; }

    public required string Conversations { get; init; }

    public required string AllClients { get; init; }

    public required string Jobs { get; init; }

    /// <summary>One alone.</summary>
    public required string Job { get; init; }

    public required string Nothing { get; init; }

    public required string NotMade { get; init; }

    public required string Summary { get; init; }

    public required string SummaryComing { get; init; }

    public required string Note { get; init; }

    public required string Succeeded { get; init; }

    public required string Failed { get; init; }

    public required string Other { get; init; }

    public required string Cached { get; init; }

    public required string Tokens { get; init; }

    public required string Volume { get; init; }

    public required string Waiting { get; init; }

    public required string Running { get; init; }

    public required string EmotionsOverTime { get; init; }

    public required string EmotionShares { get; init; }

    public required string EmotionsCompared { get; init; }

    /// <summary>{0}: days.</summary>
    public required string Before { get; init; }

    public required string NoneBefore { get; init; }

    public required string Points { get; init; }

    public required string Typical { get; init; }

    public required string TextGone { get; init; }

    public required string Kinds { get; init; }

    public required string Kind { get; init; }

    public required string Median { get; init; }

    public required string Scores { get; init; }

    /// <summary>{0}: the mean, {1}: results.</summary>
    public required string ScoreMean { get; init; }

    public required string Failures { get; init; }

    public required string Cause { get; init; }

    public required string Recommendations { get; init; }

    public required string Made { get; init; }

    public required string Precision { get; init; }

    public required IReadOnlyDictionary<string, string> Causes { get; init; }

    /// <summary>Why jobs failed, as people say it.</summary>
    public string CauseOf(string code) => Causes.GetValueOrDefault(code, code);

    public static ActivityReportWords Of(string language) => language is TextLanguage.Korean ? Korean : English;

    private static ActivityReportWords English { get; } = new()
    {
        Night = "Activity of a day",
        Range = "Activity of several days",
        Conversations = "Activity of conversations",
        AllClients = "all clients",
        Jobs = "jobs",
        Job = "job",
        Nothing = "There was no work.",
        NotMade = "This report is still being made. Load it again in a moment.",
        Summary = "In words",
        SummaryComing = "These words follow from the figures by rule. A language model is still writing its own; load the page again later.",
        Note = "Note",
        Succeeded = "succeeded",
        Failed = "failed",
        Other = "neither",
        Cached = "from the cache",
        Tokens = "tokens",
        Volume = "Volume and latency",
        Waiting = "waiting, p95",
        Running = "running, p95",
        EmotionsOverTime = "Emotions over time",
        EmotionShares = "Emotions",
        EmotionsCompared = "Emotions compared with the days before",
        Before = "Grey: the {0} days before",
        NoneBefore = "No texts in the seven days before.",
        Points = " pts",
        Typical = "The most typical texts",
        TextGone = "The text is no longer stored.",
        Kinds = "By kind",
        Kind = "Kind",
        Median = "median / p95",
        Scores = "Scores",
        ScoreMean = "mean {0} of {1} results",
        Failures = "Failures by cause",
        Cause = "Cause",
        Recommendations = "Recommendations",
        Made = "Made",
        Precision = "Jobs are counted by the time of their acceptance. Latencies are at most 4.5 % off.",
        Causes = new Dictionary<string, string>
        {
            [JobErrorCode.Rejected] = "the input cannot be processed",
            [JobErrorCode.ContextLengthExceeded] = "the input is longer than the model's context",
            [JobErrorCode.Exception] = "the handler failed, and every retry",
            [JobErrorCode.Timeout] = "it took too long",
            [JobErrorCode.Quarantined] = "two workers died of it",
        },
    };

    private static ActivityReportWords Korean { get; } = new()
    {
        Night = "하루 활동 보고서",
        Range = "기간 활동 보고서",
        Conversations = "대화 활동 보고서",
        AllClients = "모든 클라이언트",
        Jobs = "작업",
        Job = "작업",
        Nothing = "작업이 없었습니다.",
        NotMade = "보고서를 만드는 중입니다. 잠시 후 다시 열어 주세요.",
        Summary = "요약",
        SummaryComing = "위 요약은 수치에서 규칙에 따라 만들었습니다. 언어 모델이 요약을 쓰고 있으니 나중에 다시 열어 주세요.",
        Note = "주의",
        Succeeded = "성공",
        Failed = "실패",
        Other = "기타",
        Cached = "캐시 응답",
        Tokens = "토큰",
        Volume = "작업량과 지연 시간",
        Waiting = "대기 p95",
        Running = "실행 p95",
        EmotionsOverTime = "시간에 따른 감정",
        EmotionShares = "감정",
        EmotionsCompared = "이전 기간과 비교한 감정",
        Before = "회색: 이전 {0}일",
        NoneBefore = "이전 7일 동안 분석한 글이 없습니다.",
        Points = "%p",
        Typical = "가장 전형적인 글",
        TextGone = "글이 더 이상 보관되어 있지 않습니다.",
        Kinds = "종류별",
        Kind = "종류",
        Median = "중앙값 / p95",
        Scores = "점수",
        ScoreMean = "평균 {0}, 결과 {1}개",
        Failures = "원인별 실패",
        Cause = "원인",
        Recommendations = "권장 사항",
        Made = "작성",
        Precision = "작업은 접수된 시각으로 셉니다. 지연 시간의 오차는 최대 4.5%입니다.",
        Causes = new Dictionary<string, string>
        {
            [JobErrorCode.Rejected] = "처리할 수 없는 입력",
            [JobErrorCode.ContextLengthExceeded] = "모델의 문맥 길이를 넘는 입력",
            [JobErrorCode.Exception] = "처리기 오류(재시도 포함)",
            [JobErrorCode.Timeout] = "시간 초과",
            [JobErrorCode.Quarantined] = "작업자 둘이 중단됨",
        },
    };
}
