using System.Text;
using Pipeline.Scheduler.Hangfire;

namespace Pipeline.Scheduler.Tests;

public sealed class DashboardAccessTests
{
    [Fact]
    public void A_key_is_a_bearer_token_or_the_password_of_whatever_name()
    {
        DashboardAccess.Key("Bearer pk_x").ShouldBe("pk_x");
        DashboardAccess.Key("bearer pk_x").ShouldBe("pk_x");
        DashboardAccess.Key(Basic("me:pk_x")).ShouldBe("pk_x");
        DashboardAccess.Key(Basic(":pk_x")).ShouldBe("pk_x");
        DashboardAccess.Key(Basic("me:pk:x")).ShouldBe("pk:x");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Basic ???")]
    [InlineData("Digest pk_x")]
    public void Anything_else_is_no_key(string? header) => DashboardAccess.Key(header).ShouldBeNull();

    [Fact]
    public void A_name_without_a_password_is_no_key() => DashboardAccess.Key(Basic("pk_x")).ShouldBeNull();

    private static string Basic(string text) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
