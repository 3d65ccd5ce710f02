using Microsoft.Extensions.Options;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Failures;

public sealed class OptionsTests
{
    [Theory]
    [InlineData("TextsMax", "0")]
    [InlineData("BodyBytesMax", "1")]
    [InlineData("WaitMax", "01:00:00")]
    [InlineData("PageLengthMax", "100000")]
    public async Task A_setting_out_of_bounds_stops_the_start(string name, string value)
    {
        await using var app = ApiHost.Build("Host=127.0.0.1;Port=1", worker: null, ($"Api:{name}", value));
        var refusal = await app.StartAsync(TestContext.Current.CancellationToken).ShouldThrowAsync<OptionsValidationException>();
        refusal.Message.ShouldContain(name);
    }
}
