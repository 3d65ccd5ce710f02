using Pipeline.Api.Shares;

namespace Pipeline.Api.Tests.Shares;

public sealed class ClientSharesTests
{
    private static readonly Guid Greedy = Guid.CreateVersion7();
    private static readonly Guid Other = Guid.CreateVersion7();

    [Fact]
    public void A_client_that_has_all_its_places_leaves_those_of_others()
    {
        ClientSlots slots = new(perClient: 2, all: 3);
        slots.Enter(Greedy).ShouldBeNull();
        slots.Enter(Greedy).ShouldBeNull();

        slots.Enter(Greedy).ShouldBe(ShareBound.Client);
        slots.Enter(Other).ShouldBeNull();
        slots.Enter(Other).ShouldBe(ShareBound.All);

        slots.Leave(Greedy);
        slots.Enter(Other).ShouldBeNull();
    }

    [Fact]
    public void Bytes_are_held_until_their_request_ends_and_no_longer()
    {
        ClientBytes bytes = new(perClient: 10, all: 15);
        using var first = bytes.Begin(Greedy);
        first.Add(6).ShouldBeNull();
        using (var second = bytes.Begin(Greedy))
        {
            second.Add(4).ShouldBeNull();
            second.Add(1).ShouldBe(ShareBound.Client);
            using var third = bytes.Begin(Other);
            third.Add(5).ShouldBeNull();
            third.Add(1).ShouldBe(ShareBound.All);
        }

        first.Add(4).ShouldBeNull();
        first.Add(1).ShouldBe(ShareBound.Client);
    }
}
