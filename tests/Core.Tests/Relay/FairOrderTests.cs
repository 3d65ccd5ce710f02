using Pipeline.Core.Relay;
using Pipeline.Core.Usage;

namespace Pipeline.Core.Tests.Relay;

public sealed class FairOrderTests
{
    private static readonly Guid Flood = Guid.CreateVersion7();
    private static readonly Guid Other = Guid.CreateVersion7();

    private readonly FairOrder _order = new();
    private long _ids;

    [Fact]
    public void One_client_alone_gets_everything_in_its_own_order()
    {
        var heads = Jobs(Flood, 5);

        Take(heads, room: 3).ShouldBe([.. heads.Take(3)]);
    }

    [Fact]
    public void Whoever_comes_beside_a_flood_is_next()
    {
        Take([.. Jobs(Flood, 100)], room: 50);

        var taken = Take([.. Jobs(Flood, 50), .. Jobs(Other, 1)], room: 2);

        taken.ShouldContain(message => message.ClientId == Other);
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(10, 40)]
    [InlineData(70, 10)]
    public void Tokens_are_shared_by_weight_however_long_the_texts_are(double cost, double otherCost)
    {
        var tokens = new Dictionary<Guid, double> { [Flood] = 0, [Other] = 0 };
        for (var round = 0; round < 400; round++)
        {
            foreach (var message in Take([.. Jobs(Flood, 20, cost), .. Jobs(Other, 20, otherCost, weight: 3)], room: 10))
            {
                tokens[message.ClientId] += message.Cost;
            }
        }

        (tokens[Other] / tokens[Flood]).ShouldBe(3, tolerance: 0.15);
    }

    [Theory]
    [InlineData(1, 0, 4)] // By the lengths of the texts.
    [InlineData(0.01, 1_000, 1)] // Answers are all the work, whatever was asked.
    [InlineData(2, 20, 2.5)]
    public void A_job_is_charged_what_its_kind_was_measured_to_take(double computed, double completion, double jobsOfShortToLong)
    {
        _order.Cost = KindCost.Measured(prompt: 1, computed, completion, seconds: 1);

        var taken = new List<WaitingDispatch>();
        for (var round = 0; round < 400; round++)
        {
            taken.AddRange(Take([.. Jobs(Flood, 20, cost: 10), .. Jobs(Other, 20, cost: 40)], room: 10));
        }

        ((double)taken.Count(job => job.ClientId == Flood) / taken.Count(job => job.ClientId == Other)).ShouldBe(jobsOfShortToLong, tolerance: 0.05);
    }

    [Fact]
    public void A_job_that_took_what_was_measured_needs_no_correction()
    {
        _order.Cost = KindCost.Measured(prompt: 2, computed: 2, completion: 100, seconds: 1);
        Take([.. Jobs(Flood, 20), .. Jobs(Other, 20)], room: 4);

        _order.Correct(Flood, jobs: 2, tokens: 240, estimated: 20);

        Take([.. Jobs(Flood, 20), .. Jobs(Other, 20)], room: 10).Count(message => message.ClientId == Flood).ShouldBe(5);
    }

    [Fact]
    public void A_client_that_was_away_saves_up_nothing()
    {
        Take([.. Jobs(Flood, 1), .. Jobs(Other, 1)], room: 2);
        for (var round = 0; round < 100; round++)
        {
            Take(Jobs(Flood, 10), room: 10);
        }

        var taken = Take([.. Jobs(Flood, 20), .. Jobs(Other, 20)], room: 20);

        taken.Count(message => message.ClientId == Other).ShouldBeInRange(10, 11);
    }

    [Fact]
    public void A_client_that_leaves_and_comes_back_has_not_forgotten_what_it_had()
    {
        // One long job at a time, which another client has to wait for with its short ones.
        var tokens = new Dictionary<Guid, double> { [Flood] = 0, [Other] = 0 };
        for (var round = 0; round < 200; round++)
        {
            var comes = round % 2 == 0 ? Jobs(Other, 1, cost: 100) : [];
            foreach (var message in Take([.. Jobs(Flood, 20, cost: 10), .. comes], room: 4))
            {
                tokens[message.ClientId] += message.Cost;
            }
        }

        (tokens[Other] / tokens[Flood]).ShouldBe(1, tolerance: 0.1);
    }

    [Fact]
    public void What_a_client_took_beyond_the_estimate_is_charged_to_it()
    {
        Take([.. Jobs(Flood, 20), .. Jobs(Other, 20)], room: 4);

        _order.Correct(Flood, jobs: 1, tokens: 110, estimated: 10);

        Take([.. Jobs(Flood, 20), .. Jobs(Other, 20)], room: 5).ShouldAllBe(message => message.ClientId == Other);
    }

    [Fact]
    public void A_refund_does_not_put_a_client_before_one_that_has_had_nothing()
    {
        Take(Jobs(Flood, 20), room: 10);
        _order.Begin([Flood, Other]);

        _order.Correct(Flood, jobs: 10, tokens: 10, estimated: 100);

        Take([.. Jobs(Flood, 20), .. Jobs(Other, 1)], room: 1).Single().ClientId.ShouldBe(Other);
    }

    [Fact]
    public void A_client_that_comes_after_large_refunds_is_served_as_well()
    {
        Take(Jobs(Flood, 20), room: 10);
        _order.Correct(Flood, jobs: 10, tokens: 10, estimated: 10_000);

        Take([.. Jobs(Flood, 20), .. Jobs(Other, 20)], room: 10).Count(message => message.ClientId == Other).ShouldBeInRange(4, 6);
    }

    [Fact]
    public void Nobody_gets_the_share_of_a_client_whose_next_jobs_are_not_at_hand()
    {
        var heads = Jobs(Other, 2, cost: 1);
        heads[^1] = heads[^1] with { HasMore = true };

        Take([.. Jobs(Flood, 20), .. heads], room: 20).Count(message => message.ClientId == Flood).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Messages_of_many_jobs_fill_the_room_and_pass_it_by_one_at_most()
    {
        WaitingDispatch[] heads = [.. Jobs(Flood, 9).Select(head => head with { Jobs = 16 })];

        Take(heads, room: 40).Count.ShouldBe(3);
    }

    [Fact]
    public void A_client_that_has_enough_in_flight_is_passed_over_and_keeps_its_turn()
    {
        ClientRooms rooms = new(new() { [Other] = (Max: 3, InFlight: 1) });

        Take([.. Jobs(Flood, 20), .. Jobs(Other, 20)], room: 10, rooms).Count(message => message.ClientId == Other).ShouldBe(2);
        rooms.IsFull(Other).ShouldBeTrue();
        Take([.. Jobs(Flood, 20), .. Jobs(Other, 1)], room: 1).ShouldHaveSingleItem().ClientId.ShouldBe(Other);
    }

    [Fact]
    public void A_message_that_is_larger_than_the_limit_of_its_client_goes_alone()
    {
        ClientRooms rooms = new(new() { [Other] = (Max: 3, InFlight: 0) });
        WaitingDispatch[] heads = [.. Jobs(Other, 2).Select(head => head with { Jobs = 16 })];

        Take(heads, room: 100, rooms).ShouldHaveSingleItem();
    }

    private List<WaitingDispatch> Take(IReadOnlyList<WaitingDispatch> heads, int room) => Take(heads, room, ClientRooms.Unlimited);

    private List<WaitingDispatch> Take(IReadOnlyList<WaitingDispatch> heads, int room, ClientRooms rooms)
    {
        _order.Begin(heads.Select(head => head.ClientId).Distinct());
        return _order.Take(heads, room, messagesMax: 500, rooms);
    }

    private List<WaitingDispatch> Jobs(Guid client, int count, double cost = 10, double weight = 1) =>
    [
        .. Enumerable.Range(0, count).Select(_ => new WaitingDispatch
        {
            Id = ++_ids,
            Jobs = 1,
            ClientId = client,
            Cost = cost,
            Weight = weight,
        }),
    ];
}
