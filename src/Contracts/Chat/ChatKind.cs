namespace Pipeline.Contracts;

internal static class ChatKind
{
    public static JobKind<CompleteChat, ChatResult> Descriptor { get; } = new()
    {
        Title = new("Chat", "대화"),
        Summary = "Get the next message of a conversation",
        Route = "/chat/completions",
        Operation = "completeChat",
        Examples =
        [
            new("A question", """{"messages":[{"role":"user","content":"What is the capital of Korea?"}],"temperature":0,"max_tokens":64}"""),
            new("A conversation", """{"prompt":"teacher","messages":[{"role":"user","content":"안녕하세요!"},{"role":"assistant","content":"안녕하세요, 무엇을 도와드릴까요?"},{"role":"user","content":"재귀가 뭐예요?"}]}"""),
        ],
        PromptSample = """{"messages":[{"role":"user","content":"What is a mutex?"}],"prompt":"default"}""",
        Prompts = ChatPrompts.All,
        ResultSample = new()
        {
            Content = "Seoul.",
            FinishReason = FinishReasons.Stop,
            Model = "Qwen2.5 7B Instruct",
            Usage = new(25, 0, 3),
            Timings = new(10, 1190),
        },
        BareView = ResultView.Of((ChatResult result) => new ChatView(result.Content, result.Usage), ChatViewJson.Unescaped.ChatView),
        Measure = new() { Texts = ["content"] },
    };
}
