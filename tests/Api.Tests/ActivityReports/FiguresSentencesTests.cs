using Pipeline.Api.ActivityReports.Words;
using Pipeline.Contracts;
using Pipeline.Core.ActivityReports;

namespace Pipeline.Api.Tests.ActivityReports;

public sealed class FiguresSentencesTests
{
    private static readonly DateTimeOffset Day = new(2026, 11, 20, 0, 0, 0, TimeSpan.FromHours(9));

    private static ActivityFigures Busy => new()
    {
        Jobs = 1_250,
        Cached = 0,
        States = new Dictionary<string, long> { ["succeeded"] = 1_240, ["failed"] = 8, ["expired"] = 2 },
        Kinds =
        [
            Kind("emotion", 1_000, 40),
            Kind("embedding", 240, 4_000) with { Failures = new Dictionary<string, long> { ["timeout"] = 7, ["rejected"] = 1 } },
            Kind("chat", 10, 90),
        ],
        Periods = [Hour(9, 100), Hour(10, 300), Hour(11, 20)],
        Before = new(
            7, 4_200, new Dictionary<string, long> { ["succeeded"] = 4_158, ["failed"] = 42 },
            [new("emotion", 3_500, 0, 30), new("chat", 350, 0, 80), new("embedding", 350, 42, 1_200)]),
        Emotions = new()
        {
            Texts = 990,
            Counts = new Dictionary<string, long> { ["joy"] = 495, ["sadness"] = 297, ["neutral"] = 198 },
            Shares = new Dictionary<string, double> { ["joy"] = 0.5, ["sadness"] = 0.3, ["neutral"] = 0.2 },
            Before = new(7, 3_000, new Dictionary<string, double>(), new Dictionary<string, double> { ["joy"] = -0.06, ["sadness"] = 0.082, ["neutral"] = -0.02 }),
        },
    };

    [Fact]
    public void Korean_says_what_rose_and_fell_what_failed_and_what_waited() => Korean(Busy).ShouldBe(
        "작업 1,250건을 접수했습니다. 지난 7일의 하루 평균(600건)보다 650건 늘었습니다. "
        + "이 가운데 1,240건(99.2%)이 성공했고, 나머지는 실패 8건, 만료 2건입니다. "
        + "가장 많은 종류는 감정 분석(1,000건)입니다. 하루 평균과 비교해 감정 분석이 가장 많이 늘었고(500건), 대화가 가장 많이 줄었습니다(40건). "
        + "실패한 작업은 모두 임베딩이고, 주된 원인은 ‘시간 초과’입니다. 지난 7일에는 전체 작업의 1%가 실패했습니다. "
        + "가장 오래 기다린 종류는 임베딩으로, 스무 건에 한 건은 4초 넘게 기다렸습니다. 지난 7일의 1.2초보다 길어졌습니다. "
        + "가장 바쁜 시간은 10시대로, 300건이 들어왔습니다. "
        + "분석한 글 990편에서는 기쁨이 50%로 가장 많았습니다. 지난 7일보다 슬픔은 8%p 늘고 기쁨은 6%p 줄었습니다.");

    [Fact]
    public void English_says_the_same() => English(Busy).ShouldBe(
        "1,250 jobs were accepted, 650 more than on an average day of the week before (600). "
        + "1,240 of them succeeded (99.2%): 8 failed and 2 expired. "
        + "Most of the work was emotion (1,000 jobs). Against the week before, emotion rose most (by 500 jobs a day) and chat fell most (by 40). "
        + "All failures were in embedding, mainly because it took too long; in the week before, 1% of all jobs failed. "
        + "Embedding waited longest: one job in twenty for more than 4 s, up from 1.2 s in the week before. "
        + "The busiest hour began at 10:00, with 300 jobs. "
        + "Of 990 texts, 50% expressed joy, more than anything else; against the week before, sadness rose by 8 points and joy fell by 6.");

    [Fact]
    public void A_quiet_first_day_is_told_without_comparison()
    {
        ActivityFigures first = new()
        {
            Jobs = 2,
            Cached = 0,
            States = new Dictionary<string, long> { ["succeeded"] = 2 },
            Kinds = [Kind("emotion", 2, 12)],
            Periods = [Hour(9, 2), Hour(10, 0)],
        };

        Korean(first).ShouldBe("작업 2건을 접수했습니다. 모두 성공했습니다. 오래 기다린 작업은 거의 없습니다. 어느 종류든 95%는 12밀리초 안에 시작했습니다. 가장 바쁜 시간은 9시대로, 2건이 들어왔습니다.");
        English(first).ShouldBe("2 jobs were accepted. All of them succeeded. Nothing waited long: of every kind, 95% of the jobs began within 12 ms. The busiest hour began at 09:00, with 2 jobs.");
    }

    [Fact]
    public void A_day_like_the_others_says_so_and_99_point_99_is_not_all()
    {
        var usual = Busy with
        {
            Jobs = 10_000,
            States = new Dictionary<string, long> { ["succeeded"] = 9_999, ["running"] = 1 },
            Before = Busy.Before! with { Jobs = 70_000, Kinds = [] },
            Emotions = null,
        };

        Korean(usual).ShouldStartWith("작업 10,000건을 접수했습니다. 지난 7일의 하루 평균(10,000건)과 비슷합니다. 이 가운데 9,999건(99.9%)이 성공했고, 나머지는 실행 중 1건입니다.");
        English(usual).ShouldStartWith("10,000 jobs were accepted, about as many as on an average day of the week before (10,000). 9,999 of them succeeded (99.9%): 1 still running.");
    }

    [Fact]
    public void Of_a_day_without_work_there_is_nothing_to_say() =>
        FiguresSentences.Of(Busy with { Jobs = 0 }, "ko", JobCatalog.Own).ShouldBeNull();

    [Theory]
    [InlineData("감정 분석", "은", "이", "으로")]
    [InlineData("대화", "는", "가", "로")]
    [InlineData("놀람", "은", "이", "으로")]
    [InlineData("서울", "은", "이", "로")] // ㄹ takes 로.
    [InlineData("번역 2", "는", "가", "로")]
    [InlineData("번역 10", "은", "이", "으로")]
    [InlineData("34%", "는", "가", "로")]
    [InlineData("translate", "은(는)", "이(가)", "(으)로")]
    public void Particles_follow_the_sound_before_them(string word, string topic, string subject, string means) =>
        (KoreanParticle.Topic(word), KoreanParticle.Subject(word), KoreanParticle.Means(word)).ShouldBe((word + topic, word + subject, word + means));

    private static string? Korean(ActivityFigures figures) => FiguresSentences.Of(figures, "ko", JobCatalog.Own);

    private static string? English(ActivityFigures figures) => FiguresSentences.Of(figures, "en", JobCatalog.Own);

    private static KindFigures Kind(string kind, long jobs, double queuedP95) => new()
    {
        Kind = kind,
        Jobs = jobs,
        Cached = 0,
        States = new Dictionary<string, long> { ["succeeded"] = jobs },
        Tokens = new(0, 0, 0),
        Queued = new(jobs, 1, 1, queuedP95, queuedP95, new Dictionary<int, long>()),
    };

    private static PeriodFigures Hour(int hour, long jobs) => new()
    {
        Start = Day.AddHours(hour),
        Kinds = new Dictionary<string, IReadOnlyDictionary<string, long>> { ["emotion"] = new Dictionary<string, long> { ["succeeded"] = jobs } },
    };
}
