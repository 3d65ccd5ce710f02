// node-llama-cpp measured: one request a line on stdin, one JSON result a line on stdout. See README.md.
// usage: node bench.mjs MODEL [THREADS]
import {readFileSync} from "node:fs";
import {createInterface} from "node:readline";
import {getLlama, LlamaGrammarEvaluationState, LlamaLogLevel} from "node-llama-cpp";

const [, , modelPath, threadsText] = process.argv;
if (!modelPath) {
    console.error("bench.mjs: needs the path of a GGUF model; usage: node bench.mjs MODEL [THREADS]");
    process.exit(2);
}

const threads = Number(threadsText ?? 2);
const llama = await getLlama({
    gpu: false, build: "never", skipDownload: true, maxThreads: threads, logLevel: LlamaLogLevel.error, progressLogs: false
});
const model = await llama.loadModel({modelPath, gpuLayers: 0});

/** Runs what is timed. */
async function timed(work) {
    const cpuBefore = process.cpuUsage();
    const start = performance.now();
    const tokens = await work();
    const seconds = (performance.now() - start) / 1000;
    const cpu = process.cpuUsage(cpuBefore);
    return {tokens, seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6};
}

async function withContext(sequences, tokensOfSequence, work) {
    const context = await model.createContext({
        sequences, threads, contextSize: tokensOfSequence, batchSize: 512, ignoreMemorySafetyChecks: true
    });
    try {
        return await work(context, Array.from({length: sequences}, () => context.getSequence()));
    } finally {
        await context.dispose();
    }
}

/** Greedy generation on all sequences at once, after their prompts; an end-of-turn token does not end it. */
function decode({prompts, tokens}) {
    return withContext(prompts.length, prompts[0].length + tokens + 16, async (_, sequences) => {
        for (const [i, sequence] of sequences.entries())
            await sequence.evaluateWithoutGeneratingNewTokens(prompts[i].slice(0, -1));

        return await timed(async () => {
            const counts = await Promise.all(sequences.map((sequence, i) =>
                take(sequence.evaluate(prompts[i].slice(-1), {temperature: 0, yieldEogToken: true}), tokens)));
            return sum(counts);
        });
    });
}

function prefill({prompt}) {
    return withContext(1, prompt.length + 16, (_, [sequence]) => timed(async () => {
        await sequence.evaluateWithoutGeneratingNewTokens(prompt);
        return prompt.length;
    }));
}

/**
 * One constrained answer for each text. Sequences of this library cannot share cells, so each computes the prefix once,
 * before the clock starts, and is cut back to it after every answer.
 */
async function json({prefix, texts, tokens, schema, sequences: count}) {
    const grammar = await llama.createGrammarForJsonSchema(schema);
    const longest = Math.max(...texts.map((text) => text.length));
    return await withContext(count, prefix.length + longest + tokens + 16, async (_, sequences) => {
        for (const sequence of sequences)
            await sequence.evaluateWithoutGeneratingNewTokens(prefix);

        const waiting = [...texts];
        return await timed(async () => sum(await Promise.all(sequences.map(async (sequence) => {
            let total = 0;
            for (let text = waiting.shift(); text !== undefined; text = waiting.shift()) {
                const grammarEvaluationState = new LlamaGrammarEvaluationState({model, grammar});
                total += await take(sequence.evaluate(text, {temperature: 0, grammarEvaluationState}), tokens);
                await sequence.eraseContextTokenRanges([{start: prefix.length, end: sequence.nextTokenIndex}]);
            }
            return total;
        }))));
    });
}

/** One vector a text; the library embeds one at a time, however many are asked for. */
async function embed({strings}) {
    const context = await model.createEmbeddingContext({threads, contextSize: "auto", batchSize: 512, ignoreMemorySafetyChecks: true});
    try {
        return await timed(async () => (await Promise.all(strings.map((text) => context.getEmbeddingFor(text)))).length);
    } finally {
        await context.dispose();
    }
}

/** Draws at most so many tokens and says how many came. */
async function take(generator, limit) {
    let count = 0;
    for await (const _ of generator) {
        if (++count >= limit)
            break;
    }
    return count;
}

const sum = (values) => values.reduce((total, value) => total + value, 0);
const version = JSON.parse(readFileSync(new URL("node_modules/node-llama-cpp/package.json", import.meta.url))).version;
const measures = {decode, prefill, json, embed};
const print = (value) => process.stdout.write(JSON.stringify(value) + "\n");

print({ready: true, peer: "node-llama-cpp", version, node: process.version, threads});
for await (const line of createInterface({input: process.stdin})) {
    if (line.trim() === "")
        continue;
    try {
        const request = JSON.parse(line);
        if (!Object.hasOwn(measures, request.measure))
            throw new Error(`the measure is ${request.measure}; take one of: ${Object.keys(measures).join(", ")}`);
        print({measure: request.measure, ...await measures[request.measure](request)});
    } catch (error) {
        print({error: error.message});
    }
}
await model.dispose();
await llama.dispose();
