using Pipeline.Core.Steering;

namespace Pipeline.Core.Tests.Steering;

/// <summary>Actions on many jobs lock few rows at a time, and as many as there is time for.</summary>
public sealed class ChangePaceTests
{
    private static readonly TimeSpan Aim = TimeSpan.FromMilliseconds(30);

    private readonly ChangePace _pace = new(Aim, rowsMin: 20, rowsMax: 500);

    [Fact]
    public void It_begins_with_few_rows() => _pace.Rows.ShouldBe(20);

    [Theory]
    [InlineData(0.01, 500)] // Quick: as many as are locked together at most.
    [InlineData(0.1, 300)]
    [InlineData(0.5, 60)]
    [InlineData(5, 20)] // Slow: no fewer than make sense.
    public void As_many_rows_are_changed_as_the_time_is_enough_for(double millisecondsOfRow, int rows)
    {
        foreach (var _ in Enumerable.Range(0, 50))
        {
            Change(millisecondsOfRow);
        }

        _pace.Rows.ShouldBe(rows);
    }

    [Fact]
    public void Rows_that_become_slower_are_locked_too_long_once_and_no_more()
    {
        foreach (var _ in Enumerable.Range(0, 50))
        {
            Change(0.05);
        }

        Change(0.29).TotalMilliseconds.ShouldBeGreaterThan(100);

        foreach (var _ in Enumerable.Range(0, 50))
        {
            Change(0.29).ShouldBeLessThanOrEqualTo(Aim);
        }
    }

    [Fact]
    public void One_statement_that_waits_for_the_disk_costs_little_afterwards()
    {
        foreach (var _ in Enumerable.Range(0, 50))
        {
            Change(0.1);
        }

        _pace.Took(_pace.Rows, TimeSpan.FromSeconds(1));
        _pace.Rows.ShouldBe(20);

        foreach (var _ in Enumerable.Range(0, 14))
        {
            Change(0.1);
        }

        _pace.Rows.ShouldBe(300);
    }

    [Fact]
    public void The_few_rows_that_are_left_at_the_end_of_a_page_tell_nothing_of_how_many_fit()
    {
        Change(0.1);
        var before = _pace.Rows;

        _pace.Took(rows: 1, TimeSpan.FromMilliseconds(1));
        _pace.Rows.ShouldBe(before);

        _pace.Took(rows: 1, TimeSpan.FromMilliseconds(31));
        _pace.Rows.ShouldBe(20);
    }

    private TimeSpan Change(double millisecondsOfRow)
    {
        var time = TimeSpan.FromMilliseconds(_pace.Rows * millisecondsOfRow);
        _pace.Took(_pace.Rows, time);
        return time;
    }
}
