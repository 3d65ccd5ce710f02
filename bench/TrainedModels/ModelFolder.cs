using System.Text.Json.Nodes;

namespace Pipeline.Bench.TrainedModels;

/// <summary>Writes the small files that stand beside a graph.</summary>
public static class ModelFolder
{
    /// <summary>As sentence-transformers writes them for a BERT.</summary>
    public static void WriteBert(string folder, string pooling, int tokensMax, int positions, int hiddenSize)
    {
        WriteConfig(folder, new() { ["model_type"] = "bert", ["max_position_embeddings"] = positions, ["hidden_size"] = hiddenSize, ["num_hidden_layers"] = 6, ["num_attention_heads"] = 12, ["intermediate_size"] = 4 * hiddenSize, ["pad_token_id"] = 0 });
        WritePooling(folder, pooling);
        Write(folder, "sentence_bert_config.json", new JsonObject { ["max_seq_length"] = tokensMax, ["do_lower_case"] = false });
        Write(folder, "tokenizer_config.json", new JsonObject { ["do_lower_case"] = true, ["model_max_length"] = 512, ["cls_token"] = "[CLS]", ["strip_accents"] = null });
    }

    public static void WriteConfig(string folder, JsonObject config) => Write(folder, "config.json", config);

    public static void WritePooling(string folder, string pooling)
    {
        Write(folder, "modules.json", new JsonArray(
            new JsonObject { ["idx"] = 0, ["name"] = "0", ["path"] = "", ["type"] = "sentence_transformers.models.Transformer" },
            new JsonObject { ["idx"] = 1, ["name"] = "1", ["path"] = "1_Pooling", ["type"] = "sentence_transformers.models.Pooling" },
            new JsonObject { ["idx"] = 2, ["name"] = "2", ["path"] = "2_Normalize", ["type"] = "sentence_transformers.models.Normalize" }));
        Write(folder, Path.Combine("1_Pooling", "config.json"), new JsonObject
        {
            ["word_embedding_dimension"] = 384,
            ["pooling_mode_cls_token"] = pooling == "cls",
            ["pooling_mode_mean_tokens"] = pooling == "mean",
            ["pooling_mode_max_tokens"] = pooling == "max",
            ["pooling_mode_mean_sqrt_len_tokens"] = false,
            ["pooling_mode_lasttoken"] = pooling == "last",
        });
    }

    public static void Write(string folder, string name, JsonNode content)
    {
        string path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string text = content.ToJsonString();
        if (!File.Exists(path) || File.ReadAllText(path) != text)
        {
            File.WriteAllText(path, text);
        }
    }
}
