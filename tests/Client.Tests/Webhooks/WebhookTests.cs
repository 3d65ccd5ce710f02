using System.Text;
using Pipeline.Client.Webhooks;
using Pipeline.Contracts;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Webhooks;

namespace Pipeline.Client.Tests.Webhooks;

public sealed class WebhookTests(PipelineServer server)
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    // The example of the specification of Standard Webhooks.
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const long Seconds = 1_614_265_330;
    private const string Signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    private static readonly byte[] Body = """{"test": 2432232314}"""u8.ToArray();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_webhook_of_the_server_is_verified_and_read()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var secret = await server.Client.Webhooks.CreateSecretAsync(Cancellation);
        var verifier = new WebhookVerifier([secret.Secret], TimeProvider.System);
        var job = await server.Client.SubmitAsync(
            new AnalyzeEmotion { Text = "드디어 합격했어요!" }, new() { CallbackUrl = new($"{receiver.Address}/hooks") }, Cancellation);

        var hook = await receiver.NextAsync();

        var told = verifier.Verify(hook.Headers.GetValueOrDefault, hook.Body).ShouldNotBeNull();
        (told.Id, told.Type, told.Job!.Id, told.Batch).ShouldBe((hook.Id, "job.succeeded", job.Id, null));
        told.Job.ResultOf<AnalyzeEmotion, EmotionResult>()!.Language.ShouldBe("ko");
        told.ResultOmitted.ShouldBeFalse();
        verifier.Verify(hook.Headers.GetValueOrDefault, [.. hook.Body, (byte)' ']).ShouldBeNull();
        new WebhookVerifier([Secret], TimeProvider.System).Verify(hook.Headers.GetValueOrDefault, hook.Body).ShouldBeNull();
        new WebhookVerifier([Secret, secret.Secret], TimeProvider.System).Verify(hook.Headers.GetValueOrDefault, hook.Body).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(0, Signature, true)]
    [InlineData(299, Signature, true)]
    [InlineData(301, Signature, false)]
    [InlineData(-301, Signature, false)]
    [InlineData(0, "v1,AAAA " + Signature, true)]
    [InlineData(0, "v1a,AAAA", false)]
    [InlineData(0, "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", false)]
    [InlineData(0, "", false)]
    public void The_example_of_the_specification_is_signed(int secondsLater, string signature, bool isSigned)
    {
        var verifier = new WebhookVerifier([Secret], At(Seconds + secondsLater));

        // Signed or not, it is no event: an event that is none is refused as well.
        verifier.IsAuthentic(name => Header(name, signature), Body).ShouldBe(isSigned);
        verifier.Verify(name => Header(name, signature), Body).ShouldBeNull();
    }

    [Fact]
    public void Headers_that_are_missing_or_nonsense_are_refused()
    {
        var verifier = new WebhookVerifier([Secret], TimeProvider.System);

        verifier.Verify(_ => null, Body).ShouldBeNull();
        verifier.Verify(_ => "nonsense", Body).ShouldBeNull();
        verifier.Verify(_ => "99999999999999999999", Encoding.UTF8.GetBytes("{}")).ShouldBeNull();
    }

    [Theory]
    [InlineData("whsec_no,base64")]
    [InlineData("whsec_")]
    public void A_secret_of_another_form_is_refused(string secret) =>
        Should.Throw<ArgumentException>(() => new WebhookVerifier([secret], TimeProvider.System));

    [Fact]
    public void Without_a_secret_nothing_is_verified() => Should.Throw<ArgumentException>(() => new WebhookVerifier([], TimeProvider.System));

    private static ManualTime At(long seconds)
    {
        var time = new ManualTime();
        time.Advance(DateTimeOffset.FromUnixTimeSeconds(seconds) - time.GetUtcNow());
        return time;
    }

    private static string? Header(string name, string signature) => name switch
    {
        WebhookVerifier.IdHeader => Id,
        WebhookVerifier.TimestampHeader => $"{Seconds}",
        _ => signature,
    };
}
