using Pipeline.Core.Webhooks;

namespace Pipeline.Core.Tests.Webhooks;

public sealed class WebhookSignatureTests
{
    [Fact]
    public void The_published_example_is_signed_as_published() =>
        WebhookSignature.Of(
            "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}""", [Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")])
            .ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    [Fact]
    public void Secrets_differ_and_are_long_enough()
    {
        var secret = WebhookSignature.CreateSecret();

        secret.Length.ShouldBeInRange(24, 64);
        WebhookSignature.CreateSecret().ShouldNotBe(secret);
        WebhookSignature.Text(secret).ShouldStartWith("whsec_");
    }
}
