using Microsoft.Extensions.AI;
using Pipeline.Inference.Prompts;

namespace Pipeline.Inference.Tests.Prompts;

public sealed class ConversationCutTests
{
    private static readonly ChatMessage[] _conversation =
    [
        new(ChatRole.System, "S"), new(ChatRole.User, "u1"), new(ChatRole.Assistant, "a1"), new(ChatRole.User, "u2"),
        new(ChatRole.Assistant, "a2"), new(ChatRole.User, "u3"),
    ];

    [Theory]
    [InlineData(6, "S u1 a1 u2 a2 u3")]
    [InlineData(5, "S u2 a2 u3")]
    [InlineData(4, "S u2 a2 u3")]
    [InlineData(3, "S u3")]
    [InlineData(1, "S u3")]
    public void Oldest_exchanges_leave_first_and_the_system_message_stays(int room, string kept) =>
        string.Join(' ', ConversationCut.Fit(_conversation, room, messages => messages.Count).Select(message => message.Text)).ShouldBe(kept);

    [Fact]
    public void Single_message_is_never_cut() =>
        ConversationCut.Fit([new(ChatRole.User, "u")], 0, messages => messages.Count).Count.ShouldBe(1);
}
