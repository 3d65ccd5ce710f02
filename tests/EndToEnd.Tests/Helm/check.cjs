// Checks manifests on standard input against the JSON schemas of Kubernetes and KEDA, and the values of a chart against its own.
const fs = require("fs");
const path = require("path");
const yaml = require("js-yaml");
const Ajv = require("ajv");

const [chart] = process.argv.slice(2);
const problems = [];

// They are modules of the newer kind, which are not looked for in NODE_PATH.
async function modelOf({ apiVersion, kind }) {
  const owner = apiVersion.startsWith("keda.sh/") ? "@kubernetes-models/keda" : "kubernetes-models";
  return (await import(path.join(process.env.NODE_PATH, owner, apiVersion, `${kind}.js`)))[kind];
}

async function checkManifest(manifest) {
  try {
    const Model = await modelOf(manifest);
    new Model(manifest).validate();
  } catch (error) {
    problems.push(`${manifest.kind} ${manifest.metadata && manifest.metadata.name}: ${error.message}`);
  }
}

function merge(base, over) {
  if (typeof base !== "object" || typeof over !== "object" || !base || !over || Array.isArray(over)) return over;
  const keys = [...new Set([...Object.keys(base), ...Object.keys(over)])];
  return Object.fromEntries(keys.map((key) => [key, !(key in over) ? base[key] : key in base ? merge(base[key], over[key]) : over[key]]));
}

const read = (file) => fs.readFileSync(path.join(chart, file), "utf8");
const own = process.env.VALUES ? yaml.load(process.env.VALUES) : {};
const validate = new Ajv({ strict: false }).compile(JSON.parse(read("values.schema.json")));
if (!validate(merge(yaml.load(read("values.yaml")), own))) {
  problems.push(...validate.errors.map((error) => `values${error.instancePath}: ${error.message}`));
}

(async () => {
  for (const manifest of yaml.loadAll(fs.readFileSync(0, "utf8"))) {
    if (manifest) await checkManifest(manifest);
  }

  for (const problem of problems) console.error(problem);
  process.exit(problems.length ? 1 : 0);
})();
