using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Schedules;

internal static class SchedulesDocs
{
    private const string Tag = "schedules";

    private const string Schedule = """
        {"id":"nightly-reports","description":"Makes the reports on the days that are over.","cron":"15 * * * *","time_zone":"Asia/Seoul","state":"active",
         "next_run_at":"2026-11-21T16:15:00+00:00","last_run":{"started_at":"2026-11-21T15:15:00.01+00:00","finished_at":"2026-11-21T15:15:04.2+00:00","outcome":"succeeded"},
         "links":{"run":"/api/schedules/nightly-reports/run","pause":"/api/schedules/nightly-reports/pause","resume":"/api/schedules/nightly-reports/resume"}}
        """;

    private static readonly ParameterDoc Id = new("path", "id", "The task's id, such as nightly-reports.");

    public static readonly EndpointDoc List = new()
    {
        Name = "listSchedules",
        Tag = Tag,
        Summary = "List recurring tasks with their next and last runs",
        Answers = [new(200, "All of them.", typeof(SchedulesResource), """{"schedules":[""" + Schedule + "]}")],
        Problems = [.. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Run = Change(
        "runSchedule", "Run a task now", "A scheduler starts it within Scheduler:PollInterval, even if it is paused, and never while it is already running. It is not retried; see `last_run` for the outcome.", 202, "The run is requested.");

    public static readonly EndpointDoc Pause = Change(
        "pauseSchedule", "Pause a task", "Occurrences meanwhile are skipped and not made up. A run in progress continues.", 200, "The task, paused.");

    public static readonly EndpointDoc Resume = Change("resumeSchedule", "Resume a paused task", null, 200, "The task, active.");

    private static EndpointDoc Change(string name, string summary, string? description, int status, string answer) => new()
    {
        Name = name,
        Tag = Tag,
        Summary = summary,
        Description = description,
        Parameters = [Id],
        Answers = [new(status, answer, typeof(ScheduleResource), Schedule)],
        Problems = [ProblemType.ScheduleNotFound, .. SharedDocs.AnyCall],
    };
}
