// Scores JSON lines {"text", "label", "lang"} with a GGUF through llama.cpp, and writes what Python needs to compare.
// Usage: node llama_cpp.mjs MODEL.gguf TEXTS.jsonl OUT.jsonl product|plain
import {readFileSync, writeFileSync} from "node:fs";
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const [, , modelPath, textsPath, outPath, prompt] = process.argv;
const labels = ["joy", "excitement", "sadness", "anger", "fear", "surprise", "neutral"];
const system = "Classify the emotion of the user's text. " +
    "Answer with one word: joy, excitement, sadness, anger, fear, surprise or neutral.";
const head = prompt === "product" ? `<|im_start|>system\n${system}<|im_end|>\n` : "";

const llama = await getLlama({gpu: false, build: "never", logLevel: LlamaLogLevel.warn, maxThreads: 1});
const model = await llama.loadModel({modelPath, gpuLayers: 0});
const context = await model.createContext({contextSize: 512, threads: 1, batchSize: 512});
const sequence = context.getSequence();
const labelTokens = labels.map(label => {
    const tokens = model.tokenize(label, false);
    if (tokens.length !== 1) throw new Error(`"${label}" is ${tokens.length} tokens; the model needs one.`);
    return tokens[0];
});

const lines = readFileSync(textsPath, "utf8").trimEnd().split("\n").map(line => JSON.parse(line));
const all = {temperature: 1, topK: 0, topP: 1, minP: 0};
const results = [], milliseconds = [];
for (const {text, label, lang} of lines) {
    const ids = Array.from(model.tokenize(`${head}<|im_start|>user\n${text}<|im_end|>\n<|im_start|>assistant\n`, true));
    const last = ids.length - 1;
    const started = performance.now();
    await sequence.clearHistory();
    const evaluated = await sequence.controlledEvaluate(ids.map((id, index) =>
        index === last ? [id, {generateNext: {probabilities: true, options: all}}] : id));
    milliseconds.push(performance.now() - started);
    const next = evaluated[last].next.probabilities;
    results.push(JSON.stringify({text, label, lang, ids, probabilities: labelTokens.map(token => next.get(token) ?? 0)}));
    if (results.length % 1000 === 0) console.log(`${results.length} of ${lines.length}`);
}
writeFileSync(outPath, results.join("\n") + "\n");
milliseconds.sort((a, b) => a - b);
console.log(`label tokens ${labelTokens}, median ${milliseconds[milliseconds.length >> 1].toFixed(1)} ms a text at one thread`);
process.exit(0);
