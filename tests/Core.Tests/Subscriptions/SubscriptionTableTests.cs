using Pipeline.Core.Subscriptions;

namespace Pipeline.Core.Tests.Subscriptions;

public sealed class SubscriptionTableTests
{
    private const long Now = 100;
    private const long Later = 200;

    private readonly SubscriptionTable _table = new(subscriptionsMax: 2);
    private readonly Guid _job = Guid.CreateVersion7();

    [Fact]
    public void A_job_can_have_several_subscribers()
    {
        _table.TryAdd(_job, "a", Later, Now);
        _table.TryAdd(_job, "b", Later, Now);

        _table.Of(_job, Now).ShouldBe([("a", Later), ("b", Later)]);
    }

    [Fact]
    public void What_is_said_again_is_kept_longer()
    {
        _table.TryAdd(_job, "a", Later, Now);
        _table.TryAdd(_job, "a", Later + 1, Now);

        _table.Count.ShouldBe(1);
        _table.Of(_job, Later).ShouldBe([("a", Later + 1)]);
    }

    [Fact]
    public void A_full_table_takes_more_once_something_is_over()
    {
        _table.TryAdd(_job, "a", Later, Now);
        _table.TryAdd(_job, "b", Later, Now);
        _table.TryAdd(_job, "c", Later, Now).ShouldBeFalse();

        _table.TryAdd(_job, "c", Later + 1, Later).ShouldBeTrue();

        _table.Of(_job, Later).ShouldBe([("c", Later + 1)]);
    }
}
