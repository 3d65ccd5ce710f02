using Pipeline.TestSupport.Kinds;

namespace Pipeline.Contracts.Tests;

public sealed class EmotionKindTests : KindConformance
{
    protected override JobKind Kind => AnalyzeEmotion.Descriptor;

    [Fact]
    public void Its_labels_are_those_that_the_model_knows() => Kind.Labels.Select(label => label.Name).ShouldBe(Emotions.All);
}

public sealed class EmbeddingKindTests : KindConformance
{
    protected override JobKind Kind => EmbedTexts.Descriptor;
}

public sealed class ChatKindTests : KindConformance
{
    protected override JobKind Kind => CompleteChat.Descriptor;
}

public sealed class FeedbackKindTests : KindConformance
{
    protected override JobKind Kind => GiveFeedback.Descriptor;
}

public sealed class InterviewKindTests : KindConformance
{
    protected override JobKind Kind => StepInterview.Descriptor;
}

public sealed class InterviewReportKindTests : KindConformance
{
    protected override JobKind Kind => InterviewReport.Descriptor;
}

public sealed class DocumentKindTests : KindConformance
{
    protected override JobKind Kind => EmbedDocument.Descriptor;
}
