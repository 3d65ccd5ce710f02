using System.Net;
using Microsoft.Extensions.Options;
using Pipeline.Core.Webhooks;

namespace Pipeline.Core.Tests.Webhooks;

public sealed class TargetRuleTests
{
    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::808:808")]
    public void Public_addresses_are_open(string address) => Rule().Allows(IPAddress.Parse(address)).ShouldBeTrue();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.10")]
    [InlineData("10.0.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("100.64.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("::1")]
    [InlineData("fc00::1")]
    [InlineData("fdab::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.1.2.3")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2")]
    [InlineData("::127.0.0.1")]
    public void Addresses_inside_a_network_are_open_only_by_option(string address)
    {
        Rule().Allows(IPAddress.Parse(address)).ShouldBeFalse();
        Rule(allowPrivate: true).Allows(IPAddress.Parse(address)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("168.63.129.16")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("fe80::1")]
    [InlineData("ff02::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("fd00:ec2::23")]
    [InlineData("fd20:ce::254")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("2002:6464:64c8::")]
    [InlineData("2001:0:a9fe:a9fe::1")]
    [InlineData("2001:0:102:304:0:0:5601:5601")]
    [InlineData("64:ff9b:1::a9fe:a9fe")]
    [InlineData("64:ff9b:1:a9fe:a9:fe00::")]
    [InlineData("::169.254.169.254")]
    [InlineData("::ffff:0:169.254.169.254")]
    [InlineData("fe80::5efe:a9fe:a9fe")]
    [InlineData("fd12::5efe:a9fe:a9fe")]
    [InlineData("::ffff:100.100.100.200")]
    public void Metadata_link_local_and_multicast_addresses_stay_closed(string address) =>
        Rule(allowPrivate: true).Allows(IPAddress.Parse(address)).ShouldBeFalse();

    [Theory]
    [InlineData("/hooks", "absolute URL")]
    [InlineData("ftp://example.com/", "absolute URL")]
    [InlineData("http://example.com/", "Webhooks:AllowHttp")]
    [InlineData("https://user:word@example.com/", "user name")]
    [InlineData("https://example.com/#part", "fragment")]
    [InlineData("https://127.0.0.1/", "Webhooks:AllowPrivateTargets")]
    [InlineData("https://[::1]/", "Webhooks:AllowPrivateTargets")]
    [InlineData("https://2130706433/", "Webhooks:AllowPrivateTargets")]
    [InlineData("https://0x7f.1/", "Webhooks:AllowPrivateTargets")]
    public void A_url_that_can_not_be_called_says_why(string url, string reason) => Rule().Fault(url).ShouldNotBeNull().ShouldContain(reason);

    [Fact]
    public void A_url_has_a_longest_length() => Rule().Fault("https://example.com/" + new string('a', 2_048)).ShouldNotBeNull().ShouldContain("at most 2048");

    [Theory]
    [InlineData("https://example.com/hooks?job=1")]
    [InlineData("https://예시.한국/알림")]
    public void A_public_url_is_taken(string url) => Rule().Fault(url).ShouldBeNull();

    private static TargetRule Rule(bool allowPrivate = false) => new(Options.Create(new WebhookOptions { AllowPrivateTargets = allowPrivate }));
}
