/** The lines of a body; a last one without its end is left out, since the connection broke in it. Ends where the connection does. */
export async function* readLines(response: Response, signal?: AbortSignal | null): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of response.body ?? []) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop()!;
      yield* lines.map((line) => line.replace(/\r$/, ''));
    }
  } catch {
    signal?.throwIfAborted(); // Otherwise it broke: whoever reads goes on with another request.
  }
}
