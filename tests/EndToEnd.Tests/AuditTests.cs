using System.Net;
using Pipeline.Chaos.Audits;
using Pipeline.Chaos.Clients;

namespace Pipeline.EndToEnd.Tests;

/// <summary>An audit that finds nothing proves something only if it would find what is wrong.</summary>
public sealed class AuditTests
{
    private readonly Submission _submission = new(SubmissionShape.Single, Seed: 1, First: 0, Count: 1);
    private readonly ClientLog _log = new();
    private readonly JobRow _good;

    public AuditTests()
    {
        var text = Submission.Text(seed: 1, job: 0);
        _good = new() { Id = Guid.CreateVersion7(), State = "succeeded", Attempt = 1, Text = text, Length = text.Length };
        _log.Accept(_submission, Reply(_good.Id));
    }

    [Fact]
    public void A_job_with_its_result_is_good() =>
        Compare(_good).ShouldBe((0, 0, 0, 0));

    [Fact]
    public void A_job_that_is_not_there_is_lost() =>
        Compare().ShouldBe((1, 0, 0, 0));

    [Fact]
    public void A_job_that_failed_or_has_the_result_of_another_is_lost()
    {
        Compare(_good with { State = "failed", Length = null }).ShouldBe((1, 0, 0, 0));
        Compare(_good with { Length = _good.Length + 1 }).ShouldBe((1, 0, 0, 0));
    }

    [Fact]
    public void A_quarantined_job_is_counted_apart() =>
        Compare(_good with { State = "failed", Length = null, ErrorCode = "quarantined" }).ShouldBe((0, 0, 0, 0));

    [Fact]
    public void A_job_that_never_ended_is_stuck() =>
        Compare(endings: 0, _good with { State = "queued", Length = null }).ShouldBe((0, 0, 1, 0));

    [Fact]
    public void A_job_that_ended_twice_is_duplicated() =>
        Compare(endings: 2, _good).ShouldBe((0, 1, 0, 0));

    [Fact]
    public void A_second_job_with_the_text_of_another_is_duplicated_and_unknown() =>
        Compare(_good, _good with { Id = Guid.CreateVersion7() }).ShouldBe((0, 1, 0, 1));

    [Fact]
    public void A_key_that_was_answered_with_two_jobs_is_duplicated()
    {
        _log.Accept(_submission, Reply(Guid.CreateVersion7()));

        Compare(_good).ShouldBe((0, 1, 0, 0));
    }

    [Fact]
    public void A_final_job_whose_ending_nobody_saw_is_no_proof() =>
        Compare(endings: 0, _good).ShouldBe((1, 0, 0, 0));

    private static ApiReply Reply(Guid id) => new(HttpStatusCode.Accepted, null, $$"""{"id":"{{id}}"}""");

    private (int Lost, int Duplicated, int Stuck, int Unknown) Compare(params JobRow[] rows) => Compare(endings: 1, rows);

    private (int Lost, int Duplicated, int Stuck, int Unknown) Compare(int endings, params JobRow[] rows)
    {
        var verdict = Audit.Compare(_log, rows, rows.Where(_ => endings > 0).ToDictionary(row => row.Id, _ => endings));
        return (verdict.Lost.Count, verdict.Duplicated.Count, verdict.Stuck.Count, verdict.Unknown.Count);
    }
}
