using Microsoft.Extensions.Configuration;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Tests.Hosting;

public sealed class MovedSettingsTests
{
    [Theory]
    [InlineData("Models:Chat:Path", "write Kinds:Chat:Model instead of Models:Chat:Path")]
    [InlineData("Models:Feedback:PassMark", "write Kinds:Feedback:PassMark instead of Models:Feedback:PassMark")]
    [InlineData("Models:Remote:BaseUrl", "write Inference:Remote:BaseUrl instead of Models:Remote:BaseUrl")]
    [InlineData("Models:AllowSmallWriter", "write Kinds:AllowSmallWriter instead of Models:AllowSmallWriter")]
    [InlineData("Models:Catalogue:ours:Source", "write Models:ours instead of Models:Catalogue:ours")]
    public void A_setting_of_an_earlier_version_ends_the_start_and_says_what_to_write(string setting, string message) =>
        Should.Throw<StartupException>(() => Refuse(setting)).Message.ShouldContain(message);

    [Theory]
    [InlineData("Models:qwen:Path")]
    [InlineData("Kinds:Chat:Model")]
    public void Those_of_today_are_fine(string setting) => Refuse(setting);

    private static void Refuse(string setting) =>
        MovedSettings.Refuse(new ConfigurationBuilder().AddInMemoryCollection([new(setting, "1")]).Build(), JobCatalog.Own.All);
}
