// Renders chat templates with @huggingface/jinja: a line of JSON in, one out.
import { createInterface } from "node:readline";
import { Template } from "@huggingface/jinja";

for await (const line of createInterface({ input: process.stdin })) {
  const { template, values } = JSON.parse(line);
  let reply;
  try {
    reply = { text: new Template(template).render(values) };
  } catch (error) {
    reply = { error: String(error.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
