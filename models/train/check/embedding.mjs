// Compares llama.cpp's sentence vectors with those of models/train/run-embedding --sample.
// Usage: node embedding.mjs MODEL.gguf SAMPLE.json
import {readFileSync} from "node:fs";
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const [, , modelPath, samplePath] = process.argv;
const {texts, vectors} = JSON.parse(readFileSync(samplePath, "utf8"));
const llama = await getLlama({gpu: false, build: "never", logLevel: LlamaLogLevel.warn, maxThreads: 1});
const model = await llama.loadModel({modelPath, gpuLayers: 0});
const context = await model.createEmbeddingContext({threads: 1, contextSize: 512});

const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
const cosines = [];
for (const [index, text] of texts.entries()) {
    const {vector} = await context.getEmbeddingFor(text);
    cosines.push(dot(vector, vectors[index]) / Math.sqrt(dot(vector, vector) * dot(vectors[index], vectors[index])));
}
console.log(`${texts.length} texts: cosine at least ${Math.min(...cosines).toFixed(4)}, `
    + `mean ${(cosines.reduce((a, b) => a + b) / cosines.length).toFixed(4)}`);
process.exit(0);
